"""Buyers as a Django app."""

from django.apps import AppConfig


class BuyersConfig(AppConfig):
    """The app of the buyers' book, of feedback events and of liquidity nodes."""

    name = "buyers"

    def ready(self) -> None:
        """Register the periodic jobs."""
        from buyers.liquidity import tasks  # noqa: PLC0415  # models are not loaded before

        tasks.register()
