"""The Django app of the console."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The configuration of the Django app `console`. The app has no tables."""

    name = "wholesale.console"
    label = "console"
