"""The organisation's row: read, and marked with the key of its ledger."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from governance.organisation.models import Organisation
from governance.organisation.rules import NOT_ON_FILE, Sender
from wholesale.plumbing.envelope import Envelope


def sender() -> Sender:
    """The organisation as a sender."""
    row = Organisation.objects.filter(pk=1).values_list(*Sender._fields).first()
    return Sender(*row) if row else NOT_ON_FILE


# By hand, since it is asked of each new contact point. It is no change that a version or a history tells.
_KEEP_MARK = f"UPDATE {Organisation._meta.db_table} SET digest_key_mark = %s WHERE digest_key_mark = ''"


def keep_digest_key_mark(*, envelopes: Sequence[Envelope], **_: Any) -> None:
    """Keep with which key the first contact point was made. Heard from the ledger, within its transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP_MARK, [envelopes[0].facts["key_mark"]])
