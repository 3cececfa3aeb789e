"""The indexes of searches hold the columns that are searched."""

from importlib import import_module

import pytest

from buyers.book.searching import SEARCHED as OF_BUYERS
from followups.leads.searching import SEARCHED as OF_LEADS
from wholesale.plumbing.searching import SearchedColumns


@pytest.mark.parametrize(
    ("migration", "table", "searched"),
    [
        ("buyers.migrations.0003_search", "buyers_buyer", OF_BUYERS),
        ("followups.migrations.0006_search", "followups_lead", OF_LEADS),
    ],
)
def test_the_index_of_a_search_holds_what_is_searched(migration: str, table: str, searched: SearchedColumns) -> None:
    vector = searched.vector(f'"{column}"' for column in (*searched.texts, *searched.phones, *searched.emails))
    index = import_module(migration).INDEX
    assert f'ON "{table}" USING gin ({vector})\n' in index, "make the index anew in a new migration, and name it here"
    assert "SEARCHED" not in vars(import_module(migration))
