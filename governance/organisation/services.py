"""The organisation's row: read, and marked with the key of its ledger."""

from collections.abc import Sequence
from typing import Any

from governance.organisation.models import Organisation
from governance.organisation.rules import NOT_ON_FILE, Sender
from wholesale.plumbing.compiled import Update
from wholesale.plumbing.envelope import Envelope


def sender() -> Sender:
    """The organisation as a sender."""
    row = Organisation.objects.filter(pk=1).values_list(*Sender._fields).first()
    return Sender(*row) if row else NOT_ON_FILE


# Carried out for each new contact point. It is no change that a version or a history tells.
_KEEP_MARK = Update(lambda key_mark: (Organisation.objects.filter(digest_key_mark=""), {"digest_key_mark": key_mark}))


def keep_digest_key_mark(*, envelopes: Sequence[Envelope], **_: Any) -> None:
    """Keep with which key the first contact point was made. Heard from the ledger, within its transaction."""
    _KEEP_MARK.run(key_mark=envelopes[0].facts["key_mark"])
