"""Writing the history of leads: a note, an appointment, a change of status."""

from datetime import datetime

from django.db import transaction

from followups.leads.errors import LeadUnknown
from followups.leads.events.models import LeadEvent, LeadEventWords
from followups.leads.models import Lead
from followups.leads.statuses import is_back
from followups.leads.storing import store_one
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing import scopes
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import RequiredParameter

Kind = LeadEvent.Kind


@verb(ExecutionClass.RECORD)
@transaction.atomic
def note_lead(lead_id: str, text: str, *, act: Act) -> LeadEvent:
    """Write a note about a lead.

    Raises:
        LeadUnknown: there is no such lead, or the user may not read it.
        RequiredParameter: the note is empty.

    """
    if not text:
        raise RequiredParameter(attr="text")
    return _keep(_known(lead_id, act).lead_id, Kind.NOTE, text, act)


@verb(ExecutionClass.RECORD)
@transaction.atomic
def make_appointment(lead_id: str, meets_at: datetime, text: str = "", *, act: Act) -> LeadEvent:
    """Write down an appointment with a lead. The lead moves on to the status APPOINTMENT, which closes its open ladder; a
    status that is further on stays.

    Raises:
        LeadUnknown: there is no such lead, or the user may not read it.

    """
    lead = _known(lead_id, act)
    event = _keep(lead.lead_id, Kind.APPOINTMENT, text, act, meets_at=meets_at)
    if not is_back(lead.status, Lead.Status.APPOINTMENT):
        store_one(lead.lead_id, {"status": Lead.Status.APPOINTMENT.value}, act)
    return event


def _known(lead_id: str, act: Act) -> Lead:
    lead = scopes.visible(Lead.objects.filter(lead_id=lead_id), act.user).first()
    if lead is None:
        raise LeadUnknown
    return lead


def _keep(lead_id: str, kind: Kind, text: str, act: Act, *, meets_at: datetime | None = None) -> LeadEvent:
    event = LeadEvent.objects.create(lead_id=lead_id, kind=kind, meets_at=meets_at, **act.signature)
    if text:
        LeadEventWords.objects.create(event=event, text=text)
    return event
