"""The estimate itself, on real sales: it can be followed by hand, no later sale counts, and it is good."""

from datetime import date, timedelta
from decimal import Decimal
from math import log
from random import Random
from typing import Any

import numpy as np
import pytest

from offers.comps.arv.adjust import STEPS
from offers.comps.arv.estimate import Estimate
from offers.comps.arv.homes import FEATURES
from offers.comps.arv.weigh import MOST, weights
from offers.comps.comps import Comp
from tests.offers.comps.sold import (
    FIELDS,
    TESTED_SINCE,
    Goodness,
    QuarterlyPriors,
    estimated,
    goodness,
    sales_in,
    subject_of,
    time_ordered,
)

AMES = sales_in("ames")
TESTED = [sale for sale in AMES if sale.sold_on >= TESTED_SINCE]
SAMPLE = TESTED[::3]
PRIORS = QuarterlyPriors(AMES)
HOUSE = SAMPLE[40]


def before(day: date, sales: "tuple[Comp, ...]" = AMES) -> list[Comp]:
    return [sale for sale in sales if sale.sold_on < day]


def of_house(sales: list[Comp] | None = None, house: Comp = HOUSE, without: tuple[str, ...] = ()) -> Estimate:
    known = before(house.sold_on) if sales is None else sales
    return estimated(known, subject_of(house, without=without), house.sold_on)


def test_an_estimate_is_the_weighted_geometric_mean_of_adjusted_prices() -> None:
    found = of_house()
    used = found.used
    prices = found.fit.sales.log_price[used]
    adjusted = prices + np.log(found.adjustments(used)).sum(axis=1)
    left = 1 - found.weights.sum()
    assert found.value == pytest.approx(found.weights[used] @ adjusted + left * found.market, abs=1e-9)


def test_weights_are_never_negative_and_sum_to_at_most_1() -> None:
    for house in SAMPLE[:20]:
        found = of_house(house=house)
        assert (found.weights >= 0).all()
        assert found.weights.sum() <= 1 + 1e-9
        assert 0 < len(found.used) <= MOST


def test_weights_solve_what_they_should() -> None:
    matrix, target = np.array([[2.0, 0.5], [0.5, 1.0]]), np.array([1.0, 0.2])
    assert weights(matrix, target) == pytest.approx([0.5, 0.0], abs=0.08)
    assert weights(np.eye(3), np.array([0.9, 0.9, 0.9])) == pytest.approx([1 / 3] * 3)


def test_a_comp_that_is_the_subject_needs_no_adjustment_but_time() -> None:
    twin = HOUSE._replace(sale_id="TWIN", sold_on=HOUSE.sold_on - timedelta(days=200))
    found = of_house([*before(HOUSE.sold_on), twin])
    at = int(np.flatnonzero(found.rows == len(before(HOUSE.sold_on)))[0])
    steps = dict(zip(STEPS, found.adjustments(np.array([at]))[0], strict=True))
    assert {name: steps[name] for name in STEPS if name != "time"} == pytest.approx(
        dict.fromkeys([*FEATURES, "property_type"], 1.0)
    )
    assert steps["time"] != 1.0
    assert found.weights[at] == found.weights.max()


def test_the_order_of_the_sales_does_not_matter() -> None:
    sales = before(HOUSE.sold_on)
    shuffled = Random(3).sample(sales, len(sales))
    assert of_house(shuffled).value == pytest.approx(of_house(sales).value, abs=1e-9)


def test_all_prices_twice_as_high_double_the_value() -> None:
    dearer = [sale._replace(price=sale.price * 2) for sale in before(HOUSE.sold_on)]
    assert of_house(dearer).value == pytest.approx(of_house().value + log(2), abs=1e-9)


def test_a_larger_house_is_worth_more() -> None:
    larger = HOUSE._replace(living_area_sqft=int(HOUSE.living_area_sqft or 0) * 2)
    assert of_house(house=larger).value > of_house().value


