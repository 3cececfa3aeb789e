"""Offers as an app."""

from django.apps import AppConfig

from wholesale.plumbing import seeds


class OffersConfig(AppConfig):
    """Policies, computing, evidence."""

    name = "offers"

    def ready(self) -> None:
        from offers import readiness  # noqa: F401, PLC0415  # registers the runbook's checks
        from offers.services import seed_policies  # noqa: PLC0415

        seeds.register("offer policies, which are off", seed_policies)
