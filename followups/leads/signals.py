"""What leads tell: facts already decided, sent inside their transaction, so that a failing receiver undoes them.

Each signal carries `envelopes`, one for each lead, whose subject is the lead; at least one.
"""

from typing import Any

from django.dispatch import Signal

from followups.leads.models import Lead
from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Envelope, Subject

leads_changed = Signal()
"""`lead_changed`: a lead came or changed, by a form or a file. `before`: the Lead as it was, None for a new one; `lead`: the
Lead as it is. The contact points and rows of all are locked."""

hunt_ended = Signal()
"""`hunt_ended`: nobody has to win this lead any more. `status`: str, which the lead may have had before."""

contact_marked_wrong = Signal()
"""`contact_marked_wrong`: a number or address of a lead is somebody else's. `contact`: "phone" or "email"."""

leads_opted_out = Signal()
"""`lead_opted_out`: whoever is reached at this lead, known or not, wants no more contact. No facts. A receiver answers how
many steps it cancelled."""

person_erased = Signal()
"""`person_erased`: a person was erased. `texts`: its names, number and addresses, by which others find what they hold
of it."""


def envelope_of(name: str, lead: Lead | str, act: Act, /, **facts: Any) -> Envelope:
    """The envelope of what happened to a lead, or to one of whom no more than the id is at hand."""
    if isinstance(lead, str):
        subject = Subject("lead", lead, lead)
    else:
        subject = Subject("lead", lead.lead_id, lead.lead_id, lead.province, lead.market)
    return Envelope(name, subject, act, facts, act.now)
