"""`task/{id}/complete` records a fact once, and the state of the system never refuses it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from followups.ladders.models import FollowupLadder
from followups.services import complete_task, start_ladder
from followups.tasks.errors import NotYourTask, TaskNotFound
from followups.tasks.models import FollowupTask
from kpi.models import KPIEvent
from tests.conftest import codes
from tests.factories import NOON, TaskFactory
from wholesale.plumbing.act import Act


def complete(client: Any, task: FollowupTask, **given: Any) -> Any:
    return client.post(f"/api/followups/task/{task.pk}/complete", given)


@pytest.fixture
def steps(db: None) -> list[FollowupTask]:
    """The tasks of a ladder started at NOON."""
    return start_ladder(lead_id="L1", province="ON", market="TORONTO", act=Act(correlation_id="C-ladder", at=NOON)).tasks


def completed_rows() -> Any:
    return KPIEvent.objects.filter(metric="followup_completed")


def test_completing_returns_the_task(integrator: APIClient, steps: Any) -> None:
    response = complete(integrator, steps[1], actor="bryan")
    task = FollowupTask.objects.get(pk=steps[1].pk)
    assert response.status_code == 200
    assert task.completed_at is not None
    assert response.json() == {
        "id": task.pk,
        "completed_at": task.completed_at.isoformat().replace("+00:00", "Z"),
        "completed_by": "bryan",
        "user": "integrator",
        "step": 2,
        "channel": "CALL",
        "outcome": "",
        "outside_rules": not task.attempt.allowed,
        "reasons": task.attempt.reasons,
        "warnings": task.attempt.warnings,
        "ladder": {"id": task.ladder_id, "open_steps": 5, "closed_at": None, "next_at": "2026-12-15T18:00:00Z"},
    }
    assert task.completed_by == "bryan"
    assert task.completed_user is not None
    assert task.completed_user.username == "integrator"


def test_the_actor_is_the_user_by_default(integrator: APIClient, steps: Any) -> None:
    complete(integrator, steps[0])
    steps[0].refresh_from_db()
    assert steps[0].completed_by == "integrator"


def test_the_actor_of_an_agent_is_always_the_user(agent: APIClient, steps: Any) -> None:
    answer = complete(agent, steps[0], actor="bryan").json()
    assert (answer["completed_by"], answer["user"]) == ("agent", "agent")
    steps[0].refresh_from_db()
    assert (steps[0].completed_by, completed_rows().get().actor) == ("agent", "agent")


def test_completing_writes_one_kpi_row(integrator: APIClient, steps: Any) -> None:
    response = complete(integrator, steps[2], actor="bryan", correlation_id="C-act")
    task, row = FollowupTask.objects.get(pk=steps[2].pk), completed_rows().get()
    assert (row.domain, row.success, row.detail) == (
        "WHOLESALE",
        True,
        {"task_id": task.pk, "step": 3, "channel": "SMS"},
    )
    assert (row.subject_type, row.subject_id, row.occurred_at) == ("task", str(task.pk), task.completed_at)
    assert (row.province, row.market, row.actor, row.user) == ("ON", "TORONTO", "bryan", task.completed_user)
    assert row.correlation_id == "C-act"  # the correlation id of the act, not of the ladder
    assert task.correlation_id == "C-ladder"
    assert response["X-Correlation-ID"] == "C-act"


def test_a_second_completion_changes_nothing(integrator: APIClient, steps: Any) -> None:
    first = complete(integrator, steps[0], actor="bryan")
    again = complete(integrator, steps[0], actor="anna")
    assert (again.status_code, again.json()) == (200, first.json())
    steps[0].refresh_from_db()
    assert steps[0].completed_by == "bryan"
    assert completed_rows().count() == 1
    assert FollowupLadder.objects.get().open_steps == 5


def test_a_step_may_be_completed_before_it_is_due(db: None, steps: Any) -> None:
    task = complete_task(steps[5].pk, "bryan", now=NOON + timedelta(minutes=1))
    assert task.completed_at == NOON + timedelta(minutes=1)


def test_the_ladder_closes_with_its_last_step(db: None, steps: Any) -> None:
    for minute, task in enumerate(steps):
        ladder = FollowupLadder.objects.get()
        assert (ladder.open_steps, ladder.closed_at) == (6 - minute, None)
        complete_task(task.pk, "bryan", now=NOON + timedelta(minutes=minute))
    ladder = FollowupLadder.objects.get()
    assert (ladder.open_steps, ladder.closed_at) == (0, NOON + timedelta(minutes=5))


def test_a_cancelled_step_may_be_completed_and_stays_cancelled(agent: APIClient, steps: Any) -> None:
    start_ladder(lead_id="L1", province="ON", restart=True, act=Act(at=NOON + timedelta(hours=1)))
    before = FollowupLadder.objects.get(pk=steps[0].ladder_id)
    first = complete(agent, steps[3])
    assert first.status_code == 200
    task = FollowupTask.objects.get(pk=steps[3].pk)
    assert task.completed_at is not None
    assert (task.cancelled_at, task.cancel_reason) == (NOON + timedelta(hours=1), "restarted")
    after = FollowupLadder.objects.get(pk=before.pk)
    assert (after.open_steps, after.closed_at) == (before.open_steps, before.closed_at) == (0, NOON + timedelta(hours=1))
    assert completed_rows().count() == 1
    assert complete(agent, steps[3]).json() == first.json()
    assert completed_rows().count() == 1


@pytest.mark.parametrize("task_id", [0, 999_999_999, 999_999_999_999_999_999])
def test_an_unknown_task_is_not_found(agent: APIClient, task_id: Any) -> None:
    response = agent.post(f"/api/followups/task/{task_id}/complete")
    assert (response.status_code, codes(response)) == (404, ["not_found"])
    with pytest.raises(TaskNotFound):
        complete_task(task_id, "bryan")


@pytest.mark.parametrize("task_id", ["1234567890123456789", "-1", "1.0", "abc", "\u0661"])
def test_a_value_that_is_no_id_is_not_found(agent: APIClient, task_id: Any) -> None:
    response = agent.post(f"/api/followups/task/{task_id}/complete")
    assert (response.status_code, codes(response)) == (404, ["not_found"])


@pytest.mark.parametrize(
    ("role", "owner", "status"),
    [
        ("agent", None, 200),
        ("agent", "agent", 200),
        ("agent", "Agent", 403),
        ("agent", "bryan", 403),
        ("integrator", "bryan", 200),
        ("operator", "bryan", 200),
        ("auditor", None, 403),
    ],
)
def test_an_agent_completes_unowned_tasks_and_its_own(
    client_of: Callable[..., APIClient], role: Any, owner: Any, status: Any
) -> None:
    task = TaskFactory.create(owner=owner)
    response = complete(client_of(role), task, actor=owner or "me")
    assert response.status_code == status
    task.refresh_from_db()
    assert (task.completed_at is not None) is (status == 200)
    assert completed_rows().count() == (status == 200)
    if status == 403:
        assert codes(response) == ["permission_denied"]


def test_a_second_role_lets_an_agent_complete_anybodys_task(client_of: Callable[..., APIClient]) -> None:
    task = TaskFactory.create(owner="bryan")
    assert complete(client_of("agent", "integrator"), task).status_code == 200


def test_the_guides_function_checks_no_permission_without_a_user(user_of: Callable[..., User]) -> None:
    task = TaskFactory.create(owner="bryan")
    with pytest.raises(NotYourTask):
        complete_task(task.pk, "anna", user=user_of("agent"))
    done = complete_task(task.pk, "bryan", "C-1", now=NOON)
    assert (done.completed_at, done.completed_by, done.completed_user) == (NOON, "bryan", None)
    assert completed_rows().get().correlation_id == "C-1"
