"""Governance as an app."""

from django.apps import AppConfig

from wholesale.plumbing import seeds


class GovernanceConfig(AppConfig):
    """Its rooms are packages; its models carry the one label."""

    name = "governance"

    def ready(self) -> None:
        from governance import readiness  # noqa: F401, PLC0415  # registers the runbook's checks
        from governance.market.services import seed_policies  # noqa: PLC0415

        seeds.register("market policies", seed_policies)
