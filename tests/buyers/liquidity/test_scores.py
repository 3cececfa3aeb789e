"""The posterior beside the score: what is known of a place, and whether anybody would buy."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from buyers.liquidity.fitting import fit_priors
from buyers.liquidity.scores import liquidity_score
from buyers.liquidity.services import record_feedback
from buyers.models import BuyBox, BuyBoxPlace, Buyer, BuyerLiquidityNode, LiquidityPrior
from tests.factories import NOON, BuyerFactory
from tests.query_counts import counted
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db
PLACE = ("ON", "TORONTO", "SFR")


def hear(events: str, *, buyer_id: str | None = None, place: tuple[str, str, str] = PLACE, at: datetime = NOON) -> None:
    """Record events, each by its first letter."""
    kinds = {"R": "RESPONDED", "N": "NO_RESPONSE", "B": "BOUGHT", "P": "PASSED"}
    for letter in events:
        record_feedback(*place, kinds[letter], buyer_id, now=at)


def buys(buyer_id: str, province: str, market: str, *types: str, **values: Any) -> Buyer:
    """A buyer with a box at a place."""
    buyer = BuyerFactory.create(buyer_id=buyer_id, **values)
    box = BuyBox.objects.create(buyer=buyer, property_types=list(types))
    BuyBoxPlace.objects.create(box=box, province=province, market=market)
    return buyer


def score(at: datetime = NOON) -> dict[str, Any]:
    return liquidity_score(*PLACE, now=at)


def test_one_query_answers_also_with_many_buyers() -> None:
    hear("RRNB", buyer_id="B0")
    for number in range(5):
        buys(f"B{number}", "ON", "TORONTO", "SFR")
    with CaptureQueriesContext(connection) as captured:
        found = score()
    assert counted(captured) == 1
    assert 0 < found["posterior_score"] < 100


def test_the_score_is_the_chance_that_at_least_one_buyer_closes() -> None:
    hear("RNBP")
    buys("B1", "ON", "TORONTO", "SFR")
    one = score()["posterior_score"]
    assert one == pytest.approx(25)  # half of all deals are answered, half of these are bought
    buys("B2", "ON", "ALL")
    assert score()["posterior_score"] == pytest.approx(100 * (1 - 0.75**2))


def test_a_buyers_own_answers_count() -> None:
    hear("RRRRRRRRRRBBBBBBBBBB", buyer_id="B1")
    buys("B1", "ON", "TORONTO")
    mean = 11 / 12
    own = (2 * mean + 10) / 12
    assert score()["posterior_score"] == pytest.approx(100 * own * own, abs=1e-4)


@pytest.mark.parametrize(
    ("province", "market", "types", "status"),
    [
        pytest.param("ON", "OTTAWA", [], "ACTIVE", id="another market"),
        pytest.param("QC", "ALL", [], "ACTIVE", id="another province"),
        pytest.param("ON", "TORONTO", ["CONDO"], "ACTIVE", id="another type"),
        pytest.param("ON", "TORONTO", ["SFR_DUPLEX"], "ACTIVE", id="a type that begins alike"),
        pytest.param("ON", "TORONTO", [], "PAUSED", id="paused"),
        pytest.param("ON", "TORONTO", [], "BLOCKED", id="blocked"),
    ],
)
def test_other_buyers_do_not_count(province: str, market: str, types: list[str], status: str) -> None:
    hear("RB")
    buys("B1", province, market, *types, status=status)
    assert score()["posterior_score"] == 0


def test_a_buyer_with_two_fitting_boxes_counts_once() -> None:
    hear("RNBP")
    buyer = buys("B1", "ON", "TORONTO")
    other = BuyBox.objects.create(buyer=buyer, name="whole province")
    BuyBoxPlace.objects.create(box=other, province="ON", market="ALL")
    assert score()["posterior_score"] == pytest.approx(25)


def test_a_place_of_which_nothing_was_heard_is_judged_by_those_around_it() -> None:
    for market in ("OTTAWA", "LONDON", "GUELPH"):
        hear("RRRRRRRRRN" * 3, place=("ON", market, "SFR"))
    hear("N" * 30, place=("QC", "MONTREAL", "SFR"))
    before = score()["posterior"]["response"]
    fit_priors(act=Act(at=NOON))
    after = score()
    assert (before["mean"], before["events"], after["known"]) == (0.5, 0, False)
    assert after["posterior"]["response"]["mean"] > 0.7
    hear("P")  # a new node starts from what its place's others say
    node = BuyerLiquidityNode.objects.get(market="TORONTO")
    assert node.prior_response_mean == pytest.approx(after["posterior"]["response"]["mean"], abs=1e-6)


def test_a_buyer_counts_as_surely_at_a_place_of_which_nothing_was_heard_as_beside_it() -> None:
    hear("RRRRRRRRRRBBBBBBBBBB", buyer_id="B1", place=("ON", "OTTAWA", "SFR"))
    buys("B1", "ON", "TORONTO")
    sure = dict.fromkeys(("response_strength", "close_strength"), 90.0)
    LiquidityPrior.objects.create(level="BUYER", response_mean=0.5, close_mean=0.5, fitted_at=NOON, **sure)
    own = (90 * 0.5 + 10) / 100
    assert score()["posterior_score"] == pytest.approx(100 * own * own, abs=1e-4)


def test_fitting_again_changes_nothing_and_stores_one_prior_for_each_place() -> None:
    for market in ("OTTAWA", "LONDON"):
        hear("RRNB", place=("ON", market, "SFR"), buyer_id=market)
    done = fit_priors(act=Act(at=NOON))
    stored = list(LiquidityPrior.objects.order_by("pk").values())
    assert (done.nodes, done.buyers) == (2, 2)
    assert sorted((row["level"], row["province"], row["market"]) for row in stored) == [
        ("BUYER", "", ""),
        ("CANADA", "", ""),
        ("MARKET", "ON", "LONDON"),
        ("MARKET", "ON", "OTTAWA"),
        ("PROVINCE", "ON", ""),
    ]
    fit_priors(act=Act(at=NOON))
    assert list(LiquidityPrior.objects.order_by("pk").values()) == stored


def test_fitting_with_no_node_stores_nothing() -> None:
    assert fit_priors(act=Act(at=NOON)).nodes == 0
    assert not LiquidityPrior.objects.exists()


def test_the_posterior_fades_without_anything_being_written() -> None:
    hear("RRRRRRRRRR")
    stored = BuyerLiquidityNode.objects.values().get()
    now, later = (score(NOON + timedelta(days=days))["posterior"]["response"] for days in (0, 90))
    assert (now["events"], later["events"]) == (pytest.approx(10), pytest.approx(5))
    assert now["mean"] > later["mean"]
    assert BuyerLiquidityNode.objects.values().get() == stored
