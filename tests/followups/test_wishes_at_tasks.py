"""The outcome OPTED_OUT: no bad detail refuses it, it binds the lead, and it counts at a completed task too."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from followups.ladders.models import FollowupLadder
from followups.leads.models import Lead
from followups.services import complete_task, start_ladder
from followups.tasks.models import ContactAttempt, FollowupTask, TaskEvent
from followups.tasks.outcomes.models import OutcomeRule
from governance import gate
from governance.ledger.models import ContactRecord
from governance.policies import upsert
from kpi.models import KPIEvent
from tests.conftest import codes
from tests.factories import NOON, LeadFactory, TaskFactory
from tests.staff import signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

LATER = NOON + timedelta(minutes=5)
DAY = timedelta(days=1)
NUL, LONE, LONG = "a\x00b", "a\ud800b", "x" * 5_000


@pytest.fixture(autouse=True)
def _it_is_a_little_later() -> Any:
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def steps() -> list[FollowupTask]:
    """The steps of a ladder that began at noon, for a lead with a number and an address."""
    LeadFactory.create(lead_id="JANE", phone="+14165550123", email="jane@example.ca")
    return start_ladder(lead_id="JANE", province="ON", market="TORONTO", act=Act(at=NOON)).tasks


def opt_out(client: Any, task: FollowupTask, **given: Any) -> Any:
    body = json.dumps({"outcome": "OPTED_OUT", **given})
    return client.post(f"/api/followups/task/{task.pk}/complete", body, content_type="application/json")


def lines() -> list[tuple[Any, ...]]:
    columns = ("entry", "channel", "point__kind", "point__value", "effective_at")
    return sorted(ContactRecord.objects.values_list(*columns))


def said(at: datetime, *points: tuple[str, str]) -> list[tuple[Any, ...]]:
    return sorted(("OPT_OUT", "", *point, at) for point in points)


JANES = (("PHONE", "+14165550123"), ("EMAIL", "jane@example.ca"), ("LEAD", "JANE"))


def lease(task: FollowupTask, holder: str = "anna") -> None:
    FollowupTask.objects.filter(pk=task.pk).update(leased_by=holder, leased_until=LATER + timedelta(minutes=10))


# No detail refuses it ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "contacted_at"),
    [
        ({"contacted_at": (LATER + timedelta(seconds=2)).isoformat()}, LATER),
        ({"contacted_at": (LATER + 400 * DAY).isoformat()}, LATER),
        ({"contacted_at": "2026-12-15T12:00:00"}, LATER),  # without a time zone
        ({"contacted_at": "yesterday"}, LATER),
        ({"contacted_at": NUL}, LATER),
        ({"contacted_at": []}, LATER),
        ({"contacted_at": 5}, LATER),
        ({"contacted_at": "1970-01-01T00:00:00Z"}, LATER),
        ({"contacted_at": (LATER - 8 * DAY).isoformat()}, LATER - 8 * DAY),
        ({"contacted_at": (LATER - 300 * DAY).isoformat()}, LATER - 300 * DAY),
        ({"contacted_at": LATER.isoformat()}, LATER),
        ({}, LATER),
    ],
)
def test_a_bad_time_does_not_refuse_an_opt_out(agent: APIClient, steps: Any, given: Any, contacted_at: datetime) -> None:
    assert opt_out(agent, steps[0], **given).status_code == 200
    assert lines() == said(contacted_at, *JANES)
    assert (ContactAttempt.objects.get().contacted_at, FollowupLadder.objects.get().closed_at) == (contacted_at, LATER)


@pytest.mark.parametrize("value", [NUL, LONE, LONG, "\x1b[31m\x07", ["a"], {"a": NUL}, 9**400, True, "  "])
@pytest.mark.parametrize("name", ["note", "actor", "correlation_id", "force"])
def test_no_other_bad_detail_refuses_an_opt_out(agent: APIClient, steps: Any, name: str, value: Any) -> None:
    response = opt_out(agent, steps[0], **{name: value})
    assert response.status_code == 200, response.json()
    task = FollowupTask.objects.get(pk=steps[0].pk)
    assert (task.outcome, task.completed_at) == ("OPTED_OUT", LATER)
    assert lines() == said(LATER, *JANES)
    assert len(task.note) <= 1_000
    assert 1 <= len(task.completed_by or "") <= 128


def test_an_opt_out_by_form_or_query_string_is_accepted(agent: APIClient, steps: Any) -> None:
    path = f"/api/followups/task/{steps[0].pk}/complete?outcome=opted_out&contacted_at=soon&note=%00&correlation_id=%00"
    assert agent.post(path).status_code == 200
    assert lines() == said(LATER, *JANES)


@pytest.mark.parametrize("header", ["X-Correlation-ID", "Idempotency-Key"])
def test_no_header_refuses_an_opt_out(agent: APIClient, steps: Any, header: str) -> None:
    path = f"/api/followups/task/{steps[0].pk}/complete"
    assert agent.post(path, {"outcome": "OPTED_OUT"}, headers={header: LONG}).status_code == 200
    assert lines() == said(LATER, *JANES)


def test_the_note_names_the_unreadable_values(agent: APIClient, steps: Any) -> None:
    opt_out(agent, steps[0], contacted_at="half past", note="He was cross.")
    note = FollowupTask.objects.get(pk=steps[0].pk).note
    assert note.startswith("He was cross.")
    assert "contacted_at 'half past'" in note


@pytest.mark.parametrize("given", [{}, {"force": True}, {"force": True, "note": "he said so"}])
def test_an_opt_out_needs_neither_force_nor_note_under_anothers_claim(agent: APIClient, steps: Any, given: Any) -> None:
    lease(steps[0])
    assert opt_out(agent, steps[0], **given).status_code == 200
    assert lines() == said(LATER, *JANES)
    line = TaskEvent.objects.get(kind="COMPLETED")
    assert line.detail == {"outcome": "OPTED_OUT", "forced": True, "leased_by": "anna"}


@pytest.mark.parametrize("outcome", ["REACHED", "NOT_INTERESTED"])
def test_every_other_outcome_is_refused_as_before(agent: APIClient, steps: Any, outcome: str) -> None:
    path = f"/api/followups/task/{steps[0].pk}/complete"
    for given, code in (
        ({"contacted_at": (LATER + DAY).isoformat()}, "out_of_range"),
        ({"contacted_at": "2026-12-15T12:00:00"}, "naive"),
        ({"note": NUL}, "control_characters"),
        ({"actor": LONG}, "max_length"),
        ({"correlation_id": NUL}, "control_characters"),
        ({"force": True}, "required"),
    ):
        response = agent.post(path, {"outcome": outcome, **given}, format="json")
        assert (response.status_code, codes(response)) == (400, [code])
    lease(steps[0])
    assert codes(agent.post(path, {"outcome": outcome})) == ["task_leased"]
    assert (lines(), FollowupTask.objects.get(pk=steps[0].pk).completed_at) == ([], None)


def test_an_opt_out_still_needs_permission_and_an_existing_task(agent: APIClient, auditor: APIClient, steps: Any) -> None:
    owned = TaskFactory.create(owner="bryan")
    assert opt_out(agent, owned).status_code == 403
    assert opt_out(auditor, steps[0]).status_code == 403
    assert agent.post("/api/followups/task/999999999/complete", {"outcome": "OPTED_OUT"}).status_code == 404
    assert agent.post(f"/api/followups/task/{steps[0].pk}/complete", {"outcome": "OPTED OUT"}).status_code == 400
    assert lines() == []


# Whom it binds ----------------------------------------------------------------------------------------------------------


def refused(lead: Lead, channel: str) -> bool:
    answer = gate.decide_lead(lead.lead_id, channel, at=LATER + DAY)
    return "opted_out" in [reason.value for reason in answer.verdict.reasons]


def test_an_opt_out_binds_the_leads_next_number_and_address(steps: Any) -> None:
    complete_task(steps[0].pk, "va1", outcome="OPTED_OUT", now=LATER)
    lead = Lead.objects.get(lead_id="JANE")
    lead.phone, lead.email = "+14165550199", "other@example.ca"
    lead.save()
    assert [refused(lead, channel) for channel in ("SMS", "CALL", "EMAIL")] == [True] * 3
    assert not refused(LeadFactory.create(lead_id="JOHN", phone="+14165550198"), "SMS")
    assert refused(LeadFactory.create(lead_id="JIM", phone="+14165550123"), "SMS")


@pytest.mark.parametrize("known", [False, True])
def test_an_opt_out_binds_an_unknown_lead_and_one_without_a_number(known: bool) -> None:
    if known:
        LeadFactory.create(lead_id="JANE", phone="")
    task = start_ladder(lead_id="JANE", province="ON", act=Act(at=NOON)).tasks[0]
    complete_task(task.pk, "va1", outcome="OPTED_OUT", now=LATER)
    assert lines() == said(LATER, ("LEAD", "JANE"))
    lead = Lead.objects.filter(lead_id="JANE").first() or LeadFactory.create(lead_id="JANE")
    lead.phone = "+14165550123"
    lead.save()
    assert [refused(lead, channel) for channel in ("SMS", "CALL", "EMAIL")] == [True] * 3


def test_an_opt_out_without_a_lead_stops_the_ladder_and_adds_no_ledger_line() -> None:
    task = start_ladder(province="ON", act=Act(at=NOON)).tasks[0]
    complete_task(task.pk, "va1", outcome="OPTED_OUT", now=LATER)
    assert (lines(), FollowupLadder.objects.get().closed_at) == ([], LATER)


# A task that is completed or cancelled already ---------------------------------------------------------------------------


def test_an_opt_out_at_a_completed_task_keeps_the_answer_and_is_recorded_in_the_ledger(agent: APIClient, steps: Any) -> None:
    path = f"/api/followups/task/{steps[0].pk}/complete"
    first = agent.post(path, {"outcome": "NO_ANSWER", "note": "rang out"}).json()
    kpi = list(KPIEvent.objects.order_by("pk").values())
    attempt = ContactAttempt.objects.values().get()
    response = opt_out(agent, steps[0], note="called back", correlation_id="C-2")
    assert response.status_code == 200
    answer = response.json()
    assert answer.pop("ladder") == {
        "id": steps[0].ladder_id,
        "open_steps": 0,
        "closed_at": LATER.replace(tzinfo=UTC).isoformat().replace("+00:00", "Z"),
        "next_at": None,
    }
    first.pop("ladder")
    assert answer == first
    task = FollowupTask.objects.get(pk=steps[0].pk)
    assert (task.outcome, task.note) == ("NO_ANSWER", "rang out")
    assert (list(KPIEvent.objects.order_by("pk").values()), ContactAttempt.objects.values().get()) == (kpi, attempt)
    assert lines() == said(LATER, *JANES)
    assert FollowupTask.objects.filter(cancel_reason="opted_out").count() == 5
    line = TaskEvent.objects.get(kind="OPTED_OUT")
    assert (line.task_id, line.actor, line.correlation_id) == (task.pk, "agent", "C-2")


@pytest.mark.parametrize("first", ["NO_ANSWER", "OPTED_OUT"])
def test_a_repeated_opt_out_records_nothing_more(agent: APIClient, steps: Any, first: str) -> None:
    agent.post(f"/api/followups/task/{steps[0].pk}/complete", {"outcome": first})
    answers = [opt_out(agent, steps[0]).json() for _ in range(3)]
    assert answers == [answers[0]] * 3
    assert lines() == said(LATER, *JANES)
    assert TaskEvent.objects.filter(kind="OPTED_OUT").count() == (first != "OPTED_OUT")
    assert ContactAttempt.objects.count() == 1


def test_no_bad_detail_refuses_an_opt_out_at_a_completed_task(agent: APIClient, steps: Any) -> None:
    complete_task(steps[0].pk, "agent", now=NOON)
    lease(steps[0])
    assert opt_out(agent, steps[0], contacted_at="soon", note=NUL, force=True).status_code == 200
    assert lines() == said(LATER, *JANES)


def test_an_opt_out_at_a_cancelled_task_counts_as_a_contact(agent: APIClient, steps: Any) -> None:
    start_ladder(lead_id="JANE", province="ON", restart=True, act=Act(at=NOON))
    assert opt_out(agent, steps[0]).status_code == 200
    assert lines() == said(LATER, *JANES)
    assert not FollowupLadder.objects.open().exists()
    assert ContactAttempt.objects.get().task_id == steps[0].pk


def test_an_opt_out_at_a_completed_task_sets_the_status_of_the_rule(steps: Any) -> None:
    upsert(OutcomeRule, outcome="OPTED_OUT", lead_status="DEAD", act=Act("test"))
    complete_task(steps[0].pk, "va1", now=NOON)
    complete_task(steps[0].pk, "va1", outcome="OPTED_OUT", now=LATER)
    assert Lead.objects.get(lead_id="JANE").status == "DEAD"


def test_an_agent_presses_the_opt_out_button_at_a_completed_task(user_of: Callable[..., User], steps: Any) -> None:
    browser = signed_in(user_of("agent"))
    complete_task(steps[0].pk, "agent", outcome="NO_ANSWER", now=NOON)
    given = {"act": "complete", "task": steps[0].pk, "outcome": "OPTED_OUT", "note": LONG + "\x00"}
    assert browser.post("/admin/followups/followuptask/queue/", given).status_code == 302
    assert lines() == said(LATER, *JANES)


def test_an_unstorable_character_is_refused_in_every_other_outcome_and_form(
    user_of: Callable[..., User], steps: Any
) -> None:
    browser = signed_in(user_of("agent"))
    given = {"act": "complete", "task": steps[0].pk, "outcome": "REACHED", "note": NUL}
    answer = browser.post("/admin/followups/followuptask/queue/", given)
    assert (answer.status_code, "Null characters are not allowed" in answer.content.decode()) == (200, True)
    assert browser.post("/admin/followups/lead/add/", {"lead_id": NUL}).status_code == 400
    assert (FollowupTask.objects.get(pk=steps[0].pk).completed_at, lines()) == (None, [])
