"""The outcome of a contact: its effect on the ladder, and the claim on the task."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from followups.ladders.models import FollowupLadder
from followups.models import Lead, OutcomeRule
from followups.services import complete_task, start_ladder
from followups.tasks.errors import OptOutStays, PauseNeedsDays, TaskLeased
from followups.tasks.models import FollowupTask, TaskEvent
from followups.tasks.outcomes.rules import SEEDED, Effect, Outcome, careful
from governance.golive.models import GoLiveState
from governance.ledger.models import ContactRecord
from governance.policies import seed, upsert
from kpi.models import KPIEvent
from tests.conftest import attrs, codes
from tests.factories import NOON, LeadFactory, TaskFactory
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import RequiredParameter, VersionConflict

LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def steps(db: None) -> list[FollowupTask]:
    """The tasks of a ladder that began at noon, for a lead with a number and an address."""
    LeadFactory.create(lead_id="L1", phone="+14165550123", email="jane@example.ca")
    return start_ladder(lead_id="L1", province="ON", market="TORONTO", act=Act(at=NOON)).tasks


def events(kind: str) -> Any:
    return TaskEvent.objects.filter(kind=kind)


def lease(task: FollowupTask, holder: str, **values: Any) -> None:
    FollowupTask.objects.filter(pk=task.pk).update(
        leased_by=holder, **{"leased_until": LATER + timedelta(minutes=10), **values}
    )


def test_outcome_and_note_are_stored_and_told_once(agent: APIClient, steps: Any) -> None:
    path = f"/api/followups/task/{steps[0].pk}/complete"
    first = agent.post(path, {"outcome": "left_message", "note": "on the machine", "correlation_id": "C-1"})
    again = agent.post(path, {"outcome": "NOT_INTERESTED", "note": "no"})
    assert (first.status_code, first.json()["outcome"]) == (200, "LEFT_MESSAGE")
    assert (again.status_code, again.json()) == (200, first.json())
    task = FollowupTask.objects.get(pk=steps[0].pk)
    assert (task.outcome, task.note) == ("LEFT_MESSAGE", "on the machine")
    line = TaskEvent.objects.get()
    assert (line.task, line.kind, line.reason, line.detail) == (task, "COMPLETED", "", {"outcome": "LEFT_MESSAGE"})
    assert (line.actor, line.user, line.correlation_id) == ("agent", task.completed_user, "C-1")
    assert line.created_at == task.completed_at
    row = KPIEvent.objects.get(metric="followup_completed")
    assert row.detail == {"task_id": task.pk, "step": 1, "channel": "SMS", "outcome": "LEFT_MESSAGE"}
    assert FollowupLadder.objects.get().open_steps == 5


@pytest.mark.parametrize("outcome", [None, "REACHED", "NO_ANSWER", "LEFT_MESSAGE"])
def test_go_on_leaves_the_open_steps(db: None, steps: Any, outcome: Any) -> None:
    before = list(FollowupTask.objects.exclude(step=1).values("id", "due_at", "cancelled_at"))
    complete_task(steps[0].pk, "va1", outcome=outcome, now=LATER)
    assert list(FollowupTask.objects.exclude(step=1).values("id", "due_at", "cancelled_at")) == before
    assert [(line.kind, line.detail) for line in TaskEvent.objects.all()] == [
        ("COMPLETED", {"outcome": outcome} if outcome else {})
    ]


def test_a_pause_moves_the_open_steps_and_reports_the_old_and_new_time(db: None, steps: Any) -> None:
    complete_task(steps[1].pk, "va1", now=LATER)
    complete_task(steps[0].pk, "va1", "C-2", outcome="REPLIED", now=LATER)
    moved = FollowupTask.objects.filter(step__gt=2).order_by("step")
    assert [task.due_at for task in moved] == [task.due_at + timedelta(days=3) for task in steps[2:]]
    assert all(task.actionable_at and task.actionable_at >= task.due_at for task in moved)
    assert set(FollowupTask.objects.filter(step__lte=2).values_list("due_at", flat=True)) == {NOON, steps[1].due_at}
    lines = events("PAUSED").order_by("task__step")
    assert [line.task for line in lines] == list(moved)
    assert lines[0].detail == {"from": "2026-12-15T21:00:00Z", "to": "2026-12-18T21:00:00Z"}
    assert {(line.reason, line.actor, line.correlation_id) for line in lines} == {("outcome REPLIED", "va1", "C-2")}
    assert FollowupLadder.objects.get().open_steps == 4


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_at_the_last_step_closes_the_ladder(db: None, steps: Any, outcome: Any) -> None:
    for step in steps[:5]:
        complete_task(step.pk, "va1", now=LATER)
    complete_task(steps[5].pk, "va1", outcome=outcome, now=LATER)
    assert FollowupLadder.objects.get().closed_at == LATER
    assert set(TaskEvent.objects.values_list("kind", flat=True)) == {"COMPLETED"}


@pytest.mark.parametrize("outcome", ["APPOINTMENT", "NOT_INTERESTED", "WRONG_NUMBER"])
def test_a_stop_cancels_the_open_steps_and_closes_the_ladder(agent: APIClient, steps: Any, outcome: Any) -> None:
    answer = agent.post(f"/api/followups/task/{steps[0].pk}/complete", {"outcome": outcome}).json()
    ladder = FollowupLadder.objects.get()
    assert ladder.open_steps == 0
    assert ladder.closed_at is not None
    assert answer["ladder"] == {
        "id": ladder.pk,
        "open_steps": 0,
        "closed_at": ladder.closed_at.isoformat().replace("+00:00", "Z"),
        "next_at": None,
    }
    rest = FollowupTask.objects.exclude(pk=steps[0].pk)
    assert set(rest.values_list("cancelled_at", "cancel_reason")) == {(ladder.closed_at, f"outcome {outcome}")}
    assert set(events("CANCELLED").values_list("task", flat=True)) == {task.pk for task in steps[1:]}
    assert events("CANCELLED").count() == 5
    assert ContactRecord.objects.count() == 0


def test_an_opt_out_is_recorded_for_all_points_and_stops_every_lead_that_has_them(db: None, steps: Any) -> None:
    for lead in ("L2", "L3", "L4"):
        LeadFactory.create(lead_id=lead)
        start_ladder(lead_id=lead, province="ON", market="TORONTO", act=Act(at=NOON))
    # No verb leaves these ladders open.
    Lead.objects.filter(lead_id="L2").update(phone="+14165550123")
    Lead.objects.filter(lead_id="L3").update(email="jane@example.ca")
    complete_task(steps[0].pk, "va1", "C-3", outcome="OPTED_OUT", contacted_at=NOON, now=LATER)
    assert list(FollowupLadder.objects.open().values_list("lead_id", flat=True)) == ["L4"]
    records = ContactRecord.objects.select_related("point")
    assert {(line.entry, line.channel, line.point.value) for line in records} == {
        ("OPT_OUT", "", "+14165550123"),
        ("OPT_OUT", "", "jane@example.ca"),
        ("OPT_OUT", "", "L1"),
    }
    assert {(line.effective_at, line.actor, line.evidence) for line in records} == {(NOON, "va1", f"task {steps[0].pk}")}
    cancelled = FollowupTask.objects.exclude(cancelled_at=None)
    assert (cancelled.count(), set(cancelled.values_list("cancel_reason", flat=True))) == (17, {"opted_out"})
    assert sorted(events("CANCELLED").values_list("task", flat=True)) == sorted(cancelled.values_list("pk", flat=True))
    assert set(events("CANCELLED").values_list("correlation_id", flat=True)) == {"C-3"}


def test_an_opt_out_of_an_unknown_lead_stops_its_ladder(db: None) -> None:
    task = start_ladder(lead_id="NOBODY", province="ON", act=Act(at=NOON)).tasks[0]
    complete_task(task.pk, "va1", outcome="OPTED_OUT", now=LATER)
    assert FollowupLadder.objects.get().closed_at == LATER
    assert events("CANCELLED").count() == 5
    lines = ContactRecord.objects.values_list("entry", "channel", "point__kind", "point__value")
    assert lines.get() == ("OPT_OUT", "", "LEAD", "NOBODY")


def test_an_opt_out_at_a_cancelled_step_stops_the_later_ladder(db: None, steps: Any) -> None:
    start_ladder(lead_id="L1", province="ON", restart=True, act=Act(at=NOON))
    complete_task(steps[0].pk, "va1", outcome="OPTED_OUT", now=LATER)
    assert not FollowupLadder.objects.open().exists()
    assert events("CANCELLED").count() == 12


@pytest.mark.parametrize("outcome", list(Outcome))
def test_the_kill_switch_refuses_no_outcome(db: None, steps: Any, kill_switch: GoLiveState, outcome: Any) -> None:
    complete_task(steps[0].pk, "va1", outcome=outcome, now=LATER)
    assert FollowupTask.objects.get(pk=steps[0].pk).outcome == outcome
    assert events("COMPLETED").count() == 1


@pytest.mark.parametrize("outcome", list(Outcome))
def test_an_outcome_without_its_rule_has_the_most_careful_effect(db: None, steps: Any, outcome: Any) -> None:
    OutcomeRule.objects.all().delete()
    complete_task(steps[0].pk, "va1", outcome=outcome, now=LATER)
    assert FollowupLadder.objects.get().closed_at == LATER
    assert ContactRecord.objects.exists() is (outcome == "OPTED_OUT")
    assert (careful(outcome) == Effect.OPT_OUT) is (outcome == "OPTED_OUT")


# Claims -------------------------------------------------------------------------------------------------------------------


def test_a_task_under_anothers_live_claim_is_refused_and_the_holder_is_named(agent: APIClient, steps: Any) -> None:
    lease(steps[0], "anna", leased_until="2099-01-01T00:00:00Z")
    response = agent.post(f"/api/followups/task/{steps[0].pk}/complete", {"outcome": "REACHED"})
    assert (response.status_code, codes(response)) == (409, ["task_leased"])
    assert response.json()["errors"][0]["detail"] == "anna holds this task until 2099-01-01T00:00:00Z."
    assert FollowupTask.objects.get(pk=steps[0].pk).completed_at is None
    assert TaskEvent.objects.count() == KPIEvent.objects.filter(metric="followup_completed").count() == 0


def test_a_forced_outcome_with_a_note_is_recorded_with_a_line_of_history(agent: APIClient, steps: Any) -> None:
    lease(steps[0], "anna", leased_until="2099-01-01T00:00:00Z")
    given = {"force": True, "note": "they called me", "outcome": "REACHED"}
    assert agent.post(f"/api/followups/task/{steps[0].pk}/complete", given).status_code == 200
    task = FollowupTask.objects.get(pk=steps[0].pk)
    assert (task.completed_by, task.note, task.ladder.open_steps) == ("agent", "they called me", 5)
    assert TaskEvent.objects.get().detail == {"outcome": "REACHED", "forced": True, "leased_by": "anna"}


def test_force_needs_a_note(agent: APIClient, steps: Any) -> None:
    response = agent.post(f"/api/followups/task/{steps[0].pk}/complete", {"force": True})
    assert (response.status_code, attrs(response), codes(response)) == (400, ["note"], ["required"])
    with pytest.raises(RequiredParameter):
        complete_task(steps[0].pk, "va1", force=True)
    assert TaskEvent.objects.count() == 0


def test_force_on_an_unclaimed_task_is_not_recorded(db: None, steps: Any) -> None:
    complete_task(steps[0].pk, "va1", force=True, note="x", now=LATER)
    assert TaskEvent.objects.get().detail == {}


@pytest.mark.parametrize(
    ("lease_of", "actor", "username", "works"),
    [
        ("va1", "va1", None, True),
        ("anna", "va1", None, False),
        ("va1", "anna", "va1", True),  # the claim of the user, under any label of the act
        ("anna", "anna", "va1", False),  # a label is no proof
    ],
)
def test_the_holder_completes_its_own_task(
    steps: Any, user_of: Callable[..., User], lease_of: Any, actor: Any, username: Any, works: Any
) -> None:
    lease(steps[0], lease_of)
    user = user_of("operator", username=username) if username else None
    if not works:
        with pytest.raises(TaskLeased):
            complete_task(steps[0].pk, actor, user=user, now=LATER)
    else:
        complete_task(steps[0].pk, actor, user=user, now=LATER)
    assert FollowupTask.objects.get(pk=steps[0].pk).completed_at == (LATER if works else None)


def test_a_claim_belongs_to_its_user_under_any_label(steps: Any, user_of: Callable[..., User]) -> None:
    user = user_of("agent", username="va1")
    lease(steps[0], "dialer 7", leased_user=user)
    assert complete_task(steps[0].pk, "va1", user=user, now=LATER).completed_at == LATER


def test_an_expired_claim_stops_nobody(db: None, steps: Any) -> None:
    lease(steps[0], "anna", leased_until=LATER)
    assert complete_task(steps[0].pk, "va1", now=LATER).completed_at == LATER


def test_a_completed_or_cancelled_task_is_under_no_claim(db: None, steps: Any) -> None:
    lease(steps[0], "anna")
    complete_task(steps[0].pk, "anna", now=LATER)
    assert complete_task(steps[0].pk, "va1", outcome="REACHED", now=LATER).completed_by == "anna"
    lease(steps[1], "anna")
    start_ladder(lead_id="L1", province="ON", restart=True, act=Act(at=LATER))
    assert complete_task(steps[1].pk, "va1", now=LATER).completed_by == "va1"


# The table ----------------------------------------------------------------------------------------------------------------


def test_each_outcome_has_a_rule_from_the_start(agent: APIClient) -> None:
    rows = agent.get("/api/followups/outcomes").json()
    assert {row["outcome"]: (row["effect"], row["pause_days"]) for row in rows} == SEEDED
    assert {row["version"] for row in rows} == {1}
    assert OutcomeRule.history.count() == len(SEEDED)


def test_a_rule_is_edited_with_version_and_history(operator: APIClient, steps: Any) -> None:
    path = "/api/followups/outcomes/upsert"
    given = {"outcome": "no_answer", "effect": "pause", "pause_days": 2, "reason": "breathe", "expected_version": 1}
    answer = operator.post(path, given)
    assert answer.status_code == 200
    shown = answer.json()
    assert (shown["effect"], shown["pause_days"], shown["version"]) == ("PAUSE", 2, 2)
    assert (shown["changed_by"], shown["reason"]) == ("operator", "breathe")
    assert codes(operator.post(path, given)) == ["version_conflict"]
    complete_task(steps[0].pk, "va1", outcome="NO_ANSWER", now=LATER)
    assert events("PAUSED").count() == 5
    assert operator.post(path, {"outcome": "NO_ANSWER", "effect": "GO_ON"}).json()["pause_days"] == 0


@pytest.mark.parametrize(
    ("given", "attr", "code"),
    [
        ({"outcome": "REACHED", "effect": "PAUSE"}, "pause_days", "pause_needs_days"),
        ({"outcome": "REACHED", "effect": "PAUSE", "pause_days": 0}, "pause_days", "pause_needs_days"),
        ({"outcome": "REACHED", "pause_days": 3}, "pause_days", "pause_needs_days"),
        ({"outcome": "REPLIED", "pause_days": 0}, "pause_days", "pause_needs_days"),
        ({"outcome": "OPTED_OUT", "effect": "STOP"}, "effect", "opt_out_stays"),
        ({"outcome": "BORED", "effect": "STOP"}, "outcome", "invalid_choice"),
        ({"outcome": "REACHED", "effect": "SHOUT"}, "effect", "invalid_choice"),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(operator: APIClient, given: Any, attr: Any, code: Any) -> None:
    response = operator.post("/api/followups/outcomes/upsert", given)
    assert (response.status_code, attrs(response), codes(response)) == (400, [attr], [code])
    assert {rule.outcome: (rule.effect, rule.pause_days) for rule in OutcomeRule.objects.all()} == SEEDED


def test_seeding_makes_missing_rules_and_overwrites_nothing(db: None) -> None:
    upsert(OutcomeRule, outcome="REPLIED", effect=Effect.STOP, act=Act("me"))
    OutcomeRule.objects.filter(outcome="REACHED").delete()
    assert (seed(OutcomeRule), seed(OutcomeRule)) == (1, 0)
    assert OutcomeRule.objects.get(outcome="REACHED").effect == Effect.GO_ON
    assert OutcomeRule.objects.get(outcome="REPLIED").effect == Effect.STOP


def test_a_missing_rule_is_created_with_its_effect(db: None) -> None:
    OutcomeRule.objects.filter(outcome="REACHED").delete()
    with pytest.raises(RequiredParameter):
        upsert(OutcomeRule, outcome="REACHED", act=Act("me"))
    with pytest.raises(VersionConflict):
        upsert(OutcomeRule, outcome="REACHED", effect="STOP", expected_version=1, act=Act("me"))
    assert upsert(OutcomeRule, outcome="REACHED", effect="STOP", act=Act("me")).version == 1
    for error in (OptOutStays, PauseNeedsDays):
        assert error.status == 400


def test_a_pause_moves_only_the_tasks_of_its_own_ladder(db: None, steps: Any) -> None:
    other = TaskFactory.create()
    complete_task(steps[0].pk, "va1", outcome="REPLIED", now=LATER)
    other.refresh_from_db()
    assert other.due_at == NOON
