"""Deals that are sent to buyers: the gate is asked first, and silence becomes an answer once."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from buyers.liquidity.deals import record_silence
from buyers.liquidity.rebuilding import rebuild_liquidity
from buyers.liquidity.scores import liquidity_score
from buyers.liquidity.services import record_feedback
from buyers.models import Buyer, BuyerFeedbackEvent, BuyerLiquidityNode, BuyerRecord, DealSent
from governance.gate.ledger import record_consent
from governance.golive.models import GoLiveState
from governance.ledger.models import LastContact
from kpi.models import KPIEvent
from tests.conftest import codes
from tests.factories import NOON, BuyerFactory, DealSentFactory
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

SEND, SENT, FEEDBACK = "/api/buyers/deals/send", "/api/buyers/deals", "/api/buyers/liquidity/feedback"
GIVEN = {"buyer_id": "B1", "deal_ref": "D1", "channel": "EMAIL", "province": "ON", "market": "Toronto"}
PLACE = ("ON", "TORONTO", "SFR")
LATER = NOON + timedelta(hours=72)


@pytest.fixture(autouse=True)
def clock() -> Any:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def buyer() -> Any:
    """A buyer who agreed to get e-mails."""
    made = BuyerFactory.create(buyer_id="B1", email="bo@example.com")
    record_consent(
        points=[("EMAIL", made.email)],
        basis="INQUIRY",
        obtained_at=NOON - timedelta(days=30),
        evidence="form 1",
        act=Act("me", at=NOON - timedelta(days=30)),
    )
    return made


def answer(event: str, at: datetime, deal_ref: str | None = "D1", buyer_id: str = "B1") -> BuyerFeedbackEvent:
    return record_feedback(*PLACE, event, buyer_id, deal_ref=deal_ref, now=at)


def silent(at: datetime) -> int:
    return record_silence(act=Act(at=at))


def posterior(at: datetime) -> Any:
    return liquidity_score(*PLACE, now=at)["posterior"]


def test_a_deal_is_sent_to_a_buyer_who_may_be_contacted(agent: APIClient, buyer: Any) -> None:
    response = agent.post(SEND, {**GIVEN, "correlation_id": "C-1"})
    assert response.status_code == 201, response.json()
    row = DealSent.objects.get()
    assert response.json() == {
        "id": row.pk,
        "buyer_id": "B1",
        "deal_ref": "D1",
        "channel": "EMAIL",
        "province": "ON",
        "market": "TORONTO",
        "property_type": "SFR",
        "sent_at": "2026-12-15T18:00:00Z",
        "correlation_id": "C-1",
        "actor": "agent",
        "user": "agent",
    }
    assert agent.get(f"{SENT}/{row.pk}").json() == response.json()
    assert LastContact.objects.get().contacted_at == NOON


def test_an_opted_out_buyer_is_sent_nothing(agent: APIClient, operator: APIClient, buyer: Any) -> None:
    operator.post("/api/governance/contact/opt-outs", {"email": "BO@Example.com"})
    response = agent.post(SEND, GIVEN)
    assert (response.status_code, codes(response)) == (409, ["buyer_not_contactable"])
    assert "opted_out" in response.json()["errors"][0]["detail"]
    assert not DealSent.objects.exists()
    assert not LastContact.objects.exists()


def test_the_gates_reason_is_named(agent: APIClient, buyer: Any) -> None:
    Buyer.objects.update(status="BLOCKED")
    response = agent.post(SEND, GIVEN)
    assert (response.status_code, codes(response)) == (409, ["buyer_not_contactable"])
    assert "lead_closed" in response.json()["errors"][0]["detail"]


def test_a_channel_that_reaches_nothing_is_refused(agent: APIClient) -> None:
    BuyerFactory.create(buyer_id="B1", phone="")
    response = agent.post(SEND, {**GIVEN, "channel": "SMS"})
    assert (response.status_code, codes(response)) == (409, ["buyer_not_contactable"])
    assert not DealSent.objects.exists()


def test_nothing_is_sent_at_night(agent: APIClient, buyer: Any, clock: Any) -> None:
    clock.move_to(NOON.replace(hour=7))
    assert agent.post(SEND, {**GIVEN, "channel": "SMS"}).status_code == 409


def test_an_unknown_buyer_is_not_found(agent: APIClient) -> None:
    response = agent.post(SEND, GIVEN)
    assert (response.status_code, response.json()["errors"][0]["attr"]) == (404, "buyer_id")


def test_the_kill_switch_stops_it(agent: APIClient, buyer: Any, kill_switch: GoLiveState) -> None:
    response = agent.post(SEND, GIVEN)
    assert codes(response) == ["KILL_SWITCH_ENGAGED"]
    assert not DealSent.objects.exists()


@pytest.mark.parametrize("field", ["buyer_id", "deal_ref", "channel", "province"])
def test_a_missing_value_is_named(agent: APIClient, field: str) -> None:
    response = agent.post(SEND, {name: value for name, value in GIVEN.items() if name != field})
    assert (response.status_code, response.json()["errors"][0]["attr"]) == (400, field)


def test_deals_are_listed_newest_first_and_filtered(auditor: APIClient) -> None:
    for number in (1, 2):
        DealSentFactory.create(deal_ref=f"D{number}")
    assert [row["deal_ref"] for row in auditor.get(SENT).json()["results"]] == ["D2", "D1"]
    assert [row["deal_ref"] for row in auditor.get(SENT, {"deal_ref": "D1"}).json()["results"]] == ["D1"]


def test_silence_becomes_no_response_after_72_hours_and_once() -> None:
    DealSentFactory.create(buyer__buyer_id="B1", deal_ref="D1")
    assert [silent(LATER - timedelta(minutes=1)), silent(LATER), silent(LATER), silent(LATER + timedelta(days=9))] == [
        0,
        1,
        0,
        0,
    ]
    event = BuyerFeedbackEvent.objects.get()
    assert (event.event, event.buyer_id, event.deal_ref, event.is_derived, event.created_at) == (
        *("NO_RESPONSE", "B1", "D1", True),
        LATER,
    )
    assert KPIEvent.objects.get().metric == "buyer_feedback"
    assert posterior(LATER)["response"]["events"] == 1


def test_the_hours_of_silence_are_a_setting(settings: Any) -> None:
    settings.BUYER_SILENCE_HOURS = 5
    DealSentFactory.create()
    assert [silent(NOON + timedelta(hours=4)), silent(NOON + timedelta(hours=5))] == [0, 1]


def test_a_deal_that_is_sent_again_gives_the_buyer_its_time_again() -> None:
    first = DealSentFactory.create(buyer__buyer_id="B1", deal_ref="D1")
    DealSentFactory.create(buyer=first.buyer, deal_ref="D1", sent_at=NOON + timedelta(hours=10))
    assert [silent(LATER), silent(LATER + timedelta(hours=10)), silent(LATER + timedelta(days=2))] == [0, 1, 0]


@pytest.mark.parametrize("event", ["RESPONDED", "PASSED", "BOUGHT", "NO_RESPONSE"])
def test_silence_is_never_recorded_where_a_person_recorded_an_answer(event: str) -> None:
    DealSentFactory.create(buyer__buyer_id="B1", deal_ref="D1")
    answer(event, NOON + timedelta(hours=1))
    assert silent(LATER) == 0


def test_an_answer_about_another_deal_is_none_about_this_one() -> None:
    DealSentFactory.create(buyer__buyer_id="B1", deal_ref="D1")
    answer("RESPONDED", NOON, deal_ref="D2")
    answer("RESPONDED", NOON, deal_ref=None)
    assert silent(LATER) == 1


def test_a_late_answer_counts_one_trial_and_the_nodes_step_stays() -> None:
    DealSentFactory.create(buyer__buyer_id="B1", deal_ref="D1")
    answer("RESPONDED", NOON, deal_ref="D0", buyer_id="B0")  # so that a step down is seen
    silent(LATER)
    stepped = BuyerLiquidityNode.objects.get().avg_response_rate
    answer("RESPONDED", LATER)
    node = BuyerLiquidityNode.objects.get()
    assert (stepped, node.avg_response_rate) == (Decimal(0), Decimal("0.01"))
    found = posterior(LATER)["response"]
    assert found["events"] == pytest.approx(1 + 2 ** (-3 / 90))
    record = BuyerRecord.objects.get(buyer_id="B1")
    assert record.tallies.response.trials == pytest.approx(record.tallies.response.successes)


def test_the_last_answer_of_a_person_wins() -> None:
    answer("RESPONDED", NOON)
    answer("BOUGHT", NOON)
    answer("PASSED", NOON)
    found = posterior(NOON)
    assert found["response"]["events"] == found["close"]["events"] == 1
    assert found["response"]["mean"] > 0.5 > found["close"]["mean"]


def test_answers_by_deal_at_two_nodes_are_trials_of_both_and_one_of_the_buyers() -> None:
    answer("RESPONDED", NOON)
    record_feedback("QC", "MONTREAL", "SFR", "PASSED", "B1", deal_ref="D1", now=NOON)
    for node in BuyerLiquidityNode.objects.all():
        assert liquidity_score(node.province, node.market, now=NOON)["posterior"]["response"]["events"] == 1
    record = BuyerRecord.objects.get()
    assert record.tallies.response.trials == record.tallies.close.trials


def test_rebuilding_finds_no_difference_after_answers_and_silence() -> None:
    for number in range(4):
        DealSentFactory.create(buyer__buyer_id=f"B{number}", deal_ref="D1", sent_at=NOON + timedelta(minutes=number))
    silent(LATER)
    answer("PASSED", LATER + timedelta(days=1))
    answer("BOUGHT", LATER + timedelta(days=2), buyer_id="B2")
    answer("RESPONDED", LATER - timedelta(days=9), buyer_id="B3")
    assert list(rebuild_liquidity(write=False, act=Act())) == []
    BuyerRecord.objects.filter(buyer_id="B2").update(close_trials=7)
    BuyerLiquidityNode.objects.update(response_successes=9)
    assert [str(one.row) for one in rebuild_liquidity(act=Act())] == ["Toronto, Ontario: single-family home", "B2"]
    assert list(rebuild_liquidity(write=False, act=Act())) == []


def test_another_half_life_is_taken_over_by_rebuilding(settings: Any) -> None:
    answer("RESPONDED", NOON)
    settings.BUYER_RATE_HALF_LIFE_DAYS = 30
    assert [str(one.row) for one in rebuild_liquidity(act=Act())] == ["Toronto, Ontario: single-family home", "B1"]
    assert posterior(NOON + timedelta(days=30))["response"]["events"] == pytest.approx(0.5)
