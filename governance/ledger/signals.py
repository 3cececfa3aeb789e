"""The ledger's signals. They are sent within the transaction of the facts: if a receiver fails, the facts are undone.

Each signal carries `envelopes`: a sequence of `wholesale.plumbing.envelope.Envelope`, one for each thing that happened.
"""

from typing import Any

from django.dispatch import Signal

from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Envelope, Subject

opted_out_of = Signal()
"""`opted_out`: contact points opted out. Subject: `contact_points`. Facts: `points`, the numbers, addresses and leads
without erased ones; `channel`: str, empty for every channel."""

contact_records_changed = Signal()
"""`contact_recorded`: a consent, a scrub, a lift, a hold or a release is on file, so contact may be permitted or refused
that was not before. Subject: `contact_points`. Facts: `points`, as above; `entry`: str, an `Entry`."""

opt_outs_unreadable = Signal()
"""`opt_out_unreadable`: an opt-out names a number or address that cannot be read. It is stored as it came, and binds nobody
until a person finds out who it was. Subject: `contact_points`. Facts: `records`, the lines with their points; `channel`,
as above. `opted_out` is sent too."""

contact_points_made = Signal()
"""`contact_points_made`: new contact points were stored. Subject: `contact_points`. Facts: `key_mark`: str, the mark of the
CONTACT_DIGEST_KEY that made their digests."""

points_forgotten = Signal()
"""`points_forgotten`: a person was erased, and nobody else has these numbers and addresses: what they say without naming
anybody is to be forgotten too. Subject: `contact_points`. Facts: `points`, the rows, which still have their values."""


def told(name: str, act: Act, **facts: Any) -> list[Envelope]:
    """A list with the one envelope of a ledger signal. `facts` say which contact points it is about."""
    return [Envelope(name, Subject("contact_points"), act, facts, act.now)]
