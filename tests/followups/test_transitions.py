"""Snooze, skip, reassign, cancel, restart: the changes, the refusals and the history of each."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from followups.ladders.errors import LadderClosed, LadderNotFound
from followups.ladders.models import FollowupLadder
from followups.ladders.services import cancel_ladder, reassign_ladder, restart_ladder
from followups.services import complete_task, start_ladder
from followups.tasks.errors import NotYourTask, TaskClosed, TaskLeased, TaskNotFound, TimeOutOfRange
from followups.tasks.models import FollowupTask, TaskEvent
from followups.tasks.services import skip_task, snooze_task
from governance.gate import record_opt_out
from kpi.models import KPIEvent
from tests.conftest import attrs, codes
from tests.factories import NOON, LeadFactory, TaskEventFactory
from wholesale.plumbing.act import Act

LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def steps(db: None) -> list[FollowupTask]:
    """The tasks of a ladder that anna owns and that began at noon."""
    LeadFactory.create(lead_id="L1", phone="+14165550123")
    return start_ladder(lead_id="L1", province="ON", market="TORONTO", owner="anna", act=Act(at=NOON)).tasks


def fresh(task: FollowupTask) -> FollowupTask:
    return FollowupTask.objects.get(pk=task.pk)


def lease(tasks: list[FollowupTask], holder: str, minutes: int = 10) -> None:
    FollowupTask.objects.filter(pk__in=[task.pk for task in tasks]).update(
        leased_by=holder, leased_until=LATER + timedelta(minutes=minutes)
    )


def test_a_snooze_moves_the_task_recomputes_its_minutes_and_ends_the_claim(operator: APIClient, steps: Any) -> None:
    lease(steps, "operator", 60 * 24 * 365)
    until = fresh(steps[0]).created_at.replace(year=2099)
    response = operator.post(
        f"/api/followups/task/{steps[0].pk}/snooze", {"until": until.isoformat(), "reason": "too far", "actor": "x"}
    )
    assert (response.status_code, attrs(response), codes(response)) == (400, ["until"], ["out_of_range"])
    night = NOON + timedelta(hours=12)
    task = snooze_task(steps[0].pk, night, act=Act("operator", reason="asked for it", correlation_id="C-1", at=LATER))
    assert (task.due_at, task.leased_by, task.leased_until) == (night, None, None)
    stored = fresh(task)
    assert (stored.due_at, stored.leased_by) == (night, None)
    assert stored.actionable_at is not None
    assert stored.actionable_at > night  # nobody is called at one in the morning
    line = TaskEvent.objects.get()
    assert (line.kind, line.task, line.reason) == ("SNOOZED", task, "asked for it")
    assert line.detail == {"from": "2026-12-15T18:00:00Z", "to": "2026-12-16T06:00:00Z"}
    assert (line.actor, line.correlation_id, line.created_at) == ("operator", "C-1", LATER)
    assert fresh(steps[1]).leased_by == "operator"


@pytest.mark.parametrize("days", [-1, 0, 90.001])
def test_a_snooze_ends_within_90_days(db: None, steps: Any, days: Any) -> None:
    with pytest.raises(TimeOutOfRange):
        snooze_task(steps[0].pk, LATER + timedelta(days=days), act=Act(reason="x", at=LATER))
    assert snooze_task(steps[0].pk, LATER + timedelta(days=90), act=Act(reason="x", at=LATER)).due_at == LATER + timedelta(
        days=90
    )
    assert TaskEvent.objects.count() == 1


def test_a_skip_cancels_one_step_and_the_last_skip_closes_the_ladder(operator: APIClient, steps: Any) -> None:
    response = operator.post(f"/api/followups/task/{steps[0].pk}/skip", {"reason": "no texts", "correlation_id": "C-1"})
    task = fresh(steps[0])
    assert (response.status_code, response.json()["cancel_reason"]) == (200, "no texts")
    assert (task.cancelled_at is not None, task.ladder.open_steps, task.ladder.closed_at) == (True, 5, None)
    line = TaskEvent.objects.get()
    assert (line.kind, line.reason, line.actor, line.correlation_id) == ("SKIPPED", "no texts", "operator", "C-1")
    assert line.user is not None
    for step in steps[1:]:
        skip_task(step.pk, act=Act(reason="x", at=LATER))
    ladder = FollowupLadder.objects.get()
    assert (ladder.open_steps, ladder.closed_at) == (0, LATER)
    assert list(TaskEvent.objects.values_list("kind", flat=True)) == ["SKIPPED"] * 6


def test_a_closed_task_is_neither_snoozed_nor_skipped(operator: APIClient, steps: Any) -> None:
    complete_task(steps[0].pk, "anna", now=LATER)
    skip_task(steps[1].pk, act=Act(reason="x", at=LATER))
    for task in steps[:2]:
        with pytest.raises(TaskClosed):
            snooze_task(task.pk, LATER + timedelta(days=1), act=Act(reason="x", at=LATER))
        response = operator.post(f"/api/followups/task/{task.pk}/skip", {"reason": "x"})
        assert (response.status_code, codes(response)) == (409, ["task_closed"])
    assert TaskEvent.objects.count() == 2


@pytest.mark.parametrize(
    ("owner", "holder", "minutes", "refusal"),
    [
        ("va1", None, 0, None),
        ("va1", "va1", 10, None),
        ("va1", "bob", 10, TaskLeased),
        ("va1", "bob", 0, None),
        ("anna", None, 0, NotYourTask),
        ("anna", "va1", 10, NotYourTask),
        (None, "va1", 10, None),
        (None, "va1", 0, NotYourTask),
        (None, None, 0, NotYourTask),
        (None, "bob", 10, TaskLeased),
    ],
)
def test_an_agent_snoozes_its_own_tasks_and_unowned_ones_that_it_claimed(
    steps: Any, user_of: Callable[..., User], owner: Any, holder: Any, minutes: Any, refusal: Any
) -> None:
    FollowupTask.objects.update(owner=owner)
    if holder:
        lease(steps, holder, minutes)
    user = user_of("agent", username="va1")
    if refusal:
        with pytest.raises(refusal):
            skip_task(steps[0].pk, act=Act("va1", user=user, reason="x", at=LATER))
        with pytest.raises(refusal):
            snooze_task(steps[0].pk, LATER + timedelta(days=1), act=Act("va1", user=user, reason="x", at=LATER))
        assert TaskEvent.objects.count() == 0
    else:
        skip_task(steps[0].pk, act=Act("va1", user=user, reason="x", at=LATER))
        snooze_task(steps[1].pk, LATER + timedelta(days=1), act=Act("va1", user=user, reason="x", at=LATER))
        assert TaskEvent.objects.count() == 2


def test_a_user_who_may_work_any_task_waits_for_a_live_claim_too(steps: Any, user_of: Callable[..., User]) -> None:
    lease(steps, "bob")
    with pytest.raises(TaskLeased):
        skip_task(steps[0].pk, act=Act("boss", user=user_of("operator"), reason="x", at=LATER))


def test_a_reassignment_moves_ladder_and_open_tasks_and_ends_their_claims(operator: APIClient, steps: Any) -> None:
    complete_task(steps[0].pk, "anna", now=LATER)
    lease(steps[1:], "anna")
    response = operator.post(f"/api/followups/ladder/{steps[0].ladder_id}/reassign", {"owner": "bob", "reason": "ill"})
    assert (response.status_code, response.json()["owner"]) == (200, "bob")
    assert FollowupLadder.objects.get().owner == "bob"
    assert fresh(steps[0]).owner == "anna"
    for task in steps[1:]:
        stored = fresh(task)
        assert (stored.owner, stored.leased_by, stored.leased_until) == ("bob", None, None)
    lines = TaskEvent.objects.filter(kind="REASSIGNED")
    assert {line.task_id for line in lines} == {task.pk for task in steps[1:]}
    assert [(line.reason, line.detail) for line in lines] == [("ill", {"from": "anna", "to": "bob"})] * 5
    reassign_ladder(steps[0].ladder_id, "bob", act=Act(reason="again"))
    assert lines.count() == 5
    assert operator.post(f"/api/followups/ladder/{steps[0].ladder_id}/reassign", {"reason": "x"}).json()["owner"] is None
    assert fresh(steps[1]).owner is None


def test_a_cancellation_closes_the_ladder_with_one_line_for_each_step(operator: APIClient, steps: Any) -> None:
    complete_task(steps[0].pk, "anna", now=LATER)
    path = f"/api/followups/ladder/{steps[0].ladder_id}/cancel"
    answer = operator.post(path, {"reason": "sold"}).json()
    assert answer["open_steps"] == 0
    assert answer["closed_at"]
    assert set(FollowupTask.objects.exclude(step=1).values_list("cancel_reason", flat=True)) == {"sold"}
    lines = TaskEvent.objects.filter(kind="CANCELLED")
    assert (lines.count(), {(line.reason, line.actor) for line in lines}) == (5, {("sold", "operator")})
    again = operator.post(path, {"reason": "sold"})
    assert (again.status_code, codes(again)) == (409, ["ladder_closed"])
    with pytest.raises(LadderClosed):
        reassign_ladder(steps[0].ladder_id, "bob", act=Act(reason="x"))
    assert lines.count() == 5


def test_a_restart_cancels_the_open_steps_and_starts_a_ladder_for_the_same_lead(operator: APIClient, steps: Any) -> None:
    complete_task(steps[0].pk, "anna", now=LATER)
    response = operator.post(f"/api/followups/ladder/{steps[0].ladder_id}/restart", {"reason": "new interest"})
    assert response.status_code == 201
    new, old = FollowupLadder.objects.order_by("-id")
    assert [step["id"] for step in response.json()] == list(new.tasks.order_by("step").values_list("id", flat=True))
    assert (new.lead_id, new.province, new.market, new.owner) == ("L1", "ON", "TORONTO", "anna")
    assert (old.open_steps, old.closed_at, new.created_by) == (0, new.created_at, "operator")
    lines = TaskEvent.objects.filter(kind="CANCELLED")
    assert {(line.task.ladder_id, line.reason) for line in lines} == {(old.pk, "new interest")}
    assert lines.count() == 5
    assert KPIEvent.objects.filter(metric="ladder_created").count() == 2


def test_a_restart_of_a_closed_ladder_cancels_the_one_that_came_after_it(db: None, steps: Any) -> None:
    cancel_ladder(steps[0].ladder_id, act=Act(reason="x", at=LATER))
    second = restart_ladder(steps[0].ladder_id, act=Act(reason="again", at=LATER))
    third = restart_ladder(steps[0].ladder_id, act=Act(reason="and again", at=LATER))
    assert list(FollowupLadder.objects.open()) == [third.tasks[0].ladder]
    assert set(FollowupTask.objects.filter(ladder=second.tasks[0].ladder).values_list("cancel_reason", flat=True)) == {
        "and again"
    }


def test_a_restart_of_a_ladder_without_a_lead_cancels_no_other(db: None) -> None:
    first, other = (start_ladder(province="ON", owner="anna", act=Act(at=NOON)).tasks for _ in range(2))
    start = restart_ladder(first[0].ladder_id, act=Act(reason="again", at=LATER))
    assert set(FollowupLadder.objects.open()) == {start.tasks[0].ladder, other[0].ladder}
    assert TaskEvent.objects.filter(kind="CANCELLED", task__ladder=first[0].ladder_id).count() == 6
    assert start.tasks[0].owner == "anna"


def test_an_unknown_task_or_ladder_is_not_found(operator: APIClient) -> None:
    for verb in ("snooze", "skip"):
        given = {"reason": "x", "until": "2026-12-15T18:00:00Z"}
        assert operator.post(f"/api/followups/task/999999/{verb}", given).status_code == 404
    for verb in ("reassign", "cancel", "restart"):
        assert operator.post(f"/api/followups/ladder/999999/{verb}", {"reason": "x"}).status_code == 404
    with pytest.raises(TaskNotFound):
        skip_task(999_999, act=Act(reason="x"))
    with pytest.raises(LadderNotFound):
        cancel_ladder(999_999, act=Act(reason="x"))


def test_every_cancellation_writes_one_line_for_each_step_but_not_for_steps_made_cancelled(db: None, steps: Any) -> None:
    points = [("PHONE", "+14165550123")]
    record_opt_out(points=points, channel="SMS", act=Act("system", correlation_id="C-4", at=LATER))
    lines = TaskEvent.objects.filter(kind="CANCELLED")
    assert {line.task.channel for line in lines} == {"SMS"}
    assert (lines.count(), set(lines.values_list("reason", flat=True))) == (3, {"opted_out"})
    start_ladder(lead_id="L1", province="ON", restart=True, act=Act(correlation_id="C-5", at=LATER))
    assert set(lines.filter(reason="restarted").values_list("correlation_id", flat=True)) == {"C-5"}
    assert lines.all().count() == 6
    assert FollowupTask.objects.filter(cancelled_at=LATER).count() == 9  # three of them were never open


def test_the_history_is_listed_by_task_ladder_and_kind(auditor: APIClient, steps: Any) -> None:
    skip_task(steps[0].pk, act=Act(reason="no texts", at=LATER))
    complete_task(steps[1].pk, "anna", now=LATER)
    TaskEventFactory.create(task__ladder__lead_id=None)
    ladder = steps[0].ladder_id
    assert [row["kind"] for row in auditor.get(f"/api/followups/events?ladder={ladder}").json()["results"]] == [
        "COMPLETED",
        "SKIPPED",
    ]
    (row,) = auditor.get(f"/api/followups/events?task={steps[0].pk}&kind=skipped").json()["results"]
    assert (row["task"], row["reason"], row["detail"], row["actor"]) == (steps[0].pk, "no texts", {}, "system")
