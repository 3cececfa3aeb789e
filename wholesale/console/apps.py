"""The Django app of the console."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """The configuration of the Django app `console`. Its tables are those of the notices."""

    name = "wholesale.console"
    label = "console"

    def ready(self) -> None:
        """Register the periodic job of the notices."""
        from wholesale.console.notices import tasks  # noqa: PLC0415  # models are not loaded before

        tasks.register()
