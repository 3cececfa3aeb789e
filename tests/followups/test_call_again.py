"""BC's rule, where the policy enables it: no second call to a number within 30 days of an answered one."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from followups.services import start_ladder
from followups.tasks.completions.services import complete_task
from followups.tasks.due.claims import claim_due
from followups.tasks.due.services import due_tasks
from followups.tasks.minutes.services import recompute_leads
from followups.tasks.models import ContactAttempt, FollowupTask
from governance import gate
from governance.ledger import consents
from governance.ledger.models import LastContact
from governance.market.models import MarketPolicy
from governance.market.rules import SAFE_RULES
from governance.policies import upsert
from tests.factories import NOON, LeadFactory
from wholesale.plumbing.act import Act
from wholesale.plumbing.texts import iso_utc

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
PHONE = "+16045550123"
AFTERNOON = NOON + 5 * HOUR  # Tuesday 15:00 in Vancouver


@pytest.fixture
def one_call() -> None:
    """Enable BC's rule."""
    switch(True)


def switch(on: bool) -> None:
    rules = {**SAFE_RULES, "one_call_in_30_days": on, "min_lead_score_to_contact": 0}
    upsert(MarketPolicy, province="BC", rules=rules, act=Act("test"))


def ladder(lead_id: str = "JANE", **lead: Any) -> list[FollowupTask]:
    LeadFactory.create(**{"lead_id": lead_id, "province": "BC", "market": "VANCOUVER", "phone": PHONE, **lead})
    return start_ladder(lead_id=lead_id, province="BC", market="VANCOUVER", act=Act(at=AFTERNOON)).tasks


def call(task: FollowupTask, outcome: str | None = "REACHED", now: datetime = AFTERNOON + HOUR, **options: Any) -> Any:
    return complete_task(task.pk, "va1", outcome=outcome, now=now, **options)


def answered() -> list[datetime]:
    return [at for at in LastContact.objects.values_list("answered_at", flat=True) if at]


def refusals(at: datetime, lead_id: str = "JANE", channel: str = "CALL") -> list[str]:
    return [reason.value for reason in gate.decide_lead(lead_id, channel, at=at).verdict.reasons]


# What is recorded -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("outcome", "is_answered"),
    [
        ("REACHED", True),
        ("REPLIED", True),
        ("APPOINTMENT", True),
        ("NOT_INTERESTED", True),
        ("WRONG_NUMBER", True),
        (None, True),  # without an outcome
        ("NO_ANSWER", False),
        ("LEFT_MESSAGE", False),
    ],
)
def test_an_answered_call_is_recorded_for_the_number_alone(outcome: str | None, is_answered: bool) -> None:
    call(ladder()[1], outcome)
    assert answered() == ([AFTERNOON + HOUR] if is_answered else [])
    assert LastContact.objects.count() == 2  # one row for the number and one for the lead


def test_a_message_does_not_count_as_a_call() -> None:
    call(ladder()[0])
    assert answered() == []


def test_only_a_later_answered_call_moves_the_time_of_the_last_one() -> None:
    steps = ladder()
    call(steps[1], contacted_at=AFTERNOON + HOUR)
    call(steps[3], "NO_ANSWER", now=AFTERNOON + DAY)
    assert answered() == [AFTERNOON + HOUR]
    call(steps[5], now=AFTERNOON + DAY, contacted_at=AFTERNOON - HOUR)
    assert answered() == [AFTERNOON + HOUR]
    gate.note_contact([("PHONE", PHONE)], AFTERNOON - 2 * HOUR, is_answered_call=True)
    gate.note_contact([("PHONE", PHONE)], AFTERNOON + 2 * DAY, is_answered_call=True)
    assert answered() == [AFTERNOON + 2 * DAY]
    assert LastContact.objects.filter(contacted_at=AFTERNOON + 2 * DAY).count() == 1


