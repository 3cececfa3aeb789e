"""The Django app of the console, and the admin with the console's site."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin


class ConsoleConfig(AppConfig):
    """The configuration of the Django app `console`. Its tables are those of the notices."""

    default = True
    name = "wholesale.console"
    label = "console"

    def ready(self) -> None:
        """Register the periodic job of the notices, and teach the pages the words for codes."""
        from wholesale.console import vocabulary  # noqa: PLC0415  # models are not loaded before
        from wholesale.console.notices import tasks  # noqa: PLC0415

        tasks.register()
        vocabulary.teach()


class ConsoleAdminConfig(admin.AdminConfig):
    """The configuration of Django's admin."""

    default = False
    default_site = "wholesale.console.site.ConsoleSite"
