"""The hand-written SQL about market names."""

from collections.abc import Collection

from django.db import connection

from governance.clocks.models import MarketZone
from wholesale.plumbing.compiled import Columns, Rows, fetch
from wholesale.plumbing.lookups import among_sql

_EACH_NAME = {
    "postgresql": "jsonb_array_elements_text(other_names) AS names(value)",
    "sqlite": "json_each(other_names) AS names",
}


def named(words: Collection[str]) -> Rows:
    """Return a row (province, word, market) for each market that has one of these words as another name.

    The SQL is written by hand, because a query set cannot make a row of each value of a JSON list. Reading every market's
    list of other names into Python takes several times as long.
    """
    each = f"SELECT province, names.value, market FROM {MarketZone._meta.db_table}, {_EACH_NAME[connection.vendor]}"
    return fetch(f"{each} WHERE names.value {among_sql('words')}", Columns(), {"words": words})
