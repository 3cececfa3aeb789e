"""`compute` with `advice=true`: the advice is answered and kept, rests on the answers of before, and refuses nothing."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from governance.policies import upsert
from offers.deals.advice.answers import NEWEST, known
from offers.deals.advice.prices import ENOUGH
from offers.deals.life.states import State
from offers.models import Offer, OfferEvidence, OfferPolicy
from offers.services import make_offer
from tests.conftest import attrs
from tests.factories import NOON, EvidenceFactory, OfferFactory, SentOfferFactory, many
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db
COMPUTE, EVIDENCE = "/api/deals/offers/compute", "/api/deals/offers/evidence"
TORONTO = {"province": "ON", "market": "TORONTO", "arv": 450000, "repairs": 50000}
HOUR = timedelta(hours=1)


@pytest.fixture
def ontario(db: None) -> OfferPolicy:
    """The enabled policy of Ontario."""
    return upsert(OfferPolicy, province="ON", enabled=True, act=Act("test"))


def answered(state: State, count: int = 1, *, at: datetime = NOON, province: str = "ON", **values: Any) -> None:
    """So many offers of 240,000 on an ARV of 400,000 that were answered at a time."""
    accepted_at = None if state in (State.REJECTED, State.EXPIRED) else at
    values = {"amount": Decimal(240_000), "arv": Decimal(400_000), "sent_at": at - HOUR, **values}
    values |= {"evidence": EvidenceFactory(), "province": province, "answered_at": at, "accepted_at": accepted_at}
    many(OfferFactory, count, state=state, **values)


def advice_of(client: APIClient, **given: Any) -> dict[str, Any]:
    response = client.post(COMPUTE, {**TORONTO, "advice": True, **given}, format="json")
    assert response.status_code == 201, response.content
    return dict(response.json()["advice"])


def test_without_the_parameter_there_is_no_advice(integrator: APIClient, ontario: Any) -> None:
    assert set(integrator.post(COMPUTE, TORONTO).json()) == {"policy", "calc", "evidence_id"}
    assert OfferEvidence.objects.get().advice_json is None


def test_the_advice_is_answered_and_kept_with_the_evidence(integrator: APIClient, ontario: Any) -> None:
    answer = integrator.post(COMPUTE, {**TORONTO, "advice": True}, format="json").json()
    advice = answer["advice"]
    assert (advice["basis"], advice["n"], advice["place"]) == ("prior", 0, "CA")
    assert 236_250 <= advice["suggested_opening"] <= answer["calc"]["recommended_offer"] == 262_500
    assert OfferEvidence.objects.get().advice_json == advice
    assert integrator.get(f"{EVIDENCE}/{answer['evidence_id']}").json()["advice_json"] == advice


def test_answers_count_from_the_hundredth_on(integrator: APIClient, ontario: Any) -> None:
    answered(State.CLOSED, 30)
    answered(State.CLOSED, 20)
    answered(State.FELL_THROUGH, 9)
    answered(State.REJECTED, 20)
    answered(State.EXPIRED, 20)
    with time_machine.travel(NOON + HOUR):
        assert (advice_of(integrator)["basis"], advice_of(integrator)["n"]) == ("prior", ENOUGH - 1)
        SentOfferFactory(state=State.CONTRACTED, province="ON", answered_at=NOON, accepted_at=NOON)
        advice = advice_of(integrator)
    assert (advice["basis"], advice["n"], advice["place"]) == ("answers", ENOUGH, "ON")
    assert sum(answer.accepted for answer in known("ON", NOON + HOUR).answers) == 60


@pytest.mark.parametrize(
    ("state", "values"),
    [
        (State.SENT, {"answered_at": None}),
        (State.COUNTERED, {"answered_at": None}),
        (State.FELL_THROUGH, {"accepted_at": None}),
    ],
)
def test_an_offer_without_an_answer_does_not_count(state: State, values: dict[str, Any]) -> None:
    SentOfferFactory(state=state, province="ON", **{"answered_at": NOON, "accepted_at": None, **values})
    assert known("ON", NOON + HOUR).answers == []


def test_the_offers_of_walkthroughs_do_not_count() -> None:
    answered(State.CLOSED, correlation_id="walkthrough-1")
    assert known("ON", NOON + HOUR).answers == []


def test_only_answers_of_before_the_act_count(ontario: Any) -> None:
    answered(State.CLOSED, ENOUGH, at=NOON)
    advice = [
        make_offer(province="ON", arv=Decimal(450_000), repairs=Decimal(0), advice=True, act=Act("test", at=at)).advice_json
        for at in (NOON, NOON + HOUR)
    ]
    assert [(one["basis"], one["n"]) for one in advice if one] == [("prior", 0), ("answers", ENOUGH)]


def test_a_province_with_too_few_answers_takes_those_of_canada() -> None:
    answered(State.CLOSED, ENOUGH)
    answered(State.REJECTED, ENOUGH - 1, province="AB")
    before = NOON + HOUR
    assert (known("ON", before).place, len(known("ON", before).answers)) == ("ON", ENOUGH)
    assert (known("AB", before).place, len(known("AB", before).answers)) == ("CA", 2 * ENOUGH - 1)
    answered(State.REJECTED, province="AB")
    assert (known("AB", before).place, len(known("AB", before).answers)) == ("AB", ENOUGH)


def test_the_share_is_what_was_on_the_table_last() -> None:
    answered(State.CLOSED, amount=Decimal(300_000))
    assert known("ON", NOON + HOUR).answers == [(0.75, True)]


def test_the_newest_answers_are_read_by_one_query_however_many_there_are() -> None:
    answered(State.REJECTED, NEWEST + 5, at=NOON)
    answered(State.CLOSED, 3, at=NOON + HOUR)
    with CaptureQueriesContext(connection) as queries:
        found = known("ON", NOON + 2 * HOUR)
    assert len(queries) == 1
    assert len(found.answers) == NEWEST
    assert sum(answer.accepted for answer in found.answers) == 3


def test_advice_costs_one_query_and_without_it_none(integrator: APIClient, ontario: Any) -> None:
    counts = []
    for advice in (False, True) * 2:
        with CaptureQueriesContext(connection) as queries:
            assert integrator.post(COMPUTE, {**TORONTO, "advice": advice}, format="json").status_code == 201
        counts.append(len(queries))
    assert counts[3] == counts[2] + 1


def test_it_answers_where_the_policy_allows_no_price(integrator: APIClient, ontario: Any) -> None:
    advice = advice_of(integrator, repairs=400_000)
    assert (advice["suggested_opening"], advice["prices"]) == (0, [])


def test_advice_and_deal_come_together(integrator: APIClient, ontario: Any) -> None:
    answer = integrator.post(COMPUTE, {**TORONTO, "advice": True, "deal": True}, format="json").json()
    assert set(answer) == {"policy", "calc", "evidence_id", "deal", "advice"}


def test_something_else_than_yes_or_no_is_named(integrator: APIClient, ontario: Any) -> None:
    response = integrator.post(COMPUTE, {**TORONTO, "advice": "perhaps"}, format="json")
    assert (response.status_code, attrs(response)) == (400, ["advice"])
    assert not OfferEvidence.objects.exists()
    assert not Offer.objects.exists()
