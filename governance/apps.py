"""Governance as a Django app."""

from functools import partial

from django.apps import AppConfig

from wholesale.plumbing import seeds


class GovernanceConfig(AppConfig):
    """The configuration of the Django app. Its rooms are packages; the models of all rooms have its app label."""

    name = "governance"

    def ready(self) -> None:
        from governance import readiness  # noqa: F401, PLC0415  # registers the runbook's checks
        from governance.ledger.signals import contact_points_made  # noqa: PLC0415
        from governance.market.models import MarketPolicy  # noqa: PLC0415
        from governance.organisation.services import keep_digest_key_mark  # noqa: PLC0415
        from governance.policies import seed  # noqa: PLC0415

        contact_points_made.connect(keep_digest_key_mark, dispatch_uid="governance.keep_digest_key_mark")
        seeds.register("market policies", partial(seed, MarketPolicy))
