"""What governance tells about its rules: changes already written, sent inside their transaction, so that a failing receiver
undoes them.

Each signal carries `envelopes`: a sequence of `wholesale.plumbing.envelope.Envelope`, one for each thing that happened.
"""

from django.db.models import Model
from django.dispatch import Signal

from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Envelope, Subject

contact_rules_changed = Signal()
"""`contact_rules_changed` of a market policy, a market's zone, a closed day, an area code or the organisation: it changed,
and with it when people of its place may be contacted. A `province` or `market` of None is all of them. No facts."""

markets_named = Signal()
"""`market_named` of a market: words became other names of it, and what was stored under them is this market's. Facts:
`names`, a collection of str."""


def rules_changed(sender: type[Model], *subjects: Subject, act: Act) -> None:
    """Send `contact_rules_changed`, an envelope for each of these subjects."""
    envelopes = [Envelope("contact_rules_changed", subject, act, {}, act.now) for subject in subjects]
    contact_rules_changed.send(sender=sender, envelopes=envelopes)
