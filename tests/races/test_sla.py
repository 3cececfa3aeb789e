"""Several workers look for breaches at the same moment."""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from followups.models import SlaBreach, SlaNotice
from followups.services import complete_task
from followups.sla.breaches import find_breaches
from followups.tasks.models import FollowupTask
from followups.tasks.services import snooze_task
from kpi.models import KPIEvent
from tests.factories import NOON, LadderFactory, TaskFactory, completed, many
from wholesale.plumbing.act import Act

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

TASKS = 60
LATE = NOON + timedelta(hours=3)


def late_tasks(size: int = TASKS) -> None:
    ladders = many(LadderFactory, size, open_steps=1)
    FollowupTask.objects.bulk_create(TaskFactory.build(ladder=ladder) for ladder in ladders)


@pytest.mark.parametrize("workers", [2, 8])
def test_concurrent_workers_record_each_breach_once(
    workers: int, transactional_db: None, run_together: Callable[..., list[Any]]
) -> None:
    find_breaches(act=Act(at=NOON))
    late_tasks()
    completed(late=timedelta(hours=2, minutes=1))

    found = run_together(workers, lambda number: find_breaches(act=Act(at=LATE)))

    assert sorted(found) == [0] * (workers - 1) + [TASKS + 1]
    assert SlaBreach.objects.values("task", "due_at").distinct().count() == SlaBreach.objects.count() == TASKS + 1
    assert KPIEvent.objects.filter(metric="followup_breached").count() == TASKS + 1
    assert SlaNotice.objects.get().breaches == TASKS + 1


def test_a_look_does_not_wait_for_completions_and_does_not_deadlock(
    transactional_db: None, run_together: Callable[..., list[Any]]
) -> None:
    late_tasks()
    tasks = list(FollowupTask.objects.values_list("pk", flat=True))

    def act(number: int) -> list[Any]:
        if number == 0:
            return [find_breaches(act=Act(at=LATE)) for _ in range(3)]
        return [complete_task(pk, "va1", now=LATE).pk for pk in tasks[number::4]]

    answers = run_together(4, act)

    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert find_breaches(act=Act(at=LATE + timedelta(minutes=1))) + sum(answers[0]) == TASKS
    assert KPIEvent.objects.filter(metric="followup_breached").count() == TASKS


def test_a_task_moved_during_its_completion_is_not_late(
    transactional_db: None, run_together: Callable[..., list[Any]]
) -> None:
    """The completion read the task earlier, and waits for its ladder."""
    late_tasks(1)
    task = FollowupTask.objects.get()
    is_put_off = threading.Event()

    def act(number: int) -> Any:
        if number == 0:
            with transaction.atomic():
                snooze_task(task.pk, LATE + timedelta(days=1), act=Act(reason="asked for it", at=LATE))
                is_put_off.set()
                time.sleep(1)
            return None
        is_put_off.wait(30)
        return complete_task(task.pk, "va1", now=LATE).pk

    assert run_together(2, act) == [None, task.pk]
    task.refresh_from_db()
    assert (task.completed_at, task.late_for) == (LATE, timedelta())
    find_breaches(act=Act(at=LATE + timedelta(minutes=1)))
    assert not SlaBreach.objects.exists()


def test_a_locked_task_is_left_for_the_next_look(transactional_db: None, run_together: Any) -> None:
    late_tasks(2)
    held = FollowupTask.objects.order_by("pk")[0]
    locked, looked = threading.Event(), threading.Event()

    def act(number: int) -> int:
        if number == 0:
            with transaction.atomic():
                FollowupTask.objects.select_for_update().get(pk=held.pk)
                locked.set()
                looked.wait(30)
            return 0
        locked.wait(30)
        try:
            return find_breaches(act=Act(at=LATE))
        finally:
            looked.set()

    assert run_together(2, act) == [0, 1]
    assert find_breaches(act=Act(at=LATE)) == 1
