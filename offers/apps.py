"""Offers as an app."""

from django.apps import AppConfig


class OffersConfig(AppConfig):
    """Policies, computing, evidence."""

    name = "offers"
