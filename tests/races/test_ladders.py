"""Many clients start and work one lead's ladder at once: one open ladder, one KPI row for each fact, right counts."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Max
from rest_framework.test import APIClient

from followups.ladders.models import FollowupLadder
from followups.tasks.models import FollowupTask
from kpi.models import KPIEvent
from tests.races.conftest import CLIENTS

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

CREATE = "/api/followups/ladder/create"
LEAD = {"lead_id": "L1", "province": "ON", "market": "TORONTO"}
STEPS = 6


def create(client: APIClient, **more: Any) -> Any:
    return client.post(CREATE, {**LEAD, **more})


def complete(client: APIClient, task_id: int) -> Any:
    return client.post(f"/api/followups/task/{task_id}/complete")


def assert_ladders_are_consistent() -> None:
    """Check that each ladder counts its open tasks, and that each completed task has exactly one KPI row."""
    for ladder in FollowupLadder.objects.all():
        open_tasks = ladder.tasks.filter(completed_at=None, cancelled_at=None).count()
        assert (ladder.open_steps, ladder.closed_at is None) == (open_tasks, open_tasks > 0)
    completed = FollowupTask.objects.exclude(completed_at=None).values_list("id", flat=True)
    counted = KPIEvent.objects.filter(metric="followup_completed").values_list("subject_id", flat=True)
    assert sorted(counted) == sorted(map(str, completed))


def test_concurrent_creates_for_one_lead_leave_one_open_ladder(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    answers = run_together(CLIENTS, lambda number: create(operators[number]))
    assert sorted(answer.status_code for answer in answers) == [200] * (CLIENTS - 1) + [201]
    ids = [[step["id"] for step in answer.json()] for answer in answers]
    assert ids == [ids[0]] * CLIENTS
    assert FollowupLadder.objects.get().open_steps == STEPS
    assert sorted(FollowupTask.objects.values_list("id", flat=True)) == sorted(ids[0])
    assert KPIEvent.objects.filter(metric="ladder_created").count() == 1


def test_concurrent_restarts_of_one_lead_leave_exactly_one_open_ladder(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    answers = run_together(CLIENTS, lambda number: create(operators[number], restart=True))
    assert [answer.status_code for answer in answers] == [201] * CLIENTS
    assert FollowupLadder.objects.count() == CLIENTS
    assert FollowupLadder.objects.get(closed_at=None).open_steps == STEPS
    assert FollowupTask.objects.exclude(cancelled_at=None).count() == STEPS * (CLIENTS - 1)
    assert KPIEvent.objects.filter(metric="ladder_created").count() == CLIENTS
    assert_ladders_are_consistent()


def test_concurrent_completions_of_one_task_count_once(
    operator: APIClient, operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    task = create(operator).json()[0]["id"]
    answers = run_together(CLIENTS, lambda number: complete(operators[number], task))
    assert [answer.status_code for answer in answers] == [200] * CLIENTS
    assert [answer.json() for answer in answers] == [answers[0].json()] * CLIENTS
    assert KPIEvent.objects.filter(metric="followup_completed").count() == 1
    assert FollowupLadder.objects.get().open_steps == STEPS - 1
    assert_ladders_are_consistent()


def test_concurrent_completions_of_all_steps_close_the_ladder_once(
    operator: APIClient, operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    tasks = [step["id"] for step in create(operator).json()]
    answers = run_together(CLIENTS, lambda number: complete(operators[number], tasks[number % STEPS]))
    assert [answer.status_code for answer in answers] == [200] * CLIENTS
    ladder = FollowupLadder.objects.get()
    assert (ladder.open_steps, ladder.closed_at) == (0, ladder.tasks.aggregate(last=Max("completed_at"))["last"])
    assert KPIEvent.objects.filter(metric="followup_completed").count() == STEPS
    assert_ladders_are_consistent()


def test_concurrent_completions_and_restarts_neither_deadlock_nor_miscount(
    operator: APIClient, operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    """A completed step stays completed even if its ladder is cancelled at the same moment."""
    for _ in range(3):
        tasks = [step["id"] for step in create(operator).json()]

        def act(number: int, tasks: list[int] = tasks) -> int:
            if number % 4 == 0:
                return create(operators[number], restart=True, reason="a race").status_code
            return complete(operators[number], tasks[number % STEPS]).status_code

        assert run_together(CLIENTS, act) == [200 if number % 4 else 201 for number in range(CLIENTS)]
        touched = {tasks[number % STEPS] for number in range(CLIENTS) if number % 4}
        assert FollowupTask.objects.filter(id__in=touched, completed_at=None).count() == 0
        assert FollowupLadder.objects.filter(closed_at=None).count() == 1
        assert_ladders_are_consistent()
