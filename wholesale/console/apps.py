"""The Django app of the console."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The configuration of the Django app `console`. The app has no tables."""

    name = "wholesale.console"
    label = "console"

    def ready(self) -> None:
        from wholesale.console.names import translate_names  # noqa: PLC0415  # the models are not loaded before

        translate_names()
