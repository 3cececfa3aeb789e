"""What people write of a fact, kept beside it.

Rows that stay for ever hold only the product's own words (`is_own`): they name nobody. What somebody wrote, a reason or
where a proof is, may name a person. It stands in a row of another table, so that it can be removed and the fact stays whole.
"""

import re
from collections.abc import Sequence
from typing import Any

from wholesale import append_only

_OWN = re.compile(
    "opted_out|already_followed_up|restarted|erased|(outcome|lead_status) [A-Z_]{1,20}|(task|inbound message) [0-9]{1,19}"
)


def is_own(text: str) -> bool:
    """Whether the product itself says so, or nothing is said."""
    return not text or _OWN.fullmatch(text) is not None


def parted(texts: dict[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """What is kept in the fact's own row, and what beside it; both by column, "" where there is nothing."""
    own = {name: text if is_own(text) else "" for name, text in texts.items()}
    return own, {name: "" if own[name] else text for name, text in texts.items()}


def said(row: Any, name: str) -> str:
    """What a column says, in the row or beside it; "" where it was removed. Read rows through `select_related("words")`."""
    own: str = getattr(row, name, "")
    return own or getattr(getattr(row, "words", None), name, "")


def move_out(schema_editor: Any, facts: Any, words: Any, key: str, columns: Sequence[str]) -> None:
    """Within a migration: take what people wrote out of rows of `facts`, into rows of `words` that name them by `key`."""
    connection = schema_editor.connection
    if connection.vendor == "postgresql":
        connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")  # no check may wait while a trigger is dropped
    with append_only.lifted(connection, facts._meta.db_table):
        for row in facts.objects.only(*columns).iterator():
            own, theirs = parted({name: getattr(row, name) for name in columns})
            if any(theirs.values()):
                words.objects.create(**{key: row}, **theirs)
                facts.objects.filter(pk=row.pk).update(**own)
