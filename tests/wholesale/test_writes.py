"""Rows inserted by our own SQL equal those that the models insert."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import DataError, IntegrityError, connection, transaction

from followups.ladders.models import FollowupLadder
from followups.tasks import history
from followups.tasks.models import FollowupTask, TaskEvent, TaskEventWords
from kpi.models import KPIEvent
from tests.factories import NOON, AttemptFactory, LadderFactory, LeadFactory, TaskFactory
from wholesale.plumbing import writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.append_only import AppendOnlyError

pytestmark = pytest.mark.django_db

COLUMNS = tuple(field.attname for field in KPIEvent._meta.concrete_fields if not field.primary_key)
FULL: dict[str, Any] = {
    "occurred_at": datetime(2026, 12, 15, 13, 0, 0, 20, tzinfo=timezone(timedelta(hours=-5))),
    "domain": "WHOLESALE",
    "metric": "x",
    "success": False,
    "value": Decimal("-12345678901234.5"),
    "province": "QC",
    "market": "ALL",
    "subject_type": "task",
    "subject_id": "é\t\\N\n%s",
    "correlation_id": "C-1",
    "actor": "va1",
    "detail": {"é": [1, None, "\t\\N\n", {"a": 0.5}], "percent": "%s"},
}
BARE: dict[str, Any] = {"occurred_at": NOON, "domain": "X", "metric": "y", "correlation_id": "C-2", "actor": "system"}


def values(row: KPIEvent) -> list[Any]:
    return [getattr(row, name) for name in COLUMNS]


@pytest.fixture
def objects(user_of: Callable[..., User]) -> list[KPIEvent]:
    return [KPIEvent(**FULL, user=user_of("agent")), KPIEvent(**BARE)]


def stored() -> list[list[Any]]:
    return [values(row) for row in KPIEvent.objects.order_by("id")]


def test_several_objects_are_inserted_in_order(objects: list[KPIEvent]) -> None:
    writes.insert_objects(objects)
    assert [row.pk for row in KPIEvent.objects.order_by("id")] == [row.pk for row in objects]
    assert stored() == [values(row) for row in objects]
    assert not any(row._state.adding for row in objects)


@pytest.mark.parametrize("how_many", [0, 1, 2, 150])
def test_inserted_rows_equal_those_of_the_model(objects: list[KPIEvent], how_many: int) -> None:
    rows = [objects[n % 2] for n in range(how_many)]
    writes.insert(KPIEvent, COLUMNS, [values(row) for row in rows])
    by_writes = stored()
    KPIEvent.objects.bulk_create(KPIEvent(**dict(zip(COLUMNS, values(row), strict=True))) for row in rows)
    assert by_writes * 2 == stored()
    assert len(by_writes) == how_many


def test_an_object_is_stored_as_by_save_and_has_its_id(objects: list[KPIEvent]) -> None:
    for row in objects:
        writes.insert_object(row)
        assert values(KPIEvent.objects.get(pk=row.pk)) == values(row)
        assert KPIEvent.objects.filter(pk=row.pk).get() == row
        with pytest.raises(AppendOnlyError):
            row.save()


def test_an_object_with_a_relation_is_stored_as_by_save() -> None:
    made = AttemptFactory.build(task=TaskFactory.create())
    writes.insert_object(made)
    kept = type(made).objects.get(pk=made.pk)
    names = [field.attname for field in made._meta.concrete_fields]
    assert [getattr(kept, name) for name in names] == [getattr(made, name) for name in names]


@pytest.mark.parametrize("how_many", [1, 3])
def test_absent_columns_have_their_defaults(how_many: int) -> None:
    task = TaskFactory.create()
    columns = ("task_id", "kind", "actor", "correlation_id", "created_at")
    writes.insert(TaskEvent, columns, [(task.pk, TaskEvent.Kind.SKIPPED, "va1", "C-1", NOON)] * how_many)
    kept = TaskEvent.objects.values_list("kind", "reason", "detail", "user", "created_at")
    assert list(kept) == [("SKIPPED", "", {}, None, NOON.astimezone(UTC))] * how_many


@pytest.mark.parametrize("how_many", [1, 3])
def test_a_row_that_breaks_a_constraint_undoes_all(objects: list[KPIEvent], how_many: int) -> None:
    rows = [values(objects[0]) for _ in range(how_many)]
    rows[-1][COLUMNS.index("domain")] = None
    with pytest.raises(IntegrityError), transaction.atomic():
        writes.insert(KPIEvent, COLUMNS, rows)
    assert stored() == []


def test_what_is_gathered_is_written_when_the_block_ends(objects: list[KPIEvent]) -> None:
    task = TaskFactory.create(note="before")
    with transaction.atomic(), writes.gathered():
        writes.insert_objects(objects[:1])
        writes.insert(KPIEvent, COLUMNS, [values(objects[1])] * 2)
        writes.update(FollowupTask, ("note", "completed_at"), [(task.pk, "after\n'", NOON)])
    assert stored() == [values(objects[0]), values(objects[1]), values(objects[1])]
    assert KPIEvent.objects.order_by("id").values_list("id", flat=True)[0] == objects[0].pk
    task.refresh_from_db()
    assert (task.note, task.completed_at) == ("after\n'", NOON)


def test_a_block_that_raises_writes_nothing(objects: list[KPIEvent]) -> None:
    def written_and_raised() -> None:
        with transaction.atomic(), writes.gathered():
            writes.insert_objects(objects)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        written_and_raised()
    assert stored() == []
    writes.insert_object(objects[0])
    assert stored() == [values(objects[0])]


def test_a_block_within_a_block_is_written_with_the_outer_one(objects: list[KPIEvent]) -> None:
    with transaction.atomic(), writes.gathered():
        with writes.gathered():
            writes.insert_object(objects[0])
        if connection.vendor == "postgresql":
            assert stored() == []
    assert stored() == [values(objects[0])]


def test_ids_in_advance_are_those_of_the_rows(objects: list[KPIEvent]) -> None:
    with transaction.atomic():
        writes.insert_object(KPIEvent(**BARE))
        first, second = writes.ids(KPIEvent, 2)
        objects[0].pk, objects[1].pk = first, second
        writes.insert_objects(objects)
        writes.insert_object(third := KPIEvent(**BARE))
    assert first < second < third.pk
    assert values(KPIEvent.objects.get(pk=second)) == values(objects[1])


@pytest.mark.parametrize("is_gathered", [True, False])
@pytest.mark.parametrize("how_many", [0, 1, 3])
def test_each_line_of_a_history_has_its_own_words(how_many: int, is_gathered: bool) -> None:
    tasks = [TaskFactory.create() for _ in range(how_many)]
    act = Act("anna", reason="%s it's \n late", at=NOON)
    with transaction.atomic(), writes.gathered() if is_gathered else nullcontext():
        if is_gathered:
            writes.update(FollowupTask, ("note",), [(task.pk, "a") for task in tasks])
        history.write(TaskEvent.Kind.SKIPPED, [task.pk for task in tasks], act)
    assert [(event.task_id, event.reason) for event in TaskEvent.objects.order_by("id")] == [
        (task.pk, act.reason) for task in tasks
    ]
    assert TaskEventWords.objects.count() == how_many


def test_an_insert_uses_a_key_that_the_same_block_frees() -> None:
    ladder = LadderFactory.create(lead_id=LeadFactory.create().lead_id)
    fresh = LadderFactory.build(lead_id=ladder.lead_id, template=ladder.template)
    with transaction.atomic(), writes.gathered():
        writes.update(FollowupLadder, ("open_steps", "closed_at"), [(ladder.pk, 0, NOON)])
        writes.insert_object(fresh)
    assert set(FollowupLadder.objects.values_list("id", "closed_at")) == {(ladder.pk, NOON), (fresh.pk, None)}


@pytest.mark.postgres  # SQLite does not limit the length of a text
def test_a_text_that_is_too_long_is_refused_not_cut_off() -> None:
    task = TaskFactory.create()
    with pytest.raises(DataError), transaction.atomic():
        writes.update(FollowupTask, ("province",), [(task.pk, "ONTARIO")])
    task.refresh_from_db()
    assert len(task.province) == 2


def test_the_last_of_two_values_of_a_row_counts() -> None:
    one, other = TaskFactory.create(), TaskFactory.create()
    with transaction.atomic(), writes.gathered():
        writes.update(FollowupTask, ("note",), [(one.pk, "first"), (other.pk, "other")])
        writes.update(FollowupTask, ("note",), [(one.pk, "second")])
    assert dict(FollowupTask.objects.values_list("id", "note")) == {one.pk: "second", other.pk: "other"}


@pytest.mark.postgres
def test_other_columns_of_a_row_that_is_changed_already_are_refused() -> None:
    task, other = TaskFactory.create(), TaskFactory.create()

    def changed() -> None:
        with transaction.atomic(), writes.gathered():
            writes.update(FollowupTask, ("note",), [(task.pk, "first")])
            writes.update(FollowupTask, ("outcome",), [(other.pk, "REACHED")])
            writes.update(FollowupTask, ("outcome",), [(task.pk, "REACHED")])

    with pytest.raises(ValueError, match="changed twice"):
        changed()
    assert set(FollowupTask.objects.values_list("note", "outcome")) == {("", "")}


def test_decimals_spans_and_times_are_stored_as_by_the_model() -> None:
    task, span = TaskFactory.create(), timedelta(days=3, hours=25, microseconds=7)
    with transaction.atomic(), writes.gathered():
        writes.update(FollowupTask, ("late_for", "late_until"), [(task.pk, span, FULL["occurred_at"])])
    task.refresh_from_db()
    assert (task.late_for, task.late_until) == (span, FULL["occurred_at"])
