"""The worth of each price, and the one to begin with."""

from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.deals.advice.acceptance import PRIOR, SellerAnswer
from offers.deals.advice.prices import ENOUGH, OPENING, KnownAnswers, advised, prices
from offers.deals.law.words import CANADA
from offers.deals.math import Calculation, calculate
from tests.offers.deals.advice.test_acceptance import simulated

NOTHING = KnownAnswers([], CANADA)
money = st.decimals(Decimal("0.01"), Decimal(100_000_000), places=2)


def guides(repairs: int = 50_000) -> Calculation:
    """The guide's offer: a MAO of 262,500."""
    return calculate(arv=Decimal(450_000), repairs=Decimal(repairs), multiplier=Decimal("0.7"), fees_buffer=Decimal(2500))


def cents(amount: float | Decimal) -> Decimal:
    return Decimal(str(amount)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def test_the_prices_reach_from_the_opening_to_the_mao() -> None:
    rows = advised(guides(), NOTHING)["prices"]
    assert (rows[0]["price"], rows[-1]["price"], len(rows)) == (236_250, 262_500, 21)
    assert (rows[0]["profit"], rows[-1]["profit"]) == (26_250, 0)
    assert (rows[0]["share"], rows[-1]["share"]) == (0.525, 0.5833)


def test_what_is_expected_is_the_chance_times_what_is_earned() -> None:
    for row in advised(guides(), NOTHING)["prices"]:
        for figure in ("mean", "low", "high"):
            exact = Decimal(str(row["profit"])) * Decimal(str(row["acceptance"][figure]))
            assert cents(row["expected_profit"][figure]) == cents(exact)


def test_the_suggestion_has_the_largest_lower_expectation() -> None:
    answers = KnownAnswers(simulated(1, 1_000, -1, 40), "ON")
    advice = advised(guides(), answers)
    best = max(advice["prices"], key=lambda row: row["expected_profit"]["low"])
    assert advice["suggested_opening"] == best["price"]
    assert 236_250 < advice["suggested_opening"] < 262_500


def test_sellers_who_mind_the_price_more_are_offered_more_at_first() -> None:
    openings = [
        advised(guides(), KnownAnswers(simulated(1, 2_000, -1, slope), "ON"))["suggested_opening"] for slope in (5, 40, 80)
    ]
    assert openings == sorted(set(openings))


@pytest.mark.parametrize("count", [0, 1, ENOUGH - 1])
def test_fewer_than_100_answers_are_the_prior_and_it_says_so(count: int) -> None:
    advice = advised(guides(), KnownAnswers(simulated(1, count, 2, 60), "ON"))
    assert (advice["basis"], advice["n"], advice["needed"]) == ("prior", count, 100)
    assert [note["code"] for note in advice["notes"]] == ["prior"]
    bare = advised(guides(), NOTHING)
    assert (advice["prices"], advice["suggested_opening"]) == (bare["prices"], bare["suggested_opening"])
    mean = PRIOR.chances([0.525]).mean[0]
    assert advice["prices"][0]["acceptance"]["mean"] == pytest.approx(mean, abs=1e-6)


def test_100_answers_count() -> None:
    advice = advised(guides(), KnownAnswers(simulated(1, ENOUGH, 2, 60), "ON"))
    assert (advice["basis"], advice["n"], advice["place"], advice["notes"]) == ("answers", 100, "ON", [])
    assert advice["prices"] != advised(guides(), NOTHING)["prices"]


def test_where_the_policy_allows_nothing_nothing_is_suggested_and_it_answers() -> None:
    advice = advised(guides(repairs=400_000), NOTHING)
    assert (advice["suggested_opening"], advice["prices"]) == (0, [])
    assert [note["code"] for note in advice["notes"]] == ["prior", "no_offer"]


@given(
    arv=money,
    repairs=st.decimals(0, 2, places=3),
    multiplier=st.decimals(Decimal("0.0001"), 1, places=4),
    buffer=st.sampled_from([0, 2500]),
    answers=st.lists(st.builds(SellerAnswer, st.floats(0, 2), st.booleans()), min_size=ENOUGH, max_size=ENOUGH + 20)
    | st.just([]),
)
def test_the_suggestion_is_never_above_the_recommended_offer(
    arv: Decimal, repairs: Decimal, multiplier: Decimal, buffer: int, answers: Any
) -> None:
    calc = calculate(arv=arv, repairs=cents(arv * repairs), multiplier=multiplier, fees_buffer=Decimal(buffer))
    advice = advised(calc, KnownAnswers(answers, "ON"))
    opening = Decimal(str(advice["suggested_opening"]))
    assert 0 <= opening <= calc.recommended_offer
    assert opening == cents(opening)
    rows = advice["prices"]
    assert all(lower["price"] < higher["price"] for lower, higher in pairwise(rows))
    assert all(lower["acceptance"]["mean"] <= higher["acceptance"]["mean"] for lower, higher in pairwise(rows))
    assert all(row["expected_profit"]["low"] <= row["expected_profit"]["high"] for row in rows)
    assert all(row["profit"] >= 0 for row in rows)


@given(money)
def test_prices_are_whole_cents_up_to_the_mao(mao: Decimal) -> None:
    found = prices(mao)
    assert found[-1] == mao
    assert all(price == cents(price) for price in found)
    assert all(price > mao * OPENING - Decimal("0.01") for price in found)
