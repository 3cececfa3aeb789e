"""The SLA policies as they are read."""

from collections.abc import Collection

from django.db import connection

from followups.sla.models import SlaPolicy
from followups.sla.rules import Rule, Rulebook
from wholesale.plumbing.lookups import among_sql

# SQL of its own: each ladder that begins asks it.
_RULES = f"SELECT {', '.join(Rule._fields)} FROM {SlaPolicy._meta.db_table}"


def rulebook(provinces: Collection[str] | None = None) -> Rulebook:
    """The policies of some provinces, or all of them, in one query."""
    with connection.cursor() as cursor:
        if provinces is None:
            cursor.execute(_RULES)
        else:
            among, values = among_sql(provinces)
            cursor.execute(f"{_RULES} WHERE province {among}", [values])
        return Rulebook(Rule(*row) for row in cursor.fetchall())
