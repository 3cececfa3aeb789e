"""The signals of buyers. They are sent within the transaction of the fact, so a failing receiver undoes it.

Each signal carries `envelopes`: one for each buyer, and at least one. The subject of each envelope is the buyer.
"""

from typing import Any

from django.dispatch import Signal

from buyers.book.models import Buyer
from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Envelope, Subject

buyers_changed = Signal()
"""`buyer_changed`: a buyer was created or changed, by a form or a file. `created`: bool; `names`: the names of the changed
values, in order, `boxes` for the buy boxes. No personal value is told. The contact points and rows of all these buyers are
locked."""

buyer_erased = Signal()
"""`buyer_erased`: a buyer was erased. `texts`: the names, numbers and addresses by which receivers find what they hold about
the person."""


def envelope_of(name: str, buyer: Buyer | str, act: Act, /, **facts: Any) -> Envelope:
    """Return the envelope of what happened to a buyer. `buyer` is the row, or only the id."""
    if isinstance(buyer, str):
        subject = Subject("buyer", buyer)
    else:
        subject = Subject("buyer", buyer.buyer_id, None, buyer.province, buyer.market)
    return Envelope(name, subject, act, facts, act.now)
