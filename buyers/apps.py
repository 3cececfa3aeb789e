"""Buyers as a Django app."""

from django.apps import AppConfig


class BuyersConfig(AppConfig):
    """The app of feedback events and liquidity nodes."""

    name = "buyers"
