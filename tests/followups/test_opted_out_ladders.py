"""A lead that opted out of all its channels gets no ladder. For some channels only their steps are made cancelled."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from followups.ladders.errors import LeadOptedOut
from followups.ladders.models import FollowupLadder
from followups.models import Lead
from followups.services import complete_task, due_tasks, start_ladder
from followups.sla.snapshot import sla_snapshot
from followups.tasks.minutes.services import roll
from followups.tasks.models import FollowupTask
from governance import gate
from governance.ledger.models import ContactRecord
from kpi.models import KPIEvent
from tests.conftest import codes
from tests.factories import NOON, LeadFactory
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

CREATE = "/api/followups/ladder/create"
PHONE = "+14165550123"
JANE: dict[str, Any] = {"lead_id": "JANE", "province": "ON"}


@pytest.fixture
def jane() -> Lead:
    """A lead with a number and an address."""
    lead: Lead = LeadFactory.create(lead_id="JANE", phone=PHONE, email="jane@example.ca")
    return lead


def opt_out(*channels: str, point: tuple[str, str] = ("PHONE", PHONE)) -> None:
    for channel in channels:
        gate.record_opt_out(points=[point], channel=channel, said_at=timezone.now(), act=Act("test"))


def test_a_lead_opted_out_of_every_channel_gets_no_ladder(integrator: APIClient, jane: Lead) -> None:
    opt_out("SMS", "CALL")
    response = integrator.post(CREATE, JANE)
    assert (response.status_code, codes(response)) == (409, ["lead_opted_out"])
    assert not FollowupLadder.objects.exists()
    assert not KPIEvent.objects.exists()


def test_a_lead_opted_out_of_everything_gets_no_ladder(jane: Lead) -> None:
    opt_out("")
    with pytest.raises(LeadOptedOut):
        start_ladder(**JANE, act=Act())
    assert not FollowupTask.objects.exists()


def test_a_restart_is_refused_and_starts_nothing(integrator: APIClient, jane: Lead) -> None:
    start_ladder(**JANE, act=Act())
    opt_out("")
    response = integrator.post(CREATE, {**JANE, "restart": True})
    assert (response.status_code, codes(response)) == (409, ["lead_opted_out"])
    ladder = FollowupLadder.objects.get()
    assert (ladder.open_steps, ladder.tasks.open().count()) == (0, 0)


@pytest.mark.parametrize(("channel", "closed"), [("SMS", [1, 3, 5]), ("CALL", [2, 4, 6])])
def test_steps_of_one_opted_out_channel_are_made_cancelled(
    integrator: APIClient, jane: Lead, channel: str, closed: list[int]
) -> None:
    opt_out(channel)
    response = integrator.post(CREATE, JANE)

    assert response.status_code == 201
    steps = response.json()
    assert [step["step"] for step in steps] == [1, 2, 3, 4, 5, 6]
    assert [step["step"] for step in steps if "cancelled" in step] == closed
    assert all(step["cancelled"] is True for step in steps if "cancelled" in step)
    ladder = FollowupLadder.objects.get()
    assert (ladder.open_steps, ladder.closed_at) == (3, None)
    cancelled = ladder.tasks.filter(cancelled_at__isnull=False).order_by("step")
    assert list(cancelled.values_list("step", "cancel_reason", "cancelled_at")) == [
        (step, "opted_out", ladder.created_at) for step in closed
    ]
    assert ladder.tasks.open().count() == 3
    assert KPIEvent.objects.get().metric == "ladder_created"
    assert integrator.post(CREATE, JANE).json() == steps  # a retry


def test_cancelled_steps_are_not_due_not_in_the_sla_and_do_not_keep_the_ladder_open(jane: Lead) -> None:
    opt_out("CALL")
    tasks = start_ladder(act=Act(at=NOON), **JANE).tasks
    late = NOON + timedelta(days=30)
    roll(late)
    assert [task.step for task in due_tasks(now=late, include_blocked=True)] == [1, 3, 5]
    assert sla_snapshot()["count"] == 0
    for task in tasks[::2]:
        complete_task(task.pk, "va1", now=late)
    assert FollowupLadder.objects.get().closed_at == late


def test_a_restart_with_one_closed_channel_replaces_the_open_ladder(integrator: APIClient, jane: Lead) -> None:
    start_ladder(**JANE, act=Act())
    opt_out("SMS")
    assert integrator.post(CREATE, {**JANE, "restart": True}).status_code == 201
    new, old = FollowupLadder.objects.order_by("-id")
    assert (old.open_steps, new.open_steps) == (0, 3)


def test_an_opt_out_of_the_address_does_not_change_a_ladder_of_calls_and_texts(integrator: APIClient, jane: Lead) -> None:
    opt_out("", point=("EMAIL", "jane@example.ca"))
    assert integrator.post(CREATE, JANE).status_code == 201
    assert FollowupLadder.objects.get().open_steps == 6


def test_a_lifted_opt_out_does_not_count(jane: Lead) -> None:
    opt_out("")
    said = ContactRecord.objects.get()
    ContactRecord.objects.create(
        point=said.point, entry="LIFT", effective_at=timezone.now(), actor="test", correlation_id="made", created_at=NOON
    )
    assert start_ladder(**JANE, act=Act()).created


@pytest.mark.parametrize("given", [{"lead_id": "NOBODY"}, {}])
def test_a_lead_without_a_known_number_is_not_checked_for_opt_outs(integrator: APIClient, jane: Lead, given: Any) -> None:
    opt_out("")
    assert integrator.post(CREATE, {"province": "ON", **given}).status_code == 201


def test_a_lead_without_a_number_gets_its_ladder(integrator: APIClient) -> None:
    LeadFactory.create(lead_id="JANE", phone="")
    assert integrator.post(CREATE, JANE).status_code == 201


def test_an_opted_out_number_is_refused_for_the_next_lead_too(integrator: APIClient, jane: Lead) -> None:
    opt_out("")
    LeadFactory.create(lead_id="AGAIN", phone=PHONE)
    assert codes(integrator.post(CREATE, {**JANE, "lead_id": "AGAIN"})) == ["lead_opted_out"]


def test_an_opt_out_on_file_cancels_the_open_steps_of_its_channel(integrator: APIClient, jane: Lead) -> None:
    integrator.post(CREATE, JANE)
    integrator.post("/api/governance/contact/opt-outs", {"lead_id": "JANE", "channel": "SMS"})
    ladder = FollowupLadder.objects.get()
    assert (ladder.open_steps, ladder.closed_at) == (3, None)
    assert set(ladder.tasks.open().values_list("channel", flat=True)) == {"CALL"}
    assert set(ladder.tasks.filter(channel="SMS").values_list("cancel_reason", flat=True)) == {"opted_out"}


def test_a_later_do_not_call_entry_closes_the_ladder(integrator: APIClient, jane: Lead) -> None:
    integrator.post(CREATE, JANE)
    integrator.post("/api/governance/contact/opt-outs", {"lead_id": "JANE", "channel": "SMS"})
    integrator.post("/api/governance/contact/do-not-call", {"lead_id": "JANE"})
    ladder = FollowupLadder.objects.get()
    assert (ladder.open_steps, ladder.tasks.open().count()) == (0, 0)
    assert ladder.closed_at is not None


def test_an_opt_out_by_email_leaves_a_ladder_of_calls_and_texts_alone(integrator: APIClient, jane: Lead) -> None:
    integrator.post(CREATE, JANE)
    integrator.post("/api/governance/contact/opt-outs", {"lead_id": "JANE", "channel": "EMAIL"})
    assert FollowupLadder.objects.get().open_steps == 6


# A lead that nobody knows ---------------------------------------------------------------------------------------------


def test_an_opt_out_of_an_unknown_lead_cancels_its_ladder_and_refuses_the_next(integrator: APIClient) -> None:
    assert integrator.post(CREATE, JANE).status_code == 201
    opt_out("", point=("LEAD", "JANE"))
    assert set(FollowupTask.objects.values_list("cancel_reason", flat=True)) == {"opted_out"}
    response = integrator.post(CREATE, JANE)
    assert (response.status_code, codes(response)) == (409, ["lead_opted_out"])


def test_a_lead_bound_before_it_was_known_starts_no_ladder(integrator: APIClient) -> None:
    opt_out("", point=("LEAD", "JANE"))
    LeadFactory.create(lead_id="JANE", phone=PHONE)
    assert integrator.post(CREATE, JANE).status_code == 409
    assert not FollowupTask.objects.exists()
