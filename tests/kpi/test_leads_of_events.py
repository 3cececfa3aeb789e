"""Each KPI row names the lead of its fact. Buyers' feedback and offers have no lead."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.dispatch import Signal
from django.test import Client
from django.urls import reverse

from buyers.liquidity.signals import feedback_recorded
from buyers.services import record_feedback
from followups.ladders.bulk import Start, start_ladders
from followups.ladders.starts import start_ladder
from followups.services import complete_task
from followups.signals import ladders_created, tasks_breached, tasks_completed, tasks_lapsed
from followups.sla.breaches import find_breaches
from followups.tasks.lapses import lapse_steps
from followups.tasks.models import FollowupTask
from governance.organisation.models import Organisation
from kpi.models import KPIEvent
from offers.models import OfferPolicy
from offers.services import make_offer
from offers.signals import offers_computed
from tests.factories import NOON, LadderFactory, LeadFactory, TaskFactory
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

LATE = NOON + timedelta(hours=2, seconds=1)
NIGHT = NOON - timedelta(hours=10)  # 03:00 in Toronto
EVENTS = "/api/kpi/events"


class ReceiverFails(Exception):
    """Raised by a receiver under test."""


def task_of_jane() -> Any:
    return TaskFactory.create(ladder=LadderFactory.create(lead_id="JANE"))


def start() -> None:
    start_ladder(lead_id="JANE", province="ON", act=Act(at=NOON))


def complete(at: Any) -> None:
    complete_task(task_of_jane().pk, "va1", now=at)


def breach() -> None:
    task_of_jane()
    assert find_breaches(act=Act(at=LATE)) == 1


def lapse() -> None:
    who = {"name": "Maple Homes", "mailing_address": "1 King Street, Toronto", "contact": "416-555-0100"}
    registration = {"registration_number": "R-1", "registration_expires_on": (NOON + timedelta(days=365)).date()}
    Organisation.objects.update(
        consent="enforce", **who, **registration
    )  # all our proofs are on file: only the lead's own ground is missing
    LeadFactory.create(lead_id="JANE", phone="+14165550123")
    task = task_of_jane()
    FollowupTask.objects.filter(pk=task.pk).update(open_from=None, open_until=None)
    assert lapse_steps(act=Act(at=NOON + timedelta(days=7))) == 1


def offer() -> None:
    OfferPolicy.objects.filter(province="ON").update(enabled=True)
    make_offer(province="ON", arv=Decimal(100), repairs=Decimal(0), act=Act())


ACTS: list[tuple[Signal, Callable[[], object], set[tuple[str, str | None]]]] = [
    (ladders_created, start, {("ladder_created", "JANE")}),
    (tasks_completed, lambda: complete(NOON), {("followup_completed", "JANE")}),
    (
        tasks_completed,
        lambda: complete(NIGHT),
        {("followup_completed", "JANE"), ("contact_outside_rules", "JANE")},
    ),
    (tasks_breached, breach, {("followup_breached", "JANE")}),
    (tasks_lapsed, lapse, {("followup_lapsed", "JANE")}),
    (feedback_recorded, lambda: record_feedback("ON", "ALL", "SFR", "BOUGHT", "B1"), {("buyer_feedback", None)}),
    (offers_computed, offer, {("offer_generated", None)}),
]
each_act = pytest.mark.parametrize(
    ("signal", "act", "rows"), ACTS, ids=[" and ".join(sorted(dict(rows))) for *_, rows in ACTS]
)


@each_act
def test_each_row_names_the_lead_of_its_fact(signal: Any, act: Any, rows: Any) -> None:
    act()
    assert set(KPIEvent.objects.values_list("metric", "lead_id")) == rows


@each_act
def test_a_failing_receiver_leaves_no_row(signal: Any, act: Any, rows: Any) -> None:
    def fail(envelopes: Any, **kwargs: Any) -> None:
        assert {(one.name, one.subject.lead_id) for one in envelopes} == rows
        # Our receiver runs after that of kpi. On PostgreSQL most acts write all their rows when they end.
        if connection.vendor != "postgresql":
            assert KPIEvent.objects.count() == len(rows)
        raise ReceiverFails

    signal.connect(fail)
    try:
        with pytest.raises(ReceiverFails), transaction.atomic():
            act()
    finally:
        signal.disconnect(fail)
    assert not KPIEvent.objects.exists()


def test_each_row_of_many_ladders_names_its_own_lead() -> None:
    start_ladders([Start("L1", "ON"), Start("L2", "QC")], act=Act(at=NOON))
    assert set(KPIEvent.objects.values_list("lead_id", "province")) == {("L1", "ON"), ("L2", "QC")}


def test_the_row_of_a_ladder_without_a_lead_names_no_lead() -> None:
    start_ladder(province="ON", act=Act(at=NOON))
    assert KPIEvent.objects.get().lead_id is None


def test_the_api_and_the_admin_show_the_lead(auditor: Any, admin_client: Client) -> None:
    start()
    event = KPIEvent.objects.get()
    assert auditor.get(f"{EVENTS}/{event.pk}").json()["lead_id"] == "JANE"
    page = admin_client.get(reverse("admin:kpi_kpievent_change", args=[event.pk])).content.decode()
    assert "JANE" in page
