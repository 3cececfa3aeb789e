"""Reading the organisation's row, and storing in it the mark by which the ledger's digest key is recognised."""

from collections.abc import Sequence
from typing import Any

from governance.organisation.models import Organisation
from governance.organisation.rules import NOT_ON_FILE, Sender
from wholesale.plumbing.compiled import Update
from wholesale.plumbing.envelope import Envelope


def sender() -> Sender:
    """What each message must say about the organisation. Every part is empty if the organisation's row is missing."""
    row = Organisation.objects.filter(pk=1).values_list(*Sender._fields).first()
    return Sender(*row) if row else NOT_ON_FILE


# It runs for each new contact point. The mark is no setting, so it changes neither the version nor the history.
_KEEP_MARK = Update(lambda key_mark: (Organisation.objects.filter(digest_key_mark=""), {"digest_key_mark": key_mark}))


def keep_digest_key_mark(*, envelopes: Sequence[Envelope], **_: Any) -> None:
    """Store the mark of the digest key when the first contact point is made. A receiver of `contact_points_made`."""
    _KEEP_MARK.run(key_mark=envelopes[0].facts["key_mark"])
