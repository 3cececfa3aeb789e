"""The rows that the floor of `make bench` writes are those that a request writes."""

import json
from typing import Any

import pytest
from django.db import connection

from followups.models import FollowupLadder, FollowupTask
from followups.services import complete_task, create_ladder
from kpi.models import KPIEvent
from tests.bench.written import written
from tests.recorded import changes

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _number_apart(db: None) -> None:
    changes.number_apart()  # a row's id must not look like another number


def columns(row: Any, *without: str) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.fields if field.attname not in without}


def test_a_ladder_is_written_again_with_its_tasks_and_its_kpi_row() -> None:
    values = {"lead_id": "first", "province": "ON", "market": "TORONTO", "owner": "va1"}
    with changes.watching():
        create_ladder(*values.values())
        rows = written(changes.taken(), values)
    rows.repeat(connection.connection, {**values, "lead_id": "second", "owner": "va2"})
    first, second = FollowupLadder.objects.order_by("id")
    without = ("id", "ladder_id", "lead_id", "owner", "correlation_id")
    assert (second.lead_id, second.owner) == ("second", "va2")
    assert columns(second, *without) == columns(first, *without)
    assert [columns(task, *without) for task in second.tasks.order_by("step")] == [
        columns(task, *without) for task in first.tasks.order_by("step")
    ]
    assert set(second.tasks.values_list("lead_id", "owner")) == {("second", "va2")}
    kpi = KPIEvent.objects.get(subject_id=str(second.pk))
    assert (kpi.metric, kpi.lead_id, kpi.detail) == ("ladder_created", "second", {"tasks": 6})
    assert KPIEvent.objects.count() == 2


def test_a_completion_is_written_again_for_another_task() -> None:
    first, second = (create_ladder(lead_id, "ON", "TORONTO", "va1")[0] for lead_id in ("one", "two"))
    values, others = ({"id": str(t.pk), "ladder_id": str(t.ladder_id), "lead_id": str(t.lead_id)} for t in (first, second))
    with changes.watching():
        complete_task(first.pk, "va1")
        seen = changes.taken()
    written(seen, values).repeat(connection.connection, others)
    done = FollowupTask.objects.get(pk=second.pk)
    assert (done.completed_by, done.ladder.open_steps) == ("va1", 5)
    assert done.attempt.lead_id == "two"
    assert done.events.get().kind == "COMPLETED"
    told = KPIEvent.objects.filter(subject_id=str(second.pk))
    assert told.count() == KPIEvent.objects.filter(subject_id=str(first.pk)).count()
    assert {json.dumps(row.detail["task_id"]) for row in told} == {str(second.pk)}
