"""One number or e-mail address has at most one open ladder, whichever leads have it."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from rest_framework.test import APIClient

from followups.ladders.bulk import Start, Status, start_ladders
from followups.ladders.errors import AlreadyFollowedUp
from followups.ladders.models import FollowupLadder
from followups.ladders.prospects import OpenLadder, meeting
from followups.ladders.services import cancel_ladder, restart_ladder
from followups.leads.models import Lead
from followups.leads.services import upsert_lead, upsert_leads
from followups.services import start_ladder
from followups.tasks.models import FollowupTask, TaskEvent
from governance.people import PersonFacts
from kpi.models import KPIEvent
from tests.conftest import codes
from tests.factories import NOON, LeadFactory
from tests.moving import mark_wrong
from tests.staff import form_with, signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

CREATE = "/api/followups/ladder/create"
PHONE, MAIL = "+14165550123", "owner@example.ca"


def leads(**of_each: dict[str, Any]) -> None:
    for lead_id, values in of_each.items():
        LeadFactory.create(lead_id=lead_id, **{"phone": "", **values})


def start(lead_id: str, *, restart: bool = False, reason: str = "", now: datetime | None = None) -> FollowupLadder:
    act = Act(reason=reason, at=now)
    return start_ladder(lead_id=lead_id, province="ON", restart=restart, act=act).tasks[0].ladder


def still_open() -> list[str | None]:
    return list(FollowupLadder.objects.open().order_by("lead_id").values_list("lead_id", flat=True))


def why_cancelled(lead_id: str) -> set[tuple[str, str]]:
    """The reasons of the lead's cancelled steps and those in their history."""
    lines = TaskEvent.objects.filter(task__lead_id=lead_id, kind="CANCELLED")
    return set(lines.values_list("task__cancel_reason", "reason"))


# Starting ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shared", [{"phone": PHONE}, {"email": MAIL}, {"phone": PHONE, "email": MAIL}])
def test_the_second_lead_of_a_number_or_address_is_refused_and_the_first_is_named(
    integrator: APIClient, shared: dict[str, str]
) -> None:
    leads(L1=shared, L2=shared)
    start("L1")
    answer = integrator.post(CREATE, {"lead_id": "L2", "province": "ON"})
    assert (answer.status_code, codes(answer)) == (409, ["already_followed_up"])
    assert "Lead L1 " in answer.json()["errors"][0]["detail"]
    assert FollowupLadder.objects.count() == KPIEvent.objects.filter(metric="ladder_created").count() == 1


def test_no_restart_and_no_reason_overrides_the_refusal() -> None:
    leads(L1={"phone": PHONE}, L2={"phone": PHONE})
    first = start("L2")
    cancel_ladder(first.pk, act=Act(reason="x"))
    start("L1")
    with pytest.raises(AlreadyFollowedUp):
        start("L2", restart=True, reason="called us")
    with pytest.raises(AlreadyFollowedUp):
        restart_ladder(first.pk, act=Act(reason="called us"))
    assert still_open() == ["L1"]


def test_the_second_lead_may_start_once_the_first_ladder_is_closed() -> None:
    leads(L1={"phone": PHONE}, L2={"phone": PHONE})
    cancel_ladder(start("L1").pk, act=Act(reason="x"))
    assert start("L2").open_steps == 6


def test_a_retry_for_the_first_lead_gets_the_same_answer(integrator: APIClient) -> None:
    leads(L1={"phone": PHONE}, L2={"phone": PHONE})
    start("L1")
    assert integrator.post(CREATE, {"lead_id": "L1", "province": "ON"}).status_code == 200
    assert integrator.post(CREATE, {"lead_id": "L1", "province": "ON", "restart": True}).status_code == 201


def test_a_lead_without_a_known_number_or_address_is_checked_by_its_id_alone() -> None:
    leads(L1={}, L2={})
    for lead_id in ("L1", "L2", "NOBODY", "NOBODY-2"):
        start(lead_id)
    assert len(still_open()) == 4


def test_a_wrong_number_blocks_nobody() -> None:
    leads(L1={"phone": PHONE, "email": MAIL}, L2={"phone": PHONE})
    start("L1")
    mark_wrong("L1", "CALL", Act("va1", correlation_id="C", at=NOON))
    assert start("L2").open_steps == 6


