"""With a million tasks, 90% completed, the hot reads look at few index entries."""

from collections.abc import Callable, Iterator
from datetime import UTC
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from followups.sla.by_day import first_steps_by_day, sla_by_day
from followups.tasks.reading import contacts_of
from tests.plans.explain import Plan, explain, statement_of
from tests.plans.reads import PREPARED, READS, ROWS_READ_MAX, TABLE, reads_too_much
from tests.plans.rows import fill
from tests.served import fresh_database
from wholesale.plumbing.days import Compared

# One worker fills the table, for all of them.
pytestmark = [pytest.mark.postgres, pytest.mark.django_db, pytest.mark.xdist_group("million")]

TASKS = 1_000_000
# The planner's statistics come from a random sample, which decides between two plans of about the same cost.
SAMPLES = 5


@pytest.fixture(scope="module")
def million() -> Iterator[psycopg.Connection]:
    """A database with a million tasks."""
    with fresh_database() as url, psycopg.connect(url, autocommit=True) as connection:
        fill(connection, TASKS)
        yield connection


def test_hot_reads_look_at_few_index_entries(million: psycopg.Connection) -> None:
    """Planned for the values, and as a generic plan of a prepared statement."""
    counts = "SELECT count(*), count(completed_at), count(*) FILTER (WHERE completed_at IS NULL AND due_at < %s) FROM "
    ((tasks, completed, due),) = million.execute(f"{counts} {TABLE}", [timezone.now()]).fetchall()
    assert (tasks, completed) == (TASKS, TASKS * 0.9)
    assert due > ROWS_READ_MAX * 10

    plans: dict[tuple[str, str, int], Plan] = {}
    for sample in range(SAMPLES):
        million.execute(f"VACUUM ANALYZE {TABLE}")  # a claim is executed, and leaves old versions of its tasks
        for name, read in READS.items():
            for generic in (False, True) if name in PREPARED else (False,):
                plan = explain(million, statement_of(TABLE, read), generic=generic)
                plans[name, "generic" if generic else "custom", sample] = plan
    assert {key: str(plan) for key, plan in plans.items() if reads_too_much(key[0], plan)} == {}
    assert all(plan.scans for plan in plans.values())


@pytest.mark.parametrize("generic", [False, True], ids=["custom", "generic"])
@pytest.mark.parametrize("read", [sla_by_day, first_steps_by_day, contacts_of])
def test_today_counts_completed_tasks_from_their_index_alone(
    million: psycopg.Connection, read: Callable[..., Any], *, generic: bool
) -> None:
    million.execute(f"VACUUM ANALYZE {TABLE}")
    now = timezone.now()
    span = Compared.last(30, now, UTC)

    plan = explain(
        million, statement_of(TABLE, lambda: read(span) if read is contacts_of else read(span, now)), generic=generic
    )

    assert any("Index Only Scan using followuptask_completed" in scan for scan in plan.scans), plan
