"""What governance tells about its rules: changes already written, sent inside their transaction, so that a failing receiver
undoes them."""

from django.db.models import Model
from django.dispatch import Signal

from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Envelope, Subject

contact_rules_changed = Signal()
"""A policy, a zone, a closed day, an area code or the organisation changed, and with it when people of some places may be
contacted: `contact_rules_changed`. The subject is what changed; its `province` and `market` are None for all. No facts."""

markets_named = Signal()
"""Words became other names of a market: `market_named`. What was stored under them is this market's. The subject is the
market; facts: `names`, a collection of str."""


def rules_changed(sender: type[Model], *subjects: Subject, act: Act) -> None:
    """Send `contact_rules_changed`, an envelope for each of these subjects."""
    envelopes = [Envelope("contact_rules_changed", subject, act, {}, act.now) for subject in subjects]
    contact_rules_changed.send(sender=sender, envelopes=envelopes)
