"""Ladders start while an opt-out arrives: in either order no open step remains."""

from collections.abc import Callable
from contextlib import suppress
from threading import Event
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from followups.ladders.errors import LeadOptedOut
from followups.ladders.models import FollowupLadder
from followups.ladders.templates.models import LadderTemplate
from followups.leads.errors import OptedOutSince
from followups.leads.inbound.decisions import decide_inbound
from followups.leads.inbound.services import record_inbound
from followups.models import InboundMessage, InboxItem
from followups.services import complete_task, start_ladder
from followups.tasks.due.claims import claim_due
from followups.tasks.models import FollowupTask
from governance import gate
from governance.ledger.erasures import erase_point
from governance.ledger.models import ContactPoint, ContactRecord
from governance.ledger.reading import is_opted_out, ledgers
from governance.ledger.rules import is_held
from governance.policies import upsert
from kpi.models import KPIEvent
from tests.factories import LeadFactory
from wholesale.plumbing.act import Act

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

CREATE, INBOUND = "/api/followups/ladder/create", "/api/followups/inbound"
PHONE = "+14165550123"
CREATES = 16
ROUNDS = 5


def assert_nobody_is_to_be_contacted() -> None:
    assert not FollowupTask.objects.open().exists()
    assert not FollowupLadder.objects.open().exists()
    assert set(FollowupTask.objects.values_list("cancel_reason", flat=True)) <= {"opted_out", "restarted"}


@pytest.mark.parametrize("more", [{}, {"restart": True}], ids=["create", "restart"])
@pytest.mark.parametrize("several", [False, True], ids=["one lead", "a lead each"])
def test_a_stop_among_creates_leaves_no_open_step(
    operators: list[APIClient], run_together: Callable[..., list[Any]], more: dict[str, Any], several: bool
) -> None:
    for n in range(ROUNDS):
        phone = f"+1416555{n:04}"
        for lead in range(CREATES if several else 1):
            LeadFactory.create(lead_id=f"L{n}-{lead}", phone=phone)

        def act(number: int, n: int = n, phone: str = phone) -> int:
            if number == CREATES:
                return operators[number].post(INBOUND, {"phone": phone, "channel": "SMS", "text": "STOP ALL"}).status_code
            lead_id = f"L{n}-{number if several else 0}"
            return operators[number].post(CREATE, {"lead_id": lead_id, "province": "ON", **more}).status_code

        *creates, stop = run_together(CREATES + 1, act)
        assert stop == 201
        assert set(creates) <= {200, 201, 409}
        assert_nobody_is_to_be_contacted()
        assert KPIEvent.objects.count() == FollowupLadder.objects.count()
    assert InboundMessage.objects.count() == ROUNDS


