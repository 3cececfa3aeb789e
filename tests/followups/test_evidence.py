"""Each completed step leaves an attempt: the decision of the gate at the instant of the contact."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import tzdata
from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from followups.services import complete_task
from followups.sla.snapshot import sla_snapshot
from followups.tasks.models import ContactAttempt, FollowupTask
from governance import gate, law
from governance.golive.models import GoLiveState
from governance.market.models import MarketPolicy
from kpi.models import KPIEvent
from tests.conftest import attrs, codes
from tests.factories import NOON, AttemptFactory, LeadFactory, TaskFactory, completed
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

ATTEMPTS = "/api/followups/attempts"
NIGHT = datetime(2026, 12, 15, 8, 0, tzinfo=UTC)  # 03:00 in Toronto


def complete(client: Any, task: FollowupTask, **given: Any) -> Any:
    return client.post(f"/api/followups/task/{task.pk}/complete", given)


def test_a_contact_within_the_rules_leaves_its_decision() -> None:
    task = TaskFactory.create(lead_id="L1")
    done = complete_task(task.pk, "va1", "C-1", now=NOON)
    attempt = ContactAttempt.objects.get()
    policy = MarketPolicy.objects.get(province="ON", market="ALL")
    assert (attempt.task, attempt.lead_id, attempt.channel) == (task, "L1", "SMS")
    assert (attempt.contacted_at, attempt.created_at, done.completed_at) == (NOON, NOON, NOON)
    assert (attempt.allowed, attempt.reasons, attempt.warnings) == (True, [], [])
    assert (attempt.legal_ok, attempt.policy_ok) == (True, True)
    assert attempt.zone == "America/Toronto"
    assert attempt.law_version == law.VERSION
    assert (attempt.local_time, attempt.tz_version) == ("2026-12-15T13:00:00-05:00", tzdata.__version__)
    assert (attempt.matched_market, attempt.policy_version) == ("ALL", policy.version)
    assert (attempt.actor, attempt.user, attempt.correlation_id) == ("va1", None, "C-1")
    assert not KPIEvent.objects.filter(metric="contact_outside_rules").exists()


def test_a_call_at_night_is_recorded_as_outside_the_rules() -> None:
    task = TaskFactory.create(channel="CALL", lead_id="L1")
    complete_task(task.pk, "va1", "C-1", now=NIGHT)
    attempt = ContactAttempt.objects.get()
    assert not attempt.allowed
    assert attempt.reasons == ["outside_legal_hours", "outside_contact_window"]
    assert (attempt.legal_ok, attempt.policy_ok) == (False, False)
    row = KPIEvent.objects.get(metric="contact_outside_rules")
    assert (row.domain, row.success, row.detail) == (
        "WHOLESALE",
        False,
        {"task_id": task.pk, "channel": "CALL", "reasons": attempt.reasons},
    )
    assert (row.subject_type, row.subject_id, row.occurred_at) == ("task", str(task.pk), NIGHT)
    assert (row.province, row.market, row.actor, row.correlation_id) == ("ON", "TORONTO", "va1", "C-1")
    assert KPIEvent.objects.filter(metric="followup_completed", success=True).count() == 1


def test_the_rules_are_judged_at_the_contact_time_and_the_sla_at_the_recording_time() -> None:
    task = TaskFactory.create(due_at=NIGHT)
    done = complete_task(task.pk, "va1", contacted_at=NIGHT, now=NOON)
    attempt = ContactAttempt.objects.get()
    assert (done.completed_at, attempt.created_at, attempt.contacted_at) == (NOON, NOON, NIGHT)
    assert (attempt.allowed, attempt.local_time) == (False, "2026-12-15T03:00:00-05:00")
    sla = sla_snapshot()
    assert (sla["count"], sla["within_30m"], sla["within_2h"]) == (1, 0, 0)
    assert KPIEvent.objects.get(metric="contact_outside_rules").occurred_at == NIGHT
    assert KPIEvent.objects.get(metric="followup_completed").occurred_at == NOON


def test_a_contact_recorded_by_day_may_have_happened_at_night_and_the_reverse() -> None:
    complete_task(TaskFactory.create().pk, "va1", contacted_at=NOON, now=NOON + timedelta(hours=14))
    assert ContactAttempt.objects.get().allowed


def test_the_answer_says_whether_the_rules_allowed_it(agent: APIClient) -> None:
    night = timezone.now().replace(hour=8, minute=0) - timedelta(days=1)
    inside, outside = [TaskFactory.create(created_at=night - timedelta(days=1)) for _ in range(2)]
    MarketPolicy.objects.filter(province="ON").update(
        rules={
            "contact_windows_local": [{"days": list(range(7)), "start": "09:00", "end": "20:00"}],
            "channels_allowed": ["SMS"],
            "min_lead_score_to_contact": 0,
        }
    )
    day = night.replace(hour=18)
    first = complete(agent, inside, contacted_at=day.isoformat())
    assert (first.json()["outside_rules"], first.json()["reasons"]) == (False, [])
    second = complete(agent, outside, contacted_at=night.isoformat())
    assert (second.json()["outside_rules"], second.json()["reasons"]) == (True, ["outside_contact_window"])
    assert complete(agent, outside).json() == second.json()


def test_completing_twice_leaves_one_attempt() -> None:
    task = TaskFactory.create()
    complete_task(task.pk, "va1", now=NIGHT)
    again = complete_task(task.pk, "va2", contacted_at=NOON, now=NOON)
    attempt = ContactAttempt.objects.get()
    assert again.attempt == attempt
    assert (attempt.actor, attempt.contacted_at) == ("va1", NIGHT)
    assert KPIEvent.objects.count() == 2


def test_a_task_completed_before_attempts_were_kept_has_no_judgement(agent: APIClient) -> None:
    answer = complete(agent, completed(late=timedelta(0))).json()
    assert (answer["outside_rules"], answer["reasons"]) == (None, [])
    assert not ContactAttempt.objects.exists()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        (timedelta(minutes=1), "out_of_range"),
        (-timedelta(days=7, minutes=1), "out_of_range"),
        ("2026-12-15T12:00:00", "naive"),
        ("yesterday", "invalid"),
    ],
)
def test_an_impossible_time_is_named_and_nothing_is_written(agent: APIClient, given: Any, code: str) -> None:
    task = TaskFactory.create()
    told = (timezone.now() + given).isoformat() if isinstance(given, timedelta) else given
    response = complete(agent, task, contacted_at=told)
    assert (response.status_code, attrs(response), codes(response)) == (400, ["contacted_at"], [code])
    task.refresh_from_db()
    assert task.completed_at is None
    assert not ContactAttempt.objects.exists()
    assert not KPIEvent.objects.exists()


def test_a_contact_exactly_a_week_ago_is_accepted() -> None:
    complete_task(TaskFactory.create().pk, "va1", contacted_at=NOON - timedelta(days=7), now=NOON)
    assert ContactAttempt.objects.get().contacted_at == NOON - timedelta(days=7)


def test_a_repetition_is_answered_however_late_it_comes(agent: APIClient) -> None:
    task = TaskFactory.create()
    first = complete(agent, task)
    assert complete(agent, task, contacted_at="2020-01-01T00:00:00Z").json() == first.json()


def test_a_known_lead_is_judged_by_its_place_and_what_is_on_file() -> None:
    # 13:00 in Toronto is 10:00 in Vancouver. The number opted out a day before, in time for one of the two contacts.
    LeadFactory.create(lead_id="JANE", phone="+16045550123", province="BC", market="ALL", zone="America/Vancouver")
    gate.record_opt_out(
        points=[("PHONE", "+16045550123")], channel="SMS", said_at=NOON - timedelta(days=1), act=Act("test", at=NOON)
    )
    made = {"created_at": NOON - timedelta(days=3), "ladder__lead_id": "JANE", "ladder__open_steps": 1}
    before = TaskFactory.create(**made)
    complete_task(before.pk, "va1", contacted_at=NOON - timedelta(days=2), now=NOON)
    after = TaskFactory.create(**made)
    complete_task(after.pk, "va1", now=NOON)

    first, second = ContactAttempt.objects.order_by("id")
    assert (first.zone, first.zone_source, second.local_time) == ("America/Vancouver", "lead", "2026-12-15T11:00:00-07:00")
    assert "opted_out" not in first.reasons
    assert second.reasons == ["opted_out"]
    assert (second.legal_ok, second.policy_ok) == (False, True)
    assert "consent_missing" in second.warnings


def test_an_unknown_lead_is_judged_by_the_place_alone() -> None:
    complete_task(TaskFactory.create(lead_id="NOBODY").pk, "va1", now=NOON)
    attempt = ContactAttempt.objects.get()
    assert (attempt.lead_id, attempt.allowed, attempt.warnings) == ("NOBODY", True, [])


def test_the_kill_switch_makes_no_contact_unlawful(kill_switch: GoLiveState) -> None:
    complete_task(TaskFactory.create().pk, "va1", now=NOON)
    assert ContactAttempt.objects.get().allowed


def test_a_place_without_a_policy_is_outside_the_rules() -> None:
    MarketPolicy.objects.filter(province="ON").delete()
    complete_task(TaskFactory.create().pk, "va1", now=NOON)
    attempt = ContactAttempt.objects.get()
    assert (attempt.reasons[0], attempt.matched_market, attempt.policy_version) == ("no_policy", None, None)


def test_a_rolled_back_completion_leaves_no_attempt() -> None:
    task = TaskFactory.create()
    with transaction.atomic():
        complete_task(task.pk, "va1", now=NIGHT)
        transaction.set_rollback(True)
    assert not ContactAttempt.objects.exists()
    assert not KPIEvent.objects.exists()


def test_the_api_shows_an_attempt(auditor: APIClient) -> None:
    attempt = AttemptFactory.create(lead_id="L1", allowed=False, reasons=["closed_day"])
    shown = auditor.get(f"{ATTEMPTS}/{attempt.pk}").json()
    assert shown == {
        "id": attempt.pk,
        "task": attempt.task_id,
        "lead_id": "L1",
        "channel": "SMS",
        "contacted_at": "2026-12-15T18:00:00Z",
        "allowed": False,
        "reasons": ["closed_day"],
        "warnings": [],
        "legal_ok": True,
        "policy_ok": True,
        "zone": "America/Toronto",
        "zone_source": "market",
        "local_time": "2026-12-15T13:00:00-05:00",
        "tz_version": "2026.6",
        "matched_market": "ALL",
        "policy_version": 1,
        "law_version": law.VERSION,
        "actor": "factory",
        "user": None,
        "correlation_id": "made",
        "created_at": "2026-12-15T18:00:00Z",
    }
    assert auditor.get(ATTEMPTS).json() == {"next": None, "previous": None, "results": [shown]}


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, [2, 1, 0]),
        ({"lead_id": "A"}, [0]),
        ({"channel": "call"}, [1]),
        ({"allowed": "false"}, [1]),
        ({"allowed": "true"}, [2, 0]),
        ({"since": "2026-12-15T18:00:01Z"}, [2]),
        ({"until": "2026-12-15T18:00:01Z"}, [1, 0]),
    ],
)
def test_attempts_are_filtered(auditor: APIClient, given: Any, found: list[int]) -> None:
    rows = [
        AttemptFactory.create(lead_id="A"),
        AttemptFactory.create(channel="CALL", allowed=False),
        AttemptFactory.create(contacted_at=NOON + timedelta(minutes=1)),
    ]
    response = auditor.get(ATTEMPTS, given)
    assert [row["id"] for row in response.json()["results"]] == [rows[n].pk for n in found]
    assert [row["id"] for row in auditor.get(ATTEMPTS, {"task": rows[1].task_id}).json()["results"]] == [rows[1].pk]
