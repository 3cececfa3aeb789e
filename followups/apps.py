"""The Django app of follow-up."""

from functools import partial

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from wholesale.plumbing import seeds


class FollowupsConfig(AppConfig):
    """The configuration of the Django app `followups`."""

    name = "followups"
    verbose_name = _("Follow-up")

    def ready(self) -> None:
        """Register what follow-up offers (leads, checks, seeds, periodic jobs), and connect the signals of governance."""
        from followups import readiness as _readiness  # noqa: F401, PLC0415  # registers the runbook's checks
        from followups import scopes  # noqa: PLC0415  # models are not loaded before
        from followups.ladders import (  # noqa: PLC0415
            known_leads,
            persons,
            receivers,
        )
        from followups.ladders.templates.models import LadderTemplate  # noqa: PLC0415
        from followups.leads import lookups  # noqa: PLC0415
        from followups.leads.inbound.facts import received  # noqa: PLC0415
        from followups.leads.inbound.models import InboundWord  # noqa: PLC0415
        from followups.leads.inbox import services as inbox  # noqa: PLC0415
        from followups.leads.lists import tasks  # noqa: PLC0415
        from followups.leads.lists.importer import LEADS  # noqa: PLC0415
        from followups.leads.people import messages, registry  # noqa: PLC0415
        from followups.sla import tasks as sla  # noqa: PLC0415
        from followups.sla.models import SlaPolicy  # noqa: PLC0415
        from followups.tasks.due.places import waiting_in  # noqa: PLC0415
        from followups.tasks.held import tasks as held  # noqa: PLC0415
        from followups.tasks.minutes import readiness  # noqa: PLC0415  # registers a check of the runbook
        from followups.tasks.minutes import tasks as minutes  # noqa: PLC0415
        from followups.tasks.outcomes.models import OutcomeRule  # noqa: PLC0415
        from governance import gate, people  # noqa: PLC0415
        from governance.gate.ledger import (  # noqa: PLC0415
            contact_records_changed,
            opt_outs_unreadable,
            points_forgotten,
        )
        from governance.people import register_messages  # noqa: PLC0415
        from governance.policies import policy_changed, seed  # noqa: PLC0415
        from governance.signals import contact_rules_changed  # noqa: PLC0415
        from wholesale.plumbing.importing import persons as importing  # noqa: PLC0415

        register_messages(received)
        gate.register_waiting(waiting_in)
        people.register(people.LEAD, known_leads.facts_of, scopes.readable_leads)
        people.register_holders(people.LEAD, lookups.lead_ids_with)
        importing.register(LEADS)
        registry.register(persons)
        scopes.register()
        inbox.register_owner(known_leads.owners_of)
        receivers.connect()
        opt_outs_unreadable.connect(inbox.on_opt_outs_unreadable, dispatch_uid="followups.on_opt_outs_unreadable")
        points_forgotten.connect(messages.on_points_forgotten, dispatch_uid="followups.on_points_forgotten")
        contact_rules_changed.connect(minutes.on_contact_rules_changed, dispatch_uid="followups.on_contact_rules_changed")
        contact_records_changed.connect(
            minutes.on_contact_records_changed, dispatch_uid="followups.on_contact_records_changed"
        )
        tasks.register()
        seeds.register("ladder templates", partial(seed, LadderTemplate))
        seeds.register("outcomes", partial(seed, OutcomeRule))
        seeds.register("inbound words", partial(seed, InboundWord))
        seeds.register("SLA policies", partial(seed, SlaPolicy))
        policy_changed.connect(
            minutes.on_sla_policy_changed, sender=SlaPolicy, dispatch_uid="followups.on_sla_policy_changed"
        )
        minutes.register()
        held.register()
        sla.register()
        readiness.register_warning()
