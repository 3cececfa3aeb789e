"""The Django app of the console."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The admin's frame, and the pages that join several apps. It has no tables."""

    name = "wholesale.console"
    label = "console"
