"""Signals about changes of governance's rules. They are sent within the transaction of the change: if a receiver fails, the
change is undone.

Each signal carries `envelopes`: a sequence of `wholesale.plumbing.envelope.Envelope`, one for each thing that happened.
"""

from django.db.models import Model
from django.dispatch import Signal

from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Envelope, Subject

contact_rules_changed = Signal()
"""`contact_rules_changed`: a rule changed, so people of its place may be contacted at other times. Subject: a market policy,
a market zone, a closed day, an area code or the organisation; its `province` or `market` is None for all. No facts."""

markets_named = Signal()
"""`market_named`: words became other names of a market, so rows that are stored under them belong to it. Subject: the
market. Facts: `names`, a collection of str."""


def rules_changed(sender: type[Model], *subjects: Subject, act: Act) -> None:
    """Send `contact_rules_changed` with an envelope for each of these subjects. `sender` is the model that changed."""
    envelopes = [Envelope("contact_rules_changed", subject, act, {}, act.now) for subject in subjects]
    contact_rules_changed.send(sender=sender, envelopes=envelopes)
