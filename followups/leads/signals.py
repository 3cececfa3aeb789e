"""The signals of leads. They are sent within the transaction of the fact, so a failing receiver undoes it.

Each signal carries `envelopes`: one for each lead, and at least one. The subject of each envelope is the lead.
"""

from typing import Any

from django.dispatch import Signal

from followups.leads.models import Lead
from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Envelope, Subject

leads_changed = Signal()
"""`lead_changed`: a lead was created or changed, by a form or a file. `before`: the Lead as it was, None if it is new;
`lead`: the Lead as it is now. The contact points and rows of all these leads are locked."""

hunt_ended = Signal()
"""`hunt_ended`: nobody has to win this lead any more. `status`: str; the lead may have had that status before."""

contact_marked_wrong = Signal()
"""`contact_marked_wrong`: a number or address of a lead is somebody else's. `contact`: "phone" or "email"."""

leads_opted_out = Signal()
"""`lead_opted_out`: this lead, known or not, wants no more contact. No facts. A receiver returns the number of steps that
it cancelled."""

person_erased = Signal()
"""`person_erased`: a person was erased. `texts`: the names, numbers and addresses by which receivers find what they hold
about the person."""


def envelope_of(name: str, lead: Lead | str, act: Act, /, **facts: Any) -> Envelope:
    """Return the envelope of what happened to a lead. `lead` is the row, or only the id."""
    if isinstance(lead, str):
        subject = Subject("lead", lead, lead)
    else:
        subject = Subject("lead", lead.lead_id, lead.lead_id, lead.province, lead.market)
    return Envelope(name, subject, act, facts, act.now)
