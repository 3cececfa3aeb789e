"""With a million tasks, nine of ten completed, the hot reads look at a handful of index entries."""

from collections.abc import Callable, Iterator

import psycopg
import pytest

from tests.plans.explain import explain, statement_of
from tests.plans.reads import READS, ROWS_READ_MAX, TABLE
from tests.plans.rows import fill
from tests.served import fresh_database

# One group, so that one process makes the rows.
pytestmark = [pytest.mark.postgres, pytest.mark.django_db, pytest.mark.xdist_group("plans")]

TASKS = 1_000_000


@pytest.fixture(scope="module")
def million() -> Iterator[psycopg.Connection]:
    """A database with a million tasks."""
    with fresh_database() as url, psycopg.connect(url, autocommit=True) as connection:
        fill(connection, TASKS)
        yield connection


@pytest.mark.parametrize("generic", [False, True], ids=["planned for its values", "planned once for all"])
@pytest.mark.parametrize("read", READS.values(), ids=READS)
def test_a_hot_read_looks_at_no_more_than_a_thousand_index_entries(
    million: psycopg.Connection, read: Callable[[], object], generic: bool
) -> None:
    plan = explain(million, statement_of(TABLE, read), generic=generic)
    assert len(plan.scans) == 1
    assert plan.scans[0].startswith(("Index Scan using followuptask_", "Index Only Scan using followuptask_")), str(plan)
    assert plan.rows_read <= ROWS_READ_MAX, str(plan)


def test_the_rows_are_what_the_plans_are_measured_on(million: psycopg.Connection) -> None:
    counts = "SELECT count(*), count(completed_at), count(*) FILTER (WHERE completed_at IS NULL AND due_at < now()) FROM "
    ((tasks, completed, due),) = million.execute(f"{counts} {TABLE}").fetchall()
    assert (tasks, completed) == (TASKS, TASKS * 0.9)
    assert due > ROWS_READ_MAX * 10
