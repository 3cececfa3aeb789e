"""A contact outside the rules writes two KPI rows with its fact: all or nothing."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction

from followups.services import complete_task
from followups.signals import tasks_completed
from followups.tasks.models import ContactAttempt, FollowupTask
from kpi.models import KPIEvent
from tests.factories import NOON, TaskFactory

pytestmark = pytest.mark.django_db

NIGHT = NOON - timedelta(hours=10)  # 03:00 in Toronto


class ReceiverFails(Exception):
    """Raised by a receiver under test."""


def facts() -> tuple[int, int, int]:
    done = FollowupTask.objects.filter(completed_at__isnull=False)
    return done.count(), ContactAttempt.objects.count(), KPIEvent.objects.count()


def test_a_contact_outside_the_rules_is_counted_beside_its_completion() -> None:
    complete_task(TaskFactory.create().pk, "va1", now=NIGHT)
    rows = KPIEvent.objects.order_by("metric").values_list("metric", "success")
    assert list(rows) == [("contact_outside_rules", False), ("followup_completed", True)]


def test_a_contact_within_the_rules_is_not_counted() -> None:
    complete_task(TaskFactory.create().pk, "va1", now=NOON)
    assert KPIEvent.objects.get().metric == "followup_completed"


def test_a_failing_receiver_undoes_both_rows_the_attempt_and_the_completion() -> None:
    def fail(**kwargs: Any) -> None:
        # Our receiver runs after that of kpi. On PostgreSQL all rows of the act are written when it ends.
        assert facts() == ((0, 0, 0) if connection.vendor == "postgresql" else (1, 1, 2))
        raise ReceiverFails

    task = TaskFactory.create()
    tasks_completed.connect(fail)
    try:
        with pytest.raises(ReceiverFails), transaction.atomic():
            complete_task(task.pk, "va1", now=NIGHT)
    finally:
        tasks_completed.disconnect(fail)
    assert facts() == (0, 0, 0)


def test_rows_that_cannot_be_written_undo_the_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise ReceiverFails

    task = TaskFactory.create()
    monkeypatch.setattr("kpi.services.writes", SimpleNamespace(insert=fail, insert_object=fail))
    with pytest.raises(ReceiverFails), transaction.atomic():
        complete_task(task.pk, "va1", now=NIGHT)
    monkeypatch.undo()
    assert facts() == (0, 0, 0)
