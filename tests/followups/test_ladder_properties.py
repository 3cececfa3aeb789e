"""After any acts on ladders in any order, every invariant of ladders holds and each act has left its history."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from followups.ladders.errors import LadderClosed, NoLadder
from followups.ladders.models import FollowupLadder
from followups.ladders.services import cancel_ladder, reassign_ladder, restart_ladder
from followups.services import complete_task, start_ladder
from followups.tasks import services
from followups.tasks.errors import TaskClosed
from followups.tasks.models import FollowupTask, TaskEvent
from followups.tasks.outcomes.rules import Outcome
from governance import gate
from governance.ledger import opt_outs
from kpi.models import KPIEvent
from tests.factories import NOON, LeadFactory
from wholesale.plumbing.act import Act

PHONE = "+14165550123"
LEADS = ("A", "B", "NOBODY", None)  # A and B share a number
REFUSALS = (LadderClosed, TaskClosed, NoLadder)

# A verb, and the index of the lead, ladder, task or channel it is applied to.
ACTS = st.one_of(
    st.tuples(st.sampled_from(("start", "restart_lead")), st.integers(0, len(LEADS) - 1), st.none()),
    st.tuples(st.just("complete"), st.integers(0, 30), st.sampled_from((None, *Outcome))),
    st.tuples(st.sampled_from(("snooze", "skip")), st.integers(0, 30), st.none()),
    st.tuples(st.sampled_from(("cancel", "restart")), st.integers(0, 5), st.none()),
    st.tuples(st.just("reassign"), st.integers(0, 5), st.sampled_from((None, "anna", "bob"))),
    st.tuples(st.sampled_from(("opt_out", "lift")), st.just(0), st.sampled_from(("", "SMS", "CALL"))),
)


def task_at(number: int) -> int:
    """The id of one of the tasks. The latest are the most likely to be open."""
    ids = list(FollowupTask.objects.order_by("-pk").values_list("pk", flat=True))
    return ids[number % len(ids)]


def ladder_at(number: int) -> int:
    ids = list(FollowupLadder.objects.order_by("-pk").values_list("pk", flat=True))
    return ids[number % len(ids)]


def do(what_next: tuple[str, int, Any], now: Any) -> None:
    """Carry out one act."""
    verb, number, what = what_next
    act = Act("va1", reason="again", at=now)
    if verb in ("start", "restart_lead"):
        is_again = verb == "restart_lead"
        start_ladder(lead_id=LEADS[number], province="ON", market="TORONTO", restart=is_again, act=act)
    elif verb == "complete":
        complete_task(task_at(number), "va1", outcome=what, now=now)
    elif verb == "snooze":
        services.snooze_task(task_at(number), now + timedelta(days=2), act=act)
    elif verb == "skip":
        services.skip_task(task_at(number), act=act)
    elif verb == "cancel":
        cancel_ladder(ladder_at(number), act=act)
    elif verb == "restart":
        restart_ladder(ladder_at(number), act=act)
    elif verb == "reassign":
        reassign_ladder(ladder_at(number), what, act=act)
    elif verb == "opt_out":
        gate.record_opt_out(points=[("PHONE", PHONE)], channel=what, act=Act("va1", at=now))
    else:
        opt_outs.lift_opt_out(points=[("PHONE", PHONE)], channel=what, act=Act("va1", reason="a mistake", at=now))


STATE = ("completed_at", "cancelled_at", "due_at", "owner")


def states() -> dict[int, dict[str, Any]]:
    return {row["id"]: row for row in FollowupTask.objects.values("id", *STATE)}


def transitions_between(before: dict[int, dict[str, Any]], after: dict[int, dict[str, Any]], verb: str) -> Counter[Any]:
    """The lines of history that an act must leave, derived from its changes. New rows leave none."""
    due: Counter[Any] = Counter()
    for task, was in before.items():
        now = after[task]
        if was["completed_at"] != now["completed_at"]:
            due[task, "COMPLETED"] += 1
        if was["cancelled_at"] != now["cancelled_at"]:
            due[task, "SKIPPED" if verb == "skip" else "CANCELLED"] += 1
        if was["due_at"] != now["due_at"]:
            due[task, "SNOOZED" if verb == "snooze" else "PAUSED"] += 1
        if was["owner"] != now["owner"]:
            due[task, "REASSIGNED"] += 1
    return due


def assert_ladders_hold(closed_before: dict[int, Any]) -> None:
    """Check the invariants of all ladders."""
    for ladder in FollowupLadder.objects.all():
        steps = list(ladder.tasks.open().values_list("step", flat=True))
        assert len(steps) == len(set(steps)) == ladder.open_steps
        assert (ladder.closed_at is not None) is (ladder.open_steps == 0)
        assert closed_before.get(ladder.pk) in (None, ladder.closed_at)  # a closed ladder stays closed
    open_steps = FollowupTask.objects.open().exclude(lead_id=None).values_list("lead_id", "step")
    assert len(open_steps) == len(set(open_steps))
    followed = FollowupLadder.objects.open().filter(lead__phone=PHONE).values_list("lead_id", flat=True)
    assert len(followed) <= 1  # among all leads of the number
    completed = FollowupTask.objects.exclude(completed_at=None).values_list("pk", flat=True)
    told = KPIEvent.objects.filter(metric="followup_completed").values_list("subject_id", flat=True)
    assert sorted(told) == sorted(map(str, completed))
    begun = KPIEvent.objects.filter(metric="ladder_created").values_list("subject_id", flat=True)
    assert sorted(begun) == sorted(str(pk) for pk in FollowupLadder.objects.values_list("pk", flat=True))


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(acts=st.lists(ACTS, min_size=3, max_size=12))
def test_every_invariant_of_ladders_holds_after_any_acts(acts: list[tuple[str, int, Any]]) -> None:
    example = transaction.savepoint()
    try:
        _play(acts)
    finally:
        transaction.savepoint_rollback(example)  # each example begins with empty tables


def _play(acts: list[tuple[str, int, Any]]) -> None:
    for lead in ("A", "B"):
        LeadFactory.create(lead_id=lead, phone=PHONE)
    for lead_id in ("A", "NOBODY"):
        start_ladder(lead_id=lead_id, province="ON", market="TORONTO", act=Act(at=NOON))
    for minute, act in enumerate(acts, start=1):
        before, lines = states(), TaskEvent.objects.count()
        closed = dict(FollowupLadder.objects.exclude(closed_at=None).values_list("pk", "closed_at"))
        try:
            with transaction.atomic():
                do(act, NOON + timedelta(minutes=minute))
        except REFUSALS:
            assert states() == before
        assert_ladders_hold(closed)
        written = TaskEvent.objects.order_by("pk")[lines:].values_list("task_id", "kind")
        assert Counter(written) == transitions_between(before, states(), act[0])