def test_stops_and_creates_of_leads_that_share_numbers_do_not_deadlock(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    for n in range(8):
        LeadFactory.create(lead_id=f"L{n}", phone=f"+1416555{n % 3:04}", email=f"{n % 2}@example.ca")

    def act(number: int) -> int:
        client, lead = operators[number], f"L{number % 8}"
        if number % 3 == 0:
            return client.post(INBOUND, {"lead_id": lead, "channel": "SMS", "text": "STOP ALL"}).status_code
        return client.post(CREATE, {"lead_id": lead, "province": "ON", "restart": number % 3 == 1}).status_code

    assert set(run_together(24, act)) <= {200, 201, 409}
    assert_nobody_is_to_be_contacted()


def test_an_opt_out_of_the_address_among_creates_leaves_no_open_e_mail_step(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    steps = [{"delay_minutes": 0, "channel": "EMAIL"}, {"delay_minutes": 60, "channel": "EMAIL"}]
    upsert(LadderTemplate, province="ON", steps=steps, expected_version=1, act=Act("me"))
    for n in range(ROUNDS):
        for lead in range(CREATES):
            LeadFactory.create(lead_id=f"L{n}-{lead}", phone="", email=f"{n}@example.ca")

        def act(number: int, n: int = n) -> int:
            if number == CREATES:
                stop = {"lead_id": f"L{n}-0", "channel": "EMAIL", "text": "STOP"}
                return operators[number].post(INBOUND, stop).status_code
            return operators[number].post(CREATE, {"lead_id": f"L{n}-{number}", "province": "ON"}).status_code

        *creates, stop = run_together(CREATES + 1, act)
        assert stop == 201
        assert set(creates) <= {201, 409}
        assert_nobody_is_to_be_contacted()


def test_a_ladder_waits_for_an_uncommitted_opt_out_of_the_address(
    run_together: Callable[..., list[Any]],
) -> None:
    """The starting ladder waits for the lock of the address, which an uncommitted opt-out holds."""
    LeadFactory.create(lead_id="L1", phone=PHONE, email="jane@example.ca")
    is_held, has_started = Event(), Event()

    def act(number: int) -> str:
        if number == 0:
            with transaction.atomic():
                gate.lock_points([("EMAIL", "jane@example.ca")])
                is_held.set()
                assert not has_started.wait(1)
                return "held"
        is_held.wait()
        start_ladder(lead_id="L1", province="ON", act=Act())
        has_started.set()
        return "started"

    assert run_together(2, act) == ["held", "started"]


def test_concurrent_stops_of_a_new_number_make_one_point(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    stop = {"phone": PHONE, "channel": "SMS", "text": "STOP"}
    answers = run_together(CREATES, lambda number: operators[number].post(INBOUND, stop).status_code)
    assert answers == [201] * CREATES
    assert ContactPoint.objects.count() == 1
    assert ContactRecord.objects.count() == InboundMessage.objects.count() == CREATES


def test_two_contradicting_decisions_leave_an_opt_out_and_each_decision_once(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    """An operator may turn a reply into an opt-out. An opt-out stays."""
    message = record_inbound(phone=PHONE, channel="SMS", text=DOUBT, act=Act()).message

    def decide(number: int) -> int:
        given = {"meaning": ("OPT_OUT", "REPLY")[number % 2], "reason": "read it"}
        return operators[number].post(f"{INBOUND}/{message.pk}/decide", given).status_code

    answers = run_together(CREATES, decide)
    message.refresh_from_db()
    assert message.decided_as == "OPT_OUT"
    assert set(answers[::2]) == {200}
    made = list(message.decisions.values_list("meaning", flat=True))
    assert made in (["OPT_OUT"], ["REPLY", "OPT_OUT"])
    assert (200 in answers[1::2]) == ("REPLY" in made)
    assert ContactRecord.objects.filter(entry="OPT_OUT").count() == 1


# Doubtful messages -------------------------------------------------------------------------------------------------------

DOUBT = "stop texting me, I told you twice"


def test_holds_among_creates_claims_and_completions_neither_deadlock_nor_get_lost(
    run_together: Callable[..., list[Any]],
) -> None:
    for n in range(4):
        LeadFactory.create(lead_id=f"L{n}", phone=f"+1416555{n:04}")
        start_ladder(lead_id=f"L{n}", province="ON", act=Act())
    tasks = list(FollowupTask.objects.filter(step=1).order_by("id").values_list("id", flat=True))

    def act(number: int) -> str:
        lead = f"L{number % 4}"
        if number % 4 == 0:
            return str(record_inbound(lead_id=lead, channel="SMS", text=DOUBT, act=Act()).message.meaning)
        if number % 4 == 1:
            with suppress(LeadOptedOut):
                start_ladder(lead_id=lead, province="ON", restart=True, act=Act())
        elif number % 4 == 2:
            claim_due(owner=f"va{number}", act=Act())
        else:
            complete_task(tasks[number % 4], "va", outcome="OPTED_OUT")
        return "done"

    answers = run_together(CREATES, act)
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    messages = InboundMessage.objects.filter(meaning="DOUBTFUL")
    assert messages.count() == InboxItem.objects.count() == 4
    at = timezone.now()
    for message in messages:
        points = [(point.kind, point.value or "") for point in message.subjects.all()]
        assert points
        assert all(is_held(on_file.lines, at) for on_file in ledgers(points).values())


def test_nothing_is_claimed_once_a_hold_has_committed(run_together: Callable[..., list[Any]]) -> None:
    """A claim during the hold comes before it, or gets nothing."""
    for n in range(ROUNDS):
        FollowupTask.objects.all().update(cancelled_at=timezone.now(), cancel_reason="round over")
        LeadFactory.create(lead_id=f"L{n}", phone=f"+1416555{n:04}")
        start_ladder(lead_id=f"L{n}", province="ON", act=Act())

        def act(number: int, n: int = n) -> Any:
            if number == 0:
                return record_inbound(lead_id=f"L{n}", channel="SMS", text=DOUBT, act=Act()).is_held
            return len(claim_due(owner=f"va{number}", act=Act()))

        held, *claimed = run_together(4, act)
        assert held is True
        assert sum(claimed) <= 1
        FollowupTask.objects.filter(lead_id=f"L{n}").update(leased_by=None, leased_until=None)
        assert claim_due(owner="later", act=Act()) == []


def test_a_concurrent_decision_and_erasure_leave_the_opt_out_on_file(run_together: Callable[..., list[Any]]) -> None:
    for n in range(ROUNDS):
        phone = f"+1416555{n:04}"
        message = record_inbound(phone=phone, channel="SMS", text=DOUBT, act=Act()).message
        [point] = message.subjects.all()

        def act(number: int, message: InboundMessage = message, point: ContactPoint = point) -> str:
            if number:
                erase_point(point_id=point.pk, act=Act("me", reason="asked for it"))
                return "erased"
            return decide_inbound(message.pk, "OPT_OUT", act=Act(reason="read it")).message.decided_as

        assert run_together(2, act) == ["OPT_OUT", "erased"]
        on_file = ledgers([("PHONE", phone)])["PHONE", phone]
        assert is_opted_out([("PHONE", phone)], "SMS", timezone.now())
        assert not is_held(on_file.lines, timezone.now())
        point.refresh_from_db()
        assert point.value is None


def test_a_stop_beside_a_resume_stays_on_file_whichever_comes_first(run_together: Callable[..., list[Any]]) -> None:
    for n in range(ROUNDS):
        lead, phone = f"L{n}", f"+1416555{n:04}"
        LeadFactory.create(lead_id=lead, phone=phone)
        record_inbound(lead_id=lead, channel="SMS", text="STOP", act=Act())
        message = record_inbound(lead_id=lead, channel="SMS", text="START", act=Act()).message
        assert message.meaning == "DOUBTFUL"

        def act(number: int, message: InboundMessage = message, lead: str = lead) -> int:
            if number:
                return record_inbound(lead_id=lead, channel="SMS", text="STOP", act=Act()).message.pk
            return decide_inbound(message.pk, "RESUME", act=Act(reason="asked to")).message.pk

        resumed, stopped = run_together(2, act)
        assert isinstance(stopped, int)
        assert isinstance(resumed, OptedOutSince | int)
        assert is_opted_out([("PHONE", phone), ("LEAD", lead)], "SMS", timezone.now())
        lifted = ContactRecord.objects.filter(point__value=phone, entry="LIFT").count()
        assert lifted == (0 if isinstance(resumed, OptedOutSince) else 1)


def test_two_concurrent_decisions_about_a_held_message_release_it_once(run_together: Callable[..., list[Any]]) -> None:
    message = record_inbound(phone=PHONE, channel="SMS", text=DOUBT, act=Act()).message
    record_inbound(phone=PHONE, channel="SMS", text=DOUBT, act=Act())
    run_together(8, lambda number: decide_inbound(message.pk, "REPLY", act=Act(reason="read it")))
    assert ContactRecord.objects.filter(entry="RELEASE").count() == 1
    assert is_held(ledgers([("PHONE", PHONE)])["PHONE", PHONE].lines, timezone.now())
