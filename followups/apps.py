"""Follow-up as an app."""

from django.apps import AppConfig

from wholesale import seeds


class FollowupsConfig(AppConfig):
    """Ladders, tasks, SLA."""

    name = "followups"
    verbose_name = "Follow-up"

    def ready(self) -> None:
        """Tell governance how leads are loaded, listen for opt-outs, and say when what is periodic is due."""
        from followups.inbound.services import on_opted_out_of  # noqa: PLC0415  # models are not loaded before
        from followups.leads import services, tasks  # noqa: PLC0415
        from followups.steps import readiness  # noqa: F401, PLC0415  # registers the runbook's checks
        from followups.steps.services import seed_templates  # noqa: PLC0415
        from governance import leads  # noqa: PLC0415
        from governance.compliance.signals import opted_out_of  # noqa: PLC0415

        leads.register(services.facts_of)
        opted_out_of.connect(on_opted_out_of, dispatch_uid="followups.on_opted_out_of")
        tasks.register()
        seeds.register("ladder templates", seed_templates)
