"""Who reads which tasks of the due list. `followups.scopes` says the same of rows."""

from typing import Any

from followups.pool.models import PoolAgent
from wholesale.plumbing.users import label_of
from wholesale.plumbing.vocabulary import ALL

ANY_LEAD = "followups.view_any_lead"
# Of a due task `t`: unowned, the reader's own, or at a place in whose pool the reader is.
DUE_SQL = f"""
AND (t.owner IS NULL OR t.owner = %(reader)s OR EXISTS (
    SELECT 1 FROM {PoolAgent._meta.db_table} AS p
    WHERE p.agent = %(reader)s AND p.province = t.province AND p.market IN (t.market, '{ALL}')
))
"""


def reads_all(user: Any) -> bool:
    """Whether it reads leads and tasks that are not its own."""
    return user.has_perm(ANY_LEAD)


def reader_of(user: Any) -> str | None:
    """The name by which tasks are the user's own, where it reads no others; None of one who reads all."""
    return None if user is None or reads_all(user) else label_of(user)