# What is refused --------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("one_call")
def test_the_next_calls_of_the_ladder_wait_30_days_but_its_messages_do_not() -> None:
    steps = ladder()
    done = call(steps[1])
    over = AFTERNOON + HOUR + 30 * DAY
    rows = {task.step: task for task in FollowupTask.objects.all()}
    assert rows[4].actionable_at == rows[4].open_from == over
    assert rows[6].open_from == over
    assert rows[3].actionable_at is not None
    assert rows[3].actionable_at < AFTERNOON + 2 * DAY
    assert rows[5].actionable_at is not None
    assert rows[5].actionable_at < AFTERNOON + 6 * DAY
    assert done.ladder.next_at is not None
    assert done.ladder.next_at < over  # a message comes first
    assert refusals(over - MINUTE) == ["call_again_too_soon"]
    assert refusals(over) == []
    assert refusals(over - MINUTE, channel="SMS") == []


@pytest.mark.usefixtures("one_call")
def test_another_lead_with_the_same_number_waits_too() -> None:
    steps = ladder()
    LeadFactory.create(lead_id="JOHN", province="BC", market="VANCOUVER", phone=PHONE)
    LeadFactory.create(lead_id="JILL", province="BC", market="VANCOUVER", phone="+16045550999")
    call(steps[1])
    assert refusals(AFTERNOON + DAY, "JOHN") == ["call_again_too_soon"]
    assert refusals(AFTERNOON + DAY, "JILL") == []


@pytest.mark.usefixtures("one_call")
def test_the_due_list_and_claims_obey_the_gate_at_once() -> None:
    steps = ladder()
    for step in (steps[0], steps[2]):
        call(step, None)
    # Another lead's call to the number comes between: the stored minutes of this ladder are not updated yet.
    gate.note_contact([("PHONE", PHONE)], AFTERNOON + 2 * HOUR, is_answered_call=True)
    tomorrow = AFTERNOON + DAY
    FollowupTask.objects.filter(step=2).update(open_from=AFTERNOON, open_until=tomorrow + HOUR)
    assert due_tasks(now=tomorrow) == claim_due(owner="va1", act=Act(at=tomorrow)) == []


def test_without_the_rule_nothing_waits_and_completing_costs_no_more_statements() -> None:
    switch(False)
    _, called, messaged, *_ = ladder()
    with CaptureQueriesContext(connection) as for_a_message:
        call(messaged, None, now=AFTERNOON)
    with CaptureQueriesContext(connection) as for_a_call:
        call(called, None)
    assert len(for_a_call) <= len(for_a_message)
    assert refusals(AFTERNOON + DAY) == []
    assert answered() == [AFTERNOON + HOUR]


@pytest.mark.usefixtures("one_call")
def test_the_rule_counts_calls_that_were_answered_before_it_was_switched_on() -> None:
    switch(False)
    steps = ladder()
    call(steps[1])
    assert refusals(AFTERNOON + DAY) == []
    switch(True)
    assert refusals(AFTERNOON + DAY) == ["call_again_too_soon"]
    assert recompute_leads(["JANE"], now=AFTERNOON + HOUR) == 5
    assert FollowupTask.objects.get(step=4).open_from == AFTERNOON + HOUR + 30 * DAY


@pytest.mark.usefixtures("one_call")
def test_a_recorded_permission_lifts_the_wait() -> None:
    call(ladder()[1])
    consents.record_consent(
        points=[("PHONE", PHONE)],
        channel="CALL",
        basis="EXPRESS",
        obtained_at=AFTERNOON + HOUR,
        evidence="said so in the call",
        act=Act("va1", at=AFTERNOON + 2 * HOUR),
    )
    assert refusals(AFTERNOON + DAY) == []


@pytest.mark.usefixtures("one_call")
def test_a_second_call_within_30_days_is_recorded_as_outside_the_rules() -> None:
    steps = ladder()
    call(steps[1])
    again = call(steps[3], now=AFTERNOON + DAY)
    attempt = ContactAttempt.objects.get(task=again)
    assert (attempt.allowed, attempt.legal_ok, attempt.reasons) == (False, False, ["call_again_too_soon"])
    assert again.completed_at == AFTERNOON + DAY


@pytest.mark.usefixtures("one_call")
def test_the_api_says_when_the_number_may_be_called_again(operator: APIClient) -> None:
    call(ladder()[1])
    answer = operator.get(
        "/api/governance/contact/decide", {"lead_id": "JANE", "channel": "CALL", "at": iso_utc(AFTERNOON + DAY)}
    ).json()
    assert (answer["reason"], answer["legal_ok"]) == ("call_again_too_soon", False)
    assert answer["next_allowed_at"] == iso_utc(AFTERNOON + HOUR + 30 * DAY)
