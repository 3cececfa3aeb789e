"""The Django app of the demo. Django finds the demo's commands by this module."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The configuration of the Django app `demo`."""

    name = "wholesale.demo"
    label = "demo"