@pytest.mark.parametrize("field", [*FIELDS, "place"])
def test_what_the_subject_lacks_is_ignored_in_every_comp(field: str) -> None:
    blank: dict[str, Any] = {"property_type": ""} if field == "property_type" else {field: None}
    if field == "place":
        blank = {"latitude": None, "longitude": None}
    bare = [sale._replace(**blank) for sale in before(HOUSE.sold_on)]
    assert of_house(without=(field,)).value == pytest.approx(of_house(bare, without=(field,)).value, abs=1e-9)


def test_comps_may_lack_anything() -> None:
    blank: dict[str, Any] = dict.fromkeys((*FIELDS[1:], "latitude", "longitude"))
    bare = [sale._replace(**blank) for sale in before(HOUSE.sold_on)]
    assert np.isfinite([(found := of_house(bare)).value, found.low, found.high]).all()


def test_what_no_comp_says_is_ignored_of_the_subject() -> None:
    blank: dict[str, Any] = dict.fromkeys(FIELDS[2:])
    bare = [sale._replace(**blank) for sale in before(HOUSE.sold_on)[-3:]]
    assert of_house(bare).value == pytest.approx(of_house(bare, without=FIELDS[2:]).value, abs=1e-9)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_few_sales_give_a_wide_interval(count: int) -> None:
    few = of_house(before(HOUSE.sold_on)[-count:])
    assert few.low < few.value < few.high
    assert few.high - few.low > of_house().high - of_house().low


def test_one_price_that_is_wrong_is_noticed_and_does_no_harm() -> None:
    sales = before(HOUSE.sold_on)
    weightiest = int(of_house(sales).rows[of_house(sales).used[0]])
    spoiled = list(sales)
    spoiled[weightiest] = sales[weightiest]._replace(price=sales[weightiest].price * 10)
    found = of_house(spoiled)
    assert found.value == pytest.approx(of_house(sales).value, abs=0.06)
    assert found.outlying[np.flatnonzero(found.rows == weightiest)].all()


# How good ---------------------------------------------------------------------------------------------------------------


def quality(
    sales: "tuple[Comp, ...]" = AMES, without: tuple[str, ...] = (), most: int | None = None, tested: list[Comp] = SAMPLE
) -> Goodness:
    """How good estimates of the sample are, each from the sales before it, or from so many of them drawn at random."""
    draw = Random(7)

    def value(sale: Comp) -> Estimate:
        known = before(sale.sold_on, sales)
        if most:
            return estimated(draw.sample(known, most), subject_of(sale), sale.sold_on)
        return estimated(known, subject_of(sale, without=without), sale.sold_on, PRIORS.at(sale.sold_on))

    return goodness(time_ordered(tested, value))


def test_estimates_of_later_sales_are_good() -> None:
    found = quality(tested=TESTED)
    assert found.error <= 0.083, found
    assert found.within_10 >= 0.60, found
    assert found.within_20 >= 0.82, found
    assert 0.77 <= found.coverage <= 0.83, found
    assert found.cod <= 12, found
    assert 0.98 <= found.prd <= 1.03, found
    assert all(0.74 <= third <= 0.86 for third in found.thirds), found


@pytest.mark.parametrize(("most", "error"), [(30, 0.14), (5, 0.17)])
def test_few_earlier_sales_still_give_an_estimate(most: int, error: float) -> None:
    found = quality(most=most)
    assert found.error <= error, found
    assert found.coverage >= 0.75, found


@pytest.mark.parametrize("field", ["living_area_sqft", "place"])
def test_the_interval_holds_without_a_field(field: str) -> None:
    found = quality(without=(field,))
    assert found.coverage >= 0.70, found


def test_one_price_in_twenty_that_is_ten_times_wrong_costs_little() -> None:
    draw = Random(11)
    spoiled = tuple(
        sale._replace(price=sale.price * draw.choice([Decimal(10), Decimal("0.1")])) if draw.random() < 0.05 else sale
        for sale in AMES
    )
    whole, found = quality(), quality(spoiled)
    assert found.error <= whole.error + 0.012, (found, whole)


def test_the_market_prior_does_not_see_later_sales() -> None:
    day = date(2009, 7, 1)
    known = QuarterlyPriors(before(day)).at(day)
    all_known = PRIORS.at(day)
    assert known is not None
    assert all_known is not None
    assert (known.mean == all_known.mean).all()
    assert (known.covariance == all_known.covariance).all()
