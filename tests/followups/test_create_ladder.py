"""`ladder/create`: six steps, one open ladder for each lead, and a retry that never doubles a contact."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from followups.ladders.models import FollowupLadder
from followups.ladders.services import cancel_ladder
from followups.services import complete_task, create_ladder, start_ladder
from followups.tasks.models import FollowupTask
from kpi.models import KPIEvent
from tests.conftest import attrs, codes
from tests.factories import LadderFactory
from wholesale.plumbing.act import Act

CREATE = "/api/followups/ladder/create"
LEAD = {"lead_id": "L123", "province": "ON", "market": "Toronto", "owner": "bryan"}
NOW = datetime(2026, 12, 15, 15, 0, tzinfo=UTC)


def times(text: str) -> datetime:
    assert text.endswith("Z")
    return datetime.fromisoformat(text)


def test_six_steps_at_the_guides_delays_and_channels(integrator: APIClient) -> None:
    response = integrator.post(CREATE, LEAD)
    assert response.status_code == 201
    steps = response.json()
    assert [set(step) for step in steps] == [{"id", "due_at", "channel", "step"}] * 6
    assert [(step["step"], step["channel"]) for step in steps] == [
        (1, "SMS"),
        (2, "CALL"),
        (3, "SMS"),
        (4, "CALL"),
        (5, "SMS"),
        (6, "CALL"),
    ]
    ladder = FollowupLadder.objects.get()
    assert [times(step["due_at"]) - ladder.created_at for step in steps] == [
        timedelta(0),
        timedelta(minutes=30),
        timedelta(hours=3),
        timedelta(days=1),
        timedelta(days=3),
        timedelta(days=7),
    ]


def test_ladder_and_tasks_store_the_given_values(integrator: APIClient) -> None:
    integrator.post(CREATE, {**LEAD, "correlation_id": "C-1"})
    ladder = FollowupLadder.objects.get()
    assert (ladder.lead_id, ladder.province, ladder.market, ladder.owner) == ("L123", "ON", "TORONTO", "bryan")
    assert (ladder.created_by, ladder.correlation_id, ladder.open_steps, ladder.closed_at) == (
        "integrator",
        "C-1",
        6,
        None,
    )
    assert ladder.user is not None
    assert ladder.user.username == "integrator"
    for task in ladder.tasks.all():
        assert (task.lead_id, task.province, task.market, task.owner) == ("L123", "ON", "TORONTO", "bryan")
        assert (task.correlation_id, task.created_at) == ("C-1", ladder.created_at)
        assert (task.completed_at, task.cancelled_at, task.cancel_reason) == (None, None, "")


def test_creating_writes_one_kpi_row(integrator: APIClient) -> None:
    integrator.post(CREATE, LEAD, headers={"X-Correlation-ID": "C-2"})
    ladder, row = FollowupLadder.objects.get(), KPIEvent.objects.get()
    assert (row.domain, row.metric, row.success, row.value, row.detail) == (
        "WHOLESALE",
        "ladder_created",
        True,
        None,
        {"tasks": 6},
    )
    assert (row.subject_type, row.subject_id, row.occurred_at) == ("ladder", str(ladder.pk), ladder.created_at)
    assert (row.province, row.market, row.correlation_id) == ("ON", "TORONTO", "C-2")
    assert row.actor == "integrator"
    assert row.user == ladder.user


def test_a_missing_owner_stays_null_and_a_missing_market_is_the_province(integrator: APIClient) -> None:
    integrator.post(CREATE, {"lead_id": "L1", "province": "qc"})
    ladder = FollowupLadder.objects.get()
    assert (ladder.owner, ladder.market, ladder.province) == (None, "ALL", "QC")
    assert set(ladder.tasks.values_list("owner", flat=True)) == {None}


def test_a_lead_whose_ladder_is_open_keeps_it(integrator: APIClient) -> None:
    first = integrator.post(CREATE, LEAD)
    again = integrator.post(CREATE, {"lead_id": "L123", "province": "QC", "owner": "else", "correlation_id": "C-9"})
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    ladder = FollowupLadder.objects.get()
    assert (ladder.province, ladder.owner) == ("ON", "bryan")
    assert FollowupTask.objects.count() == 6
    assert KPIEvent.objects.filter(metric="ladder_created").count() == 1


def test_the_open_ladder_is_answered_with_its_completed_steps(integrator: APIClient) -> None:
    first = integrator.post(CREATE, LEAD).json()
    complete_task(first[0]["id"], "bryan")
    again = integrator.post(CREATE, LEAD)
    assert (again.status_code, again.json()) == (200, first)


def test_a_lead_whose_ladder_closed_without_a_contact_gets_a_new_one(integrator: APIClient) -> None:
    first = integrator.post(CREATE, LEAD).json()
    cancel_ladder(FollowupLadder.objects.get().pk, act=Act(reason="a mistake"))
    again = integrator.post(CREATE, LEAD)
    assert again.status_code == 201
    assert {step["id"] for step in first}.isdisjoint({step["id"] for step in again.json()})
    assert FollowupLadder.objects.count() == 2


@pytest.mark.parametrize("lead", [{}, {"lead_id": None}, {"lead_id": ""}, {"lead_id": "  "}])
def test_without_a_lead_each_call_makes_a_new_ladder(integrator: APIClient, lead: Any) -> None:
    given = {"province": "ON", **lead}
    answers = [integrator.post(CREATE, given), integrator.post(CREATE, given)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert list(FollowupLadder.objects.values_list("lead_id", flat=True)) == [None, None]
    assert str(FollowupLadder.objects.first()).endswith("of no lead")


def test_a_restart_cancels_the_open_steps_and_starts_a_new_ladder(integrator: APIClient) -> None:
    first = integrator.post(CREATE, LEAD).json()
    complete_task(first[0]["id"], "bryan")
    again = integrator.post(CREATE, {**LEAD, "restart": True, "owner": "anna"})
    assert again.status_code == 201
    new, old = FollowupLadder.objects.order_by("-id")
    assert (old.open_steps, old.closed_at) == (0, new.created_at)
    assert (new.open_steps, new.closed_at, new.owner) == (6, None, "anna")
    done, *others = old.tasks.order_by("step")
    assert (done.cancelled_at, done.cancel_reason, done.completed_by) == (None, "", "bryan")
    assert {(task.cancelled_at, task.cancel_reason, task.completed_at) for task in others} == {
        (new.created_at, "restarted", None)
    }
    assert KPIEvent.objects.filter(metric="ladder_created").count() == 2


@pytest.mark.parametrize("lead", [{"lead_id": "L5"}, {}])
def test_a_restart_without_an_open_ladder_just_starts(integrator: APIClient, lead: Any) -> None:
    closed = LadderFactory.create(lead_id="L5", open_steps=0, closed_at=NOW)
    assert integrator.post(CREATE, {"province": "ON", "restart": "true", **lead}).status_code == 201
    closed.refresh_from_db()
    assert closed.closed_at == NOW
    assert FollowupLadder.objects.open().count() == 1


def test_a_restart_leaves_other_leads_alone(integrator: APIClient) -> None:
    other = integrator.post(CREATE, {**LEAD, "lead_id": "OTHER"}).json()
    integrator.post(CREATE, LEAD)
    integrator.post(CREATE, {**LEAD, "restart": True})
    assert FollowupTask.objects.open().filter(lead_id="OTHER").count() == len(other)


def test_a_restart_gives_up_on_a_ladder_that_no_cancelling_closes(db: None, integrator: APIClient) -> None:
    """A ladder that counts open steps but has none is an error, and never an endless loop."""
    broken = LadderFactory.create(lead_id="L1", open_steps=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        start_ladder(lead_id="L1", province="ON", restart=True, act=Act(at=NOW))
    assert FollowupLadder.objects.get() == broken
    assert not FollowupTask.objects.exists()


@pytest.mark.parametrize(
    ("given", "attr", "code"),
    [
        ({"province": None}, "province", "required"),
        ({"province": "XX"}, "province", "invalid_choice"),
        ({"province": ["ON"]}, "province", "invalid_choice"),
        ({"market": "To/ronto"}, "market", "invalid_word"),
        ({"market": {"a": 1}}, "market", "invalid"),
        ({"lead_id": "x" * 129}, "lead_id", "max_length"),
        ({"lead_id": "a\nb"}, "lead_id", "control_characters"),
        ({"owner": "x" * 129}, "owner", "max_length"),
        ({"restart": "perhaps"}, "restart", "invalid"),
        ({"reason": "x" * 1001}, "reason", "max_length"),
        ({"reason": ["x"]}, "reason", "invalid"),
        ({"correlation_id": "x" * 129}, "correlation_id", "max_length"),
        ({"correlation_id": "a\x7fb"}, "correlation_id", "control_characters"),
    ],
)
def test_bad_input_names_the_field(integrator: APIClient, given: Any, attr: Any, code: Any) -> None:
    response = integrator.post(CREATE, {**LEAD, **given})
    assert response.status_code == 400
    assert (attrs(response), codes(response)) == ([attr], [code])
    assert FollowupLadder.objects.count() == 0


def test_the_guides_function_returns_the_tasks(db: None) -> None:
    tasks = create_ladder("L1", "ON", "TORONTO", "bryan", "C-1", now=NOW)
    assert [task.due_at for task in tasks][:2] == [NOW, NOW + timedelta(minutes=30)]
    assert create_ladder("L1", "ON") == tasks
    ladder = FollowupLadder.objects.get()
    assert (ladder.created_by, ladder.user, ladder.correlation_id) == ("system", None, "C-1")
    assert str(ladder) == f"Ladder {ladder.pk} of L1"
    assert str(tasks[0]) == "Step 1: text message"


@pytest.mark.parametrize(
    "values",
    [
        {"open_steps": 0},
        {"closed_at": NOW},
        {"lead_id": ""},
        {"province": "XX"},
    ],
)
def test_the_database_forbids_invalid_ladders(db: None, values: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        LadderFactory.create(**values)


def test_the_database_forbids_two_open_ladders_of_a_lead(db: None) -> None:
    LadderFactory.create(lead_id="L1")
    with pytest.raises(IntegrityError), transaction.atomic():
        LadderFactory.create(lead_id="L1")
