"""Nobody is contacted twice within a short time: a step waits after the last contact of the person, and steps follow one
another."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from followups.ladders.bulk import Start, start_ladders
from followups.ladders.templates.guide_steps import GUIDE_STEPS
from followups.ladders.templates.steps import gap_minutes, normalised, parsed
from followups.models import LadderTemplate
from followups.services import complete_task, start_ladder
from followups.tasks.completions import reading
from followups.tasks.due.claims import claim_due
from followups.tasks.due.services import due_tasks
from followups.tasks.minutes.services import recompute_leads, roll
from followups.tasks.models import FollowupTask
from followups.tasks.services import skip_task, snooze_task
from governance import gate
from governance.ledger.models import LastContact
from governance.market.models import MarketPolicy
from governance.policies import upsert
from tests.conftest import attrs
from tests.factories import NOON, LadderFactory, LeadFactory, TaskFactory
from tests.query_counts import counted, queries
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

MINUTE, HOUR, SECOND = timedelta(minutes=1), timedelta(hours=1), timedelta(seconds=1)
EVENING = NOON + 6 * HOUR + 55 * MINUTE  # 19:55 in Toronto: the window closes at 20:00
MORNING = NOON + 20 * HOUR  # 09:00 there, the next day
DUE, CLAIM, CAN_CONTACT = "/api/followups/due", "/api/followups/due/claim", "/api/governance/market/can-contact"


def after_a_night(lead_id: str = "JANE", **lead: Any) -> list[FollowupTask]:
    """The steps of a ladder that began in the evening. Three of them are due in the morning."""
    LeadFactory.create(lead_id=lead_id, **{"phone": "+14165550123", **lead})
    steps = start_ladder(lead_id=lead_id, province="ON", market="TORONTO", act=Act(at=EVENING)).tasks
    roll(MORNING)
    return steps


def claimed(now: datetime, **options: Any) -> list[int]:
    return [one.task.step for one in claim_due(owner="va1", act=Act(at=now), **options)]


def listed(now: datetime, **options: Any) -> list[int]:
    return [task.step for task in due_tasks(now=now, **options)]


def stored(task: FollowupTask) -> FollowupTask:
    return FollowupTask.objects.get(pk=task.pk)


# What is recorded -------------------------------------------------------------------------------------------------------


def test_a_step_waits_as_long_after_the_contact_before_it_as_in_the_template_at_most_four_hours() -> None:
    guide = parsed(normalised(GUIDE_STEPS))
    assert gap_minutes(guide, first=0) == [0, 30, 150, 240, 240, 240]
    assert gap_minutes(guide, first=10_080)[:2] == [10_080, 30]
    assert gap_minutes(guide[:1], first=5) == [5]
    assert gap_minutes((guide[1], guide[1]), first=0) == [0, 0]


def test_a_ladder_keeps_the_gaps_of_its_template_alone_and_in_bulk() -> None:
    upsert(LadderTemplate, province="ON", min_gap_minutes=45, act=Act("test"))
    start_ladder(lead_id="L1", province="ON", act=Act(at=NOON))
    start_ladders([Start("L2", "ON"), Start("L3", "QC")], act=Act(at=NOON))
    upsert(LadderTemplate, province="ON", min_gap_minutes=90, act=Act("test"))  # an existing step keeps its gap
    for lead_id, first in (("L1", 45), ("L2", 45), ("L3", 0)):
        gaps = FollowupTask.objects.filter(lead_id=lead_id).order_by("step").values_list("gap_minutes", flat=True)
        assert list(gaps) == [first, 30, 150, 240, 240, 240]


def test_a_contact_is_recorded_for_the_number_and_the_lead_if_there_is_one() -> None:
    complete_task(after_a_night()[0].pk, "va1", contacted_at=MORNING, now=MORNING + MINUTE)
    assert list(LastContact.objects.values_list("contacted_at", flat=True)) == [MORNING, MORNING]
    complete_task(start_ladder(lead_id="NOBODY", province="ON", act=Act(at=NOON)).tasks[0].pk, "va1", now=MORNING)
    assert LastContact.objects.count() == 3
    complete_task(start_ladder(province="ON", act=Act(at=NOON)).tasks[0].pk, "va1", now=MORNING)
    assert LastContact.objects.count() == 3


def test_a_repetition_is_no_contact() -> None:
    task = after_a_night()[0]
    complete_task(task.pk, "va1", now=MORNING)
    complete_task(task.pk, "va1", contacted_at=MORNING + HOUR, now=MORNING + HOUR)
    assert set(LastContact.objects.values_list("contacted_at", flat=True)) == {MORNING}


# After a night ----------------------------------------------------------------------------------------------------------


def test_three_due_steps_of_one_ladder_are_handed_out_one_at_a_time() -> None:
    first, second, third, *_ = after_a_night()
    assert [step.due_at <= MORNING for step in (first, second, third)] == [True] * 3
    assert listed(MORNING) == [1]
    assert claimed(MORNING, limit=50) == [1]
    assert claimed(MORNING, limit=50) == []
    assert [one.task.step for one in claim_due(owner="va2", act=Act(at=MORNING))] == []  # nor to another claimant
    assert listed(MORNING) == [1]  # the task with its holder

    complete_task(first.pk, "va1", now=MORNING + MINUTE)
    over = MORNING + 31 * MINUTE
    assert listed(over - SECOND) == claimed(over - SECOND) == []
    assert listed(over) == claimed(over) == [2]

    complete_task(second.pk, "va1", now=over + MINUTE)
    over += MINUTE + 150 * MINUTE
    assert listed(over - SECOND) == claimed(over - SECOND) == []
    assert listed(over) == claimed(over) == [3]


def test_the_gate_gives_the_reason_and_the_next_time(agent: APIClient) -> None:
    first, *_ = after_a_night()
    complete_task(first.pk, "va1", now=MORNING)
    with time_machine.travel(MORNING + MINUTE, tick=False):
        rows = {row["step"]: row for row in agent.get(DUE, {"include_blocked": True}).json()}
        assert agent.get(DUE).json() == agent.post(CLAIM).json() == []
    assert [(step, row["allowed"], row["reason"], row["next_allowed_at"]) for step, row in rows.items()] == [
        (2, False, "contacted_recently", "2026-12-16T14:30:00Z"),
        (3, False, "contacted_recently", "2026-12-16T16:30:00Z"),
    ]
    assert rows[2]["actionable_at"] == "2026-12-16T14:30:00Z"


def test_a_step_that_waits_for_an_earlier_one_says_so_in_the_full_list(agent: APIClient) -> None:
    after_a_night()
    with time_machine.travel(MORNING, tick=False):
        assert [row["step"] for row in agent.get(DUE).json()] == [1]
        rows = agent.get(DUE, {"include_blocked": True}).json()
    assert [(row["step"], row["allowed"], row["reason"]) for row in rows] == [
        (1, True, "within_window"),
        (2, False, "earlier_step_first"),
        (3, False, "earlier_step_first"),
    ]


def test_a_step_that_is_not_permitted_holds_up_no_other() -> None:
    """Without consent no text message is sent, but the calls go on."""
    after_a_night()
    FollowupTask.objects.filter(channel="SMS").update(open_from=None, open_until=None)
    assert listed(MORNING) == claimed(MORNING) == [2]


def test_an_earlier_step_goes_first_even_if_the_claimant_does_not_ask_for_it() -> None:
    after_a_night()
    assert claimed(MORNING, channel="CALL") == []
    assert claimed(MORNING, channel="SMS") == [1]


@pytest.mark.parametrize("end", ["skip", "snooze", "cancel"])
def test_without_the_earlier_step_the_next_one_is_handed_out(end: str) -> None:
    first, *_ = after_a_night()
    if end == "skip":
        skip_task(first.pk, act=Act(reason="no mobile", at=MORNING))
    elif end == "snooze":
        snooze_task(first.pk, MORNING + 5 * HOUR, act=Act(reason="later", at=MORNING))
    else:
        FollowupTask.objects.filter(pk=first.pk).update(cancelled_at=MORNING)
    assert listed(MORNING) == claimed(MORNING) == [2]


def test_an_overtaken_step_waits_after_the_contact_before_it() -> None:
    first, second, *_ = after_a_night()
    complete_task(second.pk, "va1", now=MORNING)
    assert stored(first).gap_minutes == 30
    assert listed(MORNING + 29 * MINUTE) == []
    assert listed(MORNING + 30 * MINUTE) == [1]


def test_other_ladders_are_not_held_up() -> None:
    after_a_night()
    after_a_night("JOHN", phone="+14165550199")
    assert sorted(task.lead_id or "" for task in due_tasks(now=MORNING)) == ["JANE", "JOHN"]


def test_the_statement_and_the_queryset_agree_on_which_step_goes_first() -> None:
    for minutes in (0, 10, 200):
        ladder = LadderFactory.create()
        steps: tuple[dict[str, Any], ...] = (
            {},
            {"open_from": None, "open_until": None},
            {"completed_at": NOON},
            {"due_at": NOON + HOUR},
            {},
            {},
        )
        for step, values in enumerate(steps, start=1):
            TaskFactory.create(ladder=ladder, step=step, **{"due_at": NOON - minutes * MINUTE, **values})
            FollowupTask.objects.filter(ladder=ladder, step__lt=minutes % 7).update(cancelled_at=NOON)
    first = FollowupTask.objects.permitted(NOON).going_first(NOON)
    assert {task.id for task in due_tasks(500, now=NOON)} == set(first.values_list("pk", flat=True))
    assert first.count() == 3


# The gap belongs to the person ------------------------------------------------------------------------------------------


def test_a_contact_of_one_lead_holds_up_another_lead_with_the_same_number() -> None:
    first, *_ = after_a_night()
    LeadFactory.create(lead_id="OTHER", phone="+14165550123")
    ladder = LadderFactory.create(lead_id="OTHER", open_steps=1)
    other = TaskFactory.create(
        ladder=ladder, step=2, gap_minutes=30, due_at=MORNING - HOUR, open_from=MORNING, open_until=MORNING + 9 * HOUR
    )
    complete_task(first.pk, "va1", now=MORNING)
    assert other.pk not in {task.id for task in due_tasks(now=MORNING + MINUTE)}
    assert claimed(MORNING + MINUTE) == []
    assert stored(other).open_from == MORNING + 30 * MINUTE  # the claim corrected it
    assert other.pk in {task.id for task in due_tasks(now=MORNING + 30 * MINUTE)}


def test_a_contact_of_an_unknown_lead_is_recorded_by_its_id() -> None:
    first, *_ = start_ladder(lead_id="NOBODY", province="ON", market="TORONTO", act=Act(at=EVENING)).tasks
    roll(MORNING)
    complete_task(first.pk, "va1", now=MORNING)
    recompute_leads(["NOBODY"], now=MORNING + MINUTE)  # the worker computes the same
    assert listed(MORNING + 29 * MINUTE) == []
    assert listed(MORNING + 30 * MINUTE) == [2]


def test_a_ladder_without_a_lead_waits_too() -> None:
    first, *_ = start_ladder(province="ON", market="TORONTO", act=Act(at=EVENING)).tasks
    roll(MORNING)
    complete_task(first.pk, "va1", now=MORNING)
    assert listed(MORNING + 29 * MINUTE) == claimed(MORNING + 29 * MINUTE) == []
    assert listed(MORNING + 30 * MINUTE) == [2]


def test_a_contact_recorded_late_counts_from_when_it_was_made() -> None:
    first, second, *_ = after_a_night()
    complete_task(first.pk, "va1", contacted_at=MORNING, now=MORNING + HOUR)
    assert listed(MORNING + HOUR) == [2]
    complete_task(second.pk, "va1", contacted_at=MORNING + 40 * MINUTE, now=MORNING + 2 * HOUR)
    assert stored(second).attempt.reasons == []


def test_a_contact_too_soon_is_recorded_as_outside_the_rules(agent: APIClient) -> None:
    first, second, *_ = after_a_night()
    with time_machine.travel(MORNING, tick=False):
        agent.post(f"/api/followups/task/{first.pk}/complete")
    with time_machine.travel(MORNING + 12 * SECOND, tick=False):
        answer = agent.post(f"/api/followups/task/{second.pk}/complete").json()
    assert (answer["outside_rules"], answer["reasons"]) == (True, ["contacted_recently"])
    assert (second.attempt.legal_ok, second.attempt.policy_ok) == (True, False)


# The stored minutes -----------------------------------------------------------------------------------------------------


def test_a_contact_updates_the_minutes_of_only_the_steps_that_it_delays() -> None:
    steps = after_a_night()
    before = {step.pk: stored(step) for step in steps}
    complete_task(steps[0].pk, "va1", now=MORNING)
    second, third, *rest = (stored(step) for step in steps[1:])
    assert (second.actionable_at, second.open_from) == (MORNING + 30 * MINUTE, MORNING + 30 * MINUTE)
    assert (third.actionable_at, third.open_from) == (MORNING + 150 * MINUTE, MORNING + 150 * MINUTE)
    assert {step.open_until for step in (second, third)} == {before[second.pk].open_until}
    for step in rest:  # due a day after the start and later
        was = before[step.pk]
        assert (step.due_at, step.actionable_at, step.open_from) == (was.due_at, was.actionable_at, was.open_from)
    assert second.due_at == before[second.pk].due_at


def test_a_gap_that_outlasts_the_day_ends_the_next_morning() -> None:
    steps = after_a_night()
    late = MORNING + 10 * HOUR + 45 * MINUTE  # 19:45
    complete_task(steps[0].pk, "va1", now=late)
    second = stored(steps[1])
    assert (second.actionable_at, second.open_from) == (MORNING + 24 * HOUR, MORNING + 24 * HOUR)


def test_the_worker_keeps_the_minutes_that_the_completion_stored() -> None:
    steps = after_a_night()
    complete_task(steps[0].pk, "va1", now=MORNING)
    columns = ("pk", "actionable_at", "open_from", "open_until")
    kept = list(FollowupTask.objects.order_by("pk").values_list(*columns))
    recompute_leads(["JANE"], now=MORNING + MINUTE)
    waiting = FollowupTask.objects.filter(step__in=(2, 3)).order_by("pk").values_list(*columns)
    assert [row for row in kept if row[0] in {steps[1].pk, steps[2].pk}] == list(waiting)


def test_the_answer_says_when_the_next_step_is_permitted(agent: APIClient) -> None:
    first, second, *_ = after_a_night()
    path = f"/api/followups/task/{first.pk}/complete"
    with time_machine.travel(MORNING, tick=False):
        answer = agent.post(path).json()
    assert answer["ladder"] == {
        "id": first.ladder_id,
        "open_steps": 5,
        "closed_at": None,
        "next_at": "2026-12-16T14:30:00Z",
    }
    with time_machine.travel(MORNING + MINUTE, tick=False):
        assert agent.post(path).json() == answer
    with time_machine.travel(MORNING + HOUR, tick=False):
        skip_task(second.pk, act=Act(reason="no"))
        assert agent.post(path).json()["ladder"]["next_at"] == "2026-12-16T16:30:00Z"


def test_the_next_step_of_a_ladder_is_never_in_the_past() -> None:
    first, *_ = after_a_night()
    FollowupTask.objects.update(gap_minutes=0)
    done = complete_task(first.pk, "va1", now=MORNING + HOUR)
    assert done.ladder.next_at == MORNING + HOUR
    times = [step.next_at(MORNING + 2 * HOUR) for step in reading.open_steps(first)]
    assert all(at is not None and at >= MORNING + 2 * HOUR for at in times)


def test_a_closed_ladder_and_one_without_a_known_minute_have_no_next_step() -> None:
    steps = after_a_night()
    FollowupTask.objects.update(open_from=None, open_until=None, actionable_at=None)
    upsert(MarketPolicy, province="ON", enabled=False, act=Act("me"))
    assert complete_task(steps[0].pk, "va1", now=MORNING).ladder.next_at is None
    for step in steps[1:]:
        done = complete_task(step.pk, "va1", now=MORNING)
    assert (done.ladder.closed_at, done.ladder.next_at) == (MORNING, None)


# A gap of the template's own ---------------------------------------------------------------------------------------------


def test_the_first_step_waits_as_long_as_the_template_says() -> None:
    upsert(LadderTemplate, province="ON", min_gap_minutes=120, act=Act("test"))
    LeadFactory.create(lead_id="JANE", phone="+14165550123")
    gate.note_contact([("PHONE", "+14165550123")], NOON - HOUR)
    first, *_ = start_ladder(lead_id="JANE", province="ON", market="TORONTO", act=Act(at=NOON)).tasks
    assert (first.due_at, first.actionable_at) == (NOON, NOON + HOUR)
    assert 1 not in listed(NOON + HOUR - SECOND)
    assert listed(NOON + HOUR) == claimed(NOON + HOUR) == [1]


@pytest.mark.parametrize(
    ("templates", "gap"),
    [
        ({}, 0),
        ({"ALL": 60}, 60),
        ({"ALL": 60, "TORONTO": 90}, 90),
        ({"ALL": 60, "TORONTO": 0}, 0),
        ({"ALL": 60, "OTTAWA": 90}, 60),
    ],
)
def test_a_question_without_a_step_uses_the_gap_of_the_leads_place(
    operator: APIClient, templates: dict[str, int], gap: int
) -> None:
    for market, minutes in templates.items():
        upsert(LadderTemplate, province="ON", market=market, min_gap_minutes=minutes, steps=GUIDE_STEPS, act=Act("test"))
    LeadFactory.create(lead_id="JANE", phone="+14165550123")
    gate.note_contact([("LEAD", "JANE")], NOON)
    asked = {"lead_id": "JANE", "channel": "SMS"}
    for path in (CAN_CONTACT, "/api/governance/contact/decide"):
        before, after = (
            operator.get(path, {**asked, "at": (NOON + gap * MINUTE + seconds * SECOND).isoformat()}).json()
            for seconds in (-1, 0)
        )
        assert after["reasons"] == []
        if gap:
            assert before["reasons"] == ["contacted_recently"]
            assert before["next_allowed_at"] == (NOON + gap * MINUTE).isoformat().replace("+00:00", "Z")
    explained = operator.post(
        "/api/governance/contact/explain", {"lead_ids": ["JANE"], "channel": "SMS", "at": NOON.isoformat()}, format="json"
    ).json()
    assert explained["answers"][0]["ok"] is (gap == 0)


def test_the_gap_of_the_place_costs_no_more_queries() -> None:
    LeadFactory.create(lead_id="JANE")
    with CaptureQueriesContext(connection) as captured:
        gate.decide_lead("JANE", "SMS", at=NOON)
    assert counted(captured) == queries("decide a lead")


def test_the_gap_is_edited_with_version_and_history(operator: APIClient) -> None:
    path = "/api/followups/templates/upsert"
    given = {"province": "ON", "min_gap_minutes": 60, "reason": "breathe", "expected_version": 1}
    assert operator.post(path, given).json()["min_gap_minutes"] == 60
    assert operator.post(path, {"province": "ON", "reason": "again"}).json()["min_gap_minutes"] == 60
    template = LadderTemplate.objects.get(province="ON", market="ALL", kind="STANDARD")
    assert (template.version, template.min_gap_minutes, len(template.steps)) == (3, 60, 6)
    assert list(template.history.order_by("version").values_list("min_gap_minutes", flat=True)) == [0, 60, 60]
    effective = operator.get("/api/followups/templates/effective", {"province": "ON"}).json()
    assert effective["min_gap_minutes"] == 60
    assert {row["min_gap_minutes"] for row in operator.get("/api/followups/templates").json()} == {0, 60}
    for wrong in (-1, 10_081, "1.5", "9" * 400, [60]):
        refused = operator.post(path, {**given, "min_gap_minutes": wrong, "expected_version": 3}, format="json")
        assert (refused.status_code, attrs(refused)) == (400, ["min_gap_minutes"])


def test_no_open_step_is_permitted_before_its_gap_ends() -> None:
    """After any acts in any order the stored interval of an open step begins after its gap."""
    steps = after_a_night()
    for number, minutes in ((3, 0), (1, 200), (2, 500)):
        at = MORNING + minutes * MINUTE
        complete_task(steps[number - 1].pk, "va1", now=at)
        for task in FollowupTask.objects.open():
            over = at + task.gap_minutes * MINUTE
            assert task.due_at >= over or task.open_from >= over, task.step
