"""Follow-up as an app."""

from django.apps import AppConfig

from wholesale.plumbing import seeds


class FollowupsConfig(AppConfig):
    """Ladders, tasks, SLA."""

    name = "followups"
    verbose_name = "Follow-up"

    def ready(self) -> None:
        """Tell governance how leads are loaded, listen to what it tells, and say when what is periodic is due."""
        from followups import scopes  # noqa: PLC0415
        from followups.inbound.facts import received  # noqa: PLC0415
        from followups.inbound.services import on_opted_out_of  # noqa: PLC0415  # models are not loaded before
        from followups.inbound.words import seed_words  # noqa: PLC0415
        from followups.inbox.services import on_opt_outs_unreadable  # noqa: PLC0415
        from followups.leads import (  # noqa: PLC0415
            services,
            tasks,
        )
        from followups.minutes import readiness  # noqa: PLC0415  # registers a check of the runbook
        from followups.minutes import tasks as minutes  # noqa: PLC0415
        from followups.outcomes.services import seed_rules  # noqa: PLC0415
        from followups.pool import readiness as _pool  # noqa: F401, PLC0415  # registers a check of the runbook
        from followups.renaming import on_markets_named  # noqa: PLC0415
        from followups.sla import readiness as _sla  # noqa: F401, PLC0415  # registers the runbook's checks
        from followups.sla import tasks as sla  # noqa: PLC0415
        from followups.sla.services import seed_policies  # noqa: PLC0415
        from followups.steps import readiness as _steps  # noqa: F401, PLC0415  # registers the runbook's checks
        from followups.steps.services import seed_templates  # noqa: PLC0415
        from followups.vendors import readiness as _vendors  # noqa: F401, PLC0415  # registers a check of the runbook
        from governance import people  # noqa: PLC0415
        from governance.gate.ledger import (  # noqa: PLC0415
            contact_records_changed,
            opt_outs_unreadable,
            opted_out_of,
        )
        from governance.people import register_messages  # noqa: PLC0415
        from governance.signals import (  # noqa: PLC0415
            contact_rules_changed,
            markets_named,
        )

        register_messages(received)
        people.register(people.LEAD, services.facts_of, scopes.readable_leads)
        scopes.register()
        opted_out_of.connect(on_opted_out_of, dispatch_uid="followups.on_opted_out_of")
        opt_outs_unreadable.connect(on_opt_outs_unreadable, dispatch_uid="followups.on_opt_outs_unreadable")
        contact_rules_changed.connect(minutes.on_contact_rules_changed, dispatch_uid="followups.on_contact_rules_changed")
        markets_named.connect(on_markets_named, dispatch_uid="followups.on_markets_named")
        contact_records_changed.connect(
            minutes.on_contact_records_changed, dispatch_uid="followups.on_contact_records_changed"
        )
        tasks.register()
        seeds.register("ladder templates", seed_templates)
        seeds.register("outcomes", seed_rules)
        seeds.register("inbound words", seed_words)
        seeds.register("SLA policies", seed_policies)
        minutes.register()
        sla.register()
        readiness.register_warning()
