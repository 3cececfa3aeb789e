"""Follow-up as an app."""

from django.apps import AppConfig


class FollowupsConfig(AppConfig):
    """Ladders, tasks, SLA."""

    name = "followups"
    verbose_name = "Follow-up"

    def ready(self) -> None:
        """Tell governance how leads are loaded, and when what is periodic is due."""
        from followups.leads import services, tasks  # noqa: PLC0415  # models are not loaded before
        from governance import leads  # noqa: PLC0415

        leads.register(services.facts_of)
        tasks.register()
