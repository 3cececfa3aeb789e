"""Governance as an app."""

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    """Its rooms are packages; its models carry the one label."""

    name = "governance"

    def ready(self) -> None:
        from governance import readiness  # noqa: F401, PLC0415  # registers the runbook's checks
