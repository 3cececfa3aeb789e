"""Buyers as an app."""

from django.apps import AppConfig


class BuyersConfig(AppConfig):
    """Feedback events and liquidity nodes."""

    name = "buyers"
