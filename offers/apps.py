"""Offers as a Django app."""

from functools import partial

from django.apps import AppConfig

from wholesale.plumbing import seeds


class OffersConfig(AppConfig):
    """The app of offer policies, stored sales, and offers with their evidence."""

    name = "offers"

    def ready(self) -> None:
        from followups.leads.people import registry  # noqa: PLC0415
        from governance.policies import seed  # noqa: PLC0415
        from offers.comps import tasks  # noqa: PLC0415
        from offers.comps.lists import tasks as imports  # noqa: PLC0415
        from offers.deals.law.models import ProvinceRule  # noqa: PLC0415
        from offers.deals.life import persons  # noqa: PLC0415
        from offers.deals.life import tasks as life  # noqa: PLC0415
        from offers.deals.taxes.models import TransferTax  # noqa: PLC0415
        from offers.policies import readiness  # noqa: F401, PLC0415  # registers the runbook's checks
        from offers.policies.models import OfferPolicy  # noqa: PLC0415
        from offers.studies import tasks as studies  # noqa: PLC0415

        imports.register()
        tasks.register()
        life.register()
        registry.register(persons)
        studies.register()
        seeds.register("offer policies, which are off", partial(seed, OfferPolicy))
        seeds.register("schedules of land transfer tax", partial(seed, TransferTax))
        seeds.register("rules of provinces", partial(seed, ProvinceRule))
