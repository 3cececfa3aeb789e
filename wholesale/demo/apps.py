"""The Django app of the demo. Django finds its commands by this."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """The app's configuration."""

    name = "wholesale.demo"
    label = "demo"
