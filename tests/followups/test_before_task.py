"""Backdating hides no contact: a contact dated before its task is outside the rules, and an opt-out on file is named."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from followups.services import complete_task, start_ladder
from followups.tasks.completions.attempts import REASONS
from followups.tasks.models import ContactAttempt, FollowupTask
from governance import gate
from governance.gate.reasons import Reason
from kpi.models import KPIEvent
from tests.factories import NOON, AttemptFactory, LeadFactory
from tests.staff import signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

PHONE = ("PHONE", "+14165550123")
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)
NOW = NOON + 3 * HOUR


@pytest.fixture
def task() -> FollowupTask:
    """The first step of a ladder that began at noon."""
    LeadFactory.create(lead_id="JANE", phone=PHONE[1])
    return start_ladder(lead_id="JANE", province="ON", market="TORONTO", act=Act(at=NOON)).tasks[0]


def say_no(at: datetime, channel: str = "") -> None:
    gate.record_opt_out(points=[PHONE], channel=channel, said_at=at, act=Act("test", at=at))


def outside_rules() -> list[dict[str, Any]]:
    return [event.detail for event in KPIEvent.objects.filter(metric="contact_outside_rules")]


def test_a_contact_told_six_days_before_its_task_is_outside_the_rules(agent: APIClient, task: FollowupTask) -> None:
    say_no(NOON - HOUR)
    with time_machine.travel(NOON + SECOND, tick=False):
        answer = agent.post(f"/api/followups/task/{task.pk}/complete", {"contacted_at": (NOON - 6 * DAY).isoformat()}).json()
    assert (answer["outside_rules"], answer["reasons"]) == (True, ["before_task", "opted_out"])
    attempt = ContactAttempt.objects.get()
    assert (attempt.allowed, attempt.legal_ok, attempt.policy_ok) == (False, False, False)
    assert (attempt.reasons, attempt.contacted_at) == (["before_task", "opted_out"], NOON - 6 * DAY)
    assert outside_rules() == [{"task_id": task.pk, "channel": "SMS", "reasons": ["before_task", "opted_out"]}]


@pytest.mark.parametrize(
    ("contacted_at", "reasons"),
    [
        (NOON, []),
        (NOON + SECOND, []),
        (NOON - timedelta(microseconds=1), ["before_task"]),
        (NOON - 12 * HOUR, ["before_task", "outside_contact_window"]),
    ],
)
def test_the_earliest_contact_time_is_when_the_task_was_made(
    task: FollowupTask, contacted_at: datetime, reasons: list[str]
) -> None:
    attempt = complete_task(task.pk, "va1", contacted_at=contacted_at, now=NOW).attempt
    assert (attempt.reasons, attempt.allowed, attempt.policy_ok) == (reasons, not reasons, not reasons)
    assert attempt.legal_ok
    assert len(outside_rules()) == bool(reasons)


def test_a_contact_told_as_now_is_never_before_its_task(task: FollowupTask) -> None:
    """The server that made the task may have a clock ahead of ours."""
    early = NOON - SECOND
    assert complete_task(task.pk, "va1", now=early).attempt.reasons == []


def test_an_opt_out_between_the_contact_and_its_record_is_a_warning(agent: APIClient, task: FollowupTask) -> None:
    say_no(NOON + 2 * HOUR)
    with time_machine.travel(NOW, tick=False):
        path = f"/api/followups/task/{task.pk}/complete"
        answer = agent.post(path, {"contacted_at": (NOON + HOUR).isoformat()}).json()
        again = agent.post(path).json()
    assert (answer["outside_rules"], answer["reasons"]) == (False, [])
    assert "opted_out" in answer["warnings"]
    assert again == answer
    attempt = ContactAttempt.objects.get()
    assert (attempt.allowed, attempt.legal_ok, attempt.warnings) == (True, True, answer["warnings"])
    assert outside_rules() == []


def test_an_opt_out_before_the_contact_is_a_reason_and_no_warning(task: FollowupTask) -> None:
    say_no(NOON + HOUR)
    attempt = complete_task(task.pk, "va1", contacted_at=NOON + 2 * HOUR, now=NOW).attempt
    assert attempt.reasons == ["opted_out"]
    assert "opted_out" not in attempt.warnings


@pytest.mark.parametrize("channel", ["CALL", "EMAIL"])
def test_an_opt_out_of_another_channel_is_neither_reason_nor_warning(task: FollowupTask, channel: str) -> None:
    points = [("EMAIL", "jane@example.ca")] if channel == "EMAIL" else [PHONE]
    gate.record_opt_out(points=points, channel=channel, said_at=NOON + HOUR, act=Act("test", at=NOON + HOUR))
    attempt = complete_task(task.pk, "va1", contacted_at=NOON, now=NOW).attempt
    assert "opted_out" not in [*attempt.reasons, *attempt.warnings]


def test_an_opt_out_of_the_lead_itself_counts_too(task: FollowupTask) -> None:
    gate.record_opt_out(points=[("LEAD", "JANE")], said_at=NOON + HOUR, act=Act("test", at=NOON + HOUR))
    assert "opted_out" in complete_task(task.pk, "va1", contacted_at=NOON, now=NOW).attempt.warnings


def test_an_opt_out_outcome_is_no_warning_of_itself(task: FollowupTask) -> None:
    attempt = complete_task(task.pk, "va1", outcome="OPTED_OUT", now=NOW).attempt
    assert "opted_out" not in [*attempt.reasons, *attempt.warnings]


def test_attempts_have_the_reasons_of_the_gate_and_one_more() -> None:
    assert [code for code, _ in REASONS] == ["before_task", *Reason.values]


def test_attempts_show_the_reason_before_task(auditor: APIClient, user_of: Any) -> None:
    attempt = AttemptFactory.create(allowed=False, reasons=["before_task", "opted_out"])
    assert auditor.get(f"/api/followups/attempts/{attempt.pk}").json()["reasons"] == ["before_task", "opted_out"]
    page = signed_in(user_of("operator")).get(f"/admin/followups/contactattempt/{attempt.pk}/change/").content.decode()
    assert "It happened before the task was made." in page
