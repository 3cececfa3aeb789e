"""Governance as an app."""

from django.apps import AppConfig


class GovernanceConfig(AppConfig):
    """Its rooms are packages; its models carry the one label."""

    name = "governance"
