"""Follow-up as an app."""

from django.apps import AppConfig


class FollowupsConfig(AppConfig):
    """Ladders, tasks, SLA."""

    name = "followups"
    verbose_name = "Follow-up"
