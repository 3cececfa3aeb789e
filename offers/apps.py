"""Offers as an app."""

from django.apps import AppConfig


class OffersConfig(AppConfig):
    """Policies, computing, evidence."""

    name = "offers"

    def ready(self) -> None:
        from offers import readiness  # noqa: F401, PLC0415  # registers the runbook's checks
