"""The Django app of the console, and the admin with the console's site."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin


class ConsoleConfig(AppConfig):
    """The configuration of the Django app `console`. The app has no tables."""

    default = True
    name = "wholesale.console"
    label = "console"


class ConsoleAdminConfig(admin.AdminConfig):
    """The configuration of Django's admin."""

    default = False
    default_site = "wholesale.console.site.ConsoleSite"
