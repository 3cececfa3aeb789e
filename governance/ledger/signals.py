"""What the ledger tells: facts already written, sent inside their transaction, so that a failing receiver undoes them.

Each signal carries `envelopes`: a sequence of `wholesale.plumbing.envelope.Envelope`, one for each thing that happened.
"""

from typing import Any

from django.dispatch import Signal

from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Envelope, Subject

opted_out_of = Signal()
"""`opted_out` of contact points: somebody said no. Facts: `points`, the numbers, addresses and leads, without those that
were erased; `channel`: str, empty for every one."""

contact_records_changed = Signal()
"""`contact_recorded` of contact points: a consent, a scrub, the lift of an opt-out, a hold or its release is on file, so
what was refused may be permitted now, or the other way round. Facts: `points`, as above; `entry`: str, the ledger's word."""

opt_outs_unreadable = Signal()
"""`opt_out_unreadable` of contact points: somebody said no whose number or address cannot be read. It is kept as it came,
and binds nobody until a person finds out who it was. Facts: `records`, the lines, with their points; `channel`, as above.
`opted_out` is sent too."""

contact_points_made = Signal()
"""`contact_points_made`: subjects that nobody had recorded before are known now. Facts: `key_mark`: str, of the
CONTACT_DIGEST_KEY of their digests."""


def told(name: str, act: Act, **facts: Any) -> list[Envelope]:
    """What a signal of the ledger carries: one envelope about some of its points, which the facts name."""
    return [Envelope(name, Subject("contact_points"), act, facts, act.now)]