def test_bulk_gives_the_first_row_a_ladder_and_names_it_to_the_others(operator: APIClient) -> None:
    leads(
        L1={"phone": PHONE}, L2={"phone": PHONE}, L3={"email": MAIL}, L4={"phone": PHONE, "email": MAIL}, L5={"email": MAIL}
    )
    rows = [{"lead_id": lead_id} for lead_id in ("L2", "L1", "L5", "L4", "L3", "NOBODY")]
    rows[-1]["province"] = "ON"
    answer = operator.post("/api/followups/ladder/bulk", {"ladders": rows}).json()
    assert [(one["lead_id"], one["status"], one.get("code")) for one in answer["results"]] == [
        ("L2", "created", None),
        ("L1", "refused", "already_followed_up"),
        ("L5", "created", None),
        ("L4", "refused", "already_followed_up"),
        ("L3", "refused", "already_followed_up"),
        ("NOBODY", "created", None),
    ]
    assert ["Lead L2 " in answer["results"][n]["detail"] for n in (1, 3)] == [True, True]
    assert "Lead L5 " in answer["results"][4]["detail"]


def test_a_row_without_a_ladder_blocks_no_other_row(monkeypatch: pytest.MonkeyPatch) -> None:
    leads(L1={"phone": PHONE, "status": "DEAD"}, L2={"phone": PHONE}, L3={"phone": PHONE})
    monkeypatch.setattr("followups.ladders.bulk.BATCH", 2)
    answers = start_ladders([Start(lead_id) for lead_id in ("L1", "L2", "L3")], act=Act())
    assert [answer.status for answer in answers] == [Status.REFUSED, Status.CREATED, Status.REFUSED]
    assert answers[2].refusal
    assert "Lead L2 " in answers[2].refusal.detail


# Leads that change ------------------------------------------------------------------------------------------------------


@pytest.fixture
def apart() -> None:
    """Two leads with different numbers and open ladders, of which L1's is older."""
    leads(L1={"phone": PHONE}, L2={"phone": "+14165550124"})
    start("L1")
    start("L2")


@pytest.mark.usefixtures("apart")
def test_a_change_that_makes_two_ladders_share_a_number_cancels_the_newer(operator: APIClient) -> None:
    changed = operator.post("/api/followups/leads/upsert", {"lead_id": "L2", "phone": PHONE, "correlation_id": "C-7"})
    assert changed.status_code == 200
    assert still_open() == ["L1"]
    assert why_cancelled("L2") == {("already_followed_up", "already_followed_up")}
    lines = TaskEvent.objects.filter(kind="CANCELLED")
    assert (lines.count(), set(lines.values_list("actor", "correlation_id"))) == (6, {("operator", "C-7")})
    ladder = FollowupLadder.objects.get(lead_id="L2")
    assert (ladder.open_steps, ladder.closed_at is not None) == (0, True)


@pytest.mark.usefixtures("apart")
def test_a_change_of_the_older_ladders_lead_cancels_the_newer_ladder_too() -> None:
    upsert_lead(lead_id="L1", phone="+14165550124", act=Act())
    assert still_open() == ["L1"]


@pytest.mark.usefixtures("apart")
def test_an_import_cancels_the_newer_ladder_too() -> None:
    upsert_leads([{"lead_id": "L2", "phone": PHONE}, {"lead_id": "L3", "province": "ON"}], act=Act())
    assert (still_open(), why_cancelled("L2")) == (["L1"], {("already_followed_up", "already_followed_up")})


@pytest.mark.usefixtures("apart")
def test_a_dry_run_cancels_nothing() -> None:
    upsert_leads([{"lead_id": "L2", "phone": PHONE}], dry_run=True, act=Act())
    assert still_open() == ["L1", "L2"]


@pytest.mark.usefixtures("apart")
def test_a_form_in_the_admin_cancels_the_newer_ladder_too(user_of: Callable[..., User]) -> None:
    browser = signed_in(user_of("operator"))
    page = f"/admin/followups/lead/{Lead.objects.get(lead_id='L2').pk}/edit/"
    browser.post(page, {**form_with(browser.get(page), "province"), "phone": PHONE})
    assert still_open() == ["L1"]


