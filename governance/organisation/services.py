"""Reading the organisation's row, and storing in it the mark by which the ledger's digest key is recognised."""

from collections.abc import Sequence
from typing import Any

from governance.organisation.models import Organisation
from governance.organisation.rules import NOT_ON_FILE, Sender
from wholesale.plumbing import writes
from wholesale.plumbing.compiled import Update
from wholesale.plumbing.envelope import Envelope
from wholesale.plumbing.mark import Kept

_KEPT = Kept(lambda: Organisation.objects.filter(pk=1).first())


def sender(mark: int | None) -> Sender:
    """What each message must say about the organisation, under this mark. Every part is empty if the organisation's row is
    missing."""
    row = _KEPT.at(mark)
    return Sender(*(getattr(row, name) for name in Sender._fields)) if row else NOT_ON_FILE


# The mark of the key is no setting, so it changes neither the version nor the history.
_KEEP_KEY_MARK = Update(lambda key_mark: (Organisation.objects.filter(digest_key_mark=""), {"digest_key_mark": key_mark}))


def keep_digest_key_mark(*, envelopes: Sequence[Envelope], **_: Any) -> None:
    """Store the mark of the digest key when the first contact point is made. A receiver of `contact_points_made`."""
    writes.run(_KEEP_KEY_MARK.text, {"key_mark": envelopes[0].facts["key_mark"]})
