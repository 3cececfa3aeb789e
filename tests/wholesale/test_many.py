"""Rows inserted by our own SQL equal those that the models insert."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from followups.tasks.models import TaskEvent
from kpi.models import KPIEvent
from tests.factories import NOON, AttemptFactory, TaskFactory
from wholesale.plumbing import many
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
    many.insert_objects(objects)
    assert [row.pk for row in KPIEvent.objects.order_by("id")] == [row.pk for row in objects]
    assert stored() == [values(row) for row in objects]
    assert not any(row._state.adding for row in objects)


@pytest.mark.parametrize("how_many", [0, 1, 2, 150])
def test_inserted_rows_equal_those_of_the_model(objects: list[KPIEvent], how_many: int) -> None:
    rows = [objects[n % 2] for n in range(how_many)]
    many.insert(KPIEvent, COLUMNS, [values(row) for row in rows])
    by_many = stored()
    KPIEvent.objects.bulk_create(KPIEvent(**dict(zip(COLUMNS, values(row), strict=True))) for row in rows)
    assert by_many * 2 == stored()
    assert len(by_many) == how_many


def test_an_object_is_stored_as_by_save_and_has_its_id(objects: list[KPIEvent]) -> None:
    for row in objects:
        many.insert_object(row)
        assert values(KPIEvent.objects.get(pk=row.pk)) == values(row)
        assert KPIEvent.objects.filter(pk=row.pk).get() == row
        with pytest.raises(AppendOnlyError):
            row.save()


def test_an_object_with_a_relation_is_stored_as_by_save() -> None:
    made = AttemptFactory.build(task=TaskFactory.create())
    many.insert_object(made)
    kept = type(made).objects.get(pk=made.pk)
    names = [field.attname for field in made._meta.concrete_fields]
    assert [getattr(kept, name) for name in names] == [getattr(made, name) for name in names]


@pytest.mark.parametrize("how_many", [1, 3])
def test_absent_columns_have_their_defaults(how_many: int) -> None:
    task = TaskFactory.create()
    columns = ("task_id", "kind", "actor", "correlation_id", "created_at")
    many.insert(TaskEvent, columns, [(task.pk, TaskEvent.Kind.SKIPPED, "va1", "C-1", NOON)] * how_many)
    kept = TaskEvent.objects.values_list("kind", "reason", "detail", "user", "created_at")
    assert list(kept) == [("SKIPPED", "", {}, None, NOON.astimezone(UTC))] * how_many


@pytest.mark.parametrize("how_many", [1, 3])
def test_a_row_that_breaks_a_constraint_undoes_all(objects: list[KPIEvent], how_many: int) -> None:
    rows = [values(objects[0]) for _ in range(how_many)]
    rows[-1][COLUMNS.index("domain")] = None
    with pytest.raises(IntegrityError), transaction.atomic():
        many.insert(KPIEvent, COLUMNS, rows)
    assert stored() == []