def test_a_lead_that_becomes_known_is_checked_too() -> None:
    leads(L1={"email": MAIL})
    start("NOBODY")
    start("L1")
    upsert_lead(lead_id="NOBODY", province="ON", email=MAIL, act=Act())
    assert (still_open(), why_cancelled("L1")) == (["NOBODY"], {("already_followed_up", "already_followed_up")})


def test_leads_of_one_file_are_checked_against_each_other() -> None:
    for lead_id in ("C", "A", "B", "D"):
        start(lead_id)
    upsert_leads([{"lead_id": lead_id, "province": "ON", "phone": PHONE} for lead_id in ("A", "B", "C")], act=Act())
    assert still_open() == ["C", "D"]


@pytest.mark.usefixtures("apart")
def test_a_wrong_number_that_becomes_right_makes_ladders_meet() -> None:
    mark_wrong("L1", "CALL", Act("va1", correlation_id="C", at=NOON))
    upsert_lead(lead_id="L2", phone=PHONE, act=Act())
    assert still_open() == ["L1", "L2"]
    upsert_lead(lead_id="L1", phone_is_wrong=False, act=Act())
    assert still_open() == ["L1"]
    assert Lead.objects.get(lead_id="L1").wrong_contacts == []


@pytest.mark.usefixtures("apart")
def test_a_change_of_other_values_leaves_ladders_alone() -> None:
    Lead.objects.filter(lead_id="L2").update(phone=PHONE)  # ladders from before the rule
    upsert_lead(lead_id="L2", postal_code="K1A 0B1", first_name="Bo", act=Act())
    assert still_open() == ["L1", "L2"]


def test_the_oldest_of_several_ladders_of_one_number_stays_open() -> None:
    def ladder(id: int, phone: str = "", email: str = "", **more: Any) -> OpenLadder:
        return OpenLadder(id, PersonFacts(person_id=f"L{id}", province="ON", market="ALL", phone=phone, email=email, **more))

    # 2 shares with 1; 3 shares only with 2, so it stays open; 4 shares with 1 only a wrong number; 5 shares with 3.
    ladders = [
        ladder(1, phone="1"),
        ladder(2, phone="1", email="2"),
        ladder(3, email="2"),
        ladder(4, phone="1", phone_is_wrong=True),
        ladder(5, phone="9", email="2"),
    ]
    assert meeting(ladders) == ["L2", "L5"]
    assert meeting([]) == []


# The card of a task -----------------------------------------------------------------------------------------------------


@pytest.fixture
def va1(user_of: Callable[..., User]) -> Iterator[Client]:
    """A browser of the agent va1, at noon."""
    with time_machine.travel(NOON, tick=False):
        yield signed_in(user_of("agent", username="va1"))


def test_the_card_names_the_other_leads_of_the_number(va1: Client) -> None:
    leads(
        L1={"phone": PHONE},
        L2={"phone": PHONE, "first_name": "<b>Jane</b>", "address": "12 King St"},
        L3={"phone": PHONE, "address": ""},
        L4={"phone": "+14165550199"},
    )
    start("L1", now=NOON - timedelta(hours=1))
    page = va1.post("/admin/followups/followuptask/queue/", {"act": "next"}, follow=True)
    (card,) = page.context["cards"]
    assert [lead.lead_id for lead in card.others] == ["L2", "L3"]
    shown = page.content.decode()
    assert "Other leads of this number" in shown
    assert "&lt;b&gt;Jane&lt;/b&gt; Roe</a> (L2), 12 King St<" in shown
    assert "Jane Roe</a> (L3)<" in shown
    assert "(L4)" not in shown


def test_the_card_of_an_unshared_number_names_no_other_lead(va1: Client) -> None:
    leads(L1={"phone": PHONE}, L2={"phone": "", "email": MAIL})
    start("L1", now=NOON - timedelta(hours=1))
    page = va1.post("/admin/followups/followuptask/queue/", {"act": "next"}, follow=True)
    assert FollowupTask.objects.get(leased_by="va1").lead_id == "L1"
    assert "Other leads of this" not in page.content.decode()
