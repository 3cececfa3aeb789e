"""Whether a deal meets the criteria of a box, and what a proof of funds is good for."""

from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from buyers.book.models import BuyBox
from buyers.matching.rules import BOUNDS, CRITERIA, LIMITS, MISSED, Box, Deal, best_boxes, funds, judged

TORONTO = frozenset({("ON", "TORONTO")})


def deal(**said: Any) -> Deal:
    return Deal(**{"province": "ON", "market": "TORONTO", "property_type": "SFR", **said})


@pytest.mark.parametrize(
    ("limits", "said", "criteria"),
    [
        ({}, {"price": Decimal(1)}, {}),
        ({"max_price": Decimal("400000.00")}, {"price": Decimal("400000.00")}, {"price": "MET"}),
        ({"max_price": Decimal("400000.00")}, {"price": Decimal("400000.01")}, {"price": "MISSED"}),
        ({"min_price": 100_000, "max_price": 200_000}, {"price": Decimal(99_999)}, {"price": "MISSED"}),
        ({"min_price": 100_000}, {}, {"price": "UNKNOWN"}),
        ({"max_repairs": 0}, {"repairs": Decimal(0)}, {"repairs": "MET"}),
        ({"max_repairs": 0}, {"repairs": Decimal("0.01")}, {"repairs": "MISSED"}),
        ({"min_beds": 3}, {"beds": 2}, {"beds": "MISSED"}),
        ({"min_beds": 3, "max_beds": 3}, {"beds": 3}, {"beds": "MET"}),
        ({"max_baths": Decimal("1.5")}, {"baths": Decimal("2.0")}, {"baths": "MISSED"}),
        ({"min_area": 900}, {"area": 900}, {"area": "MET"}),
        ({"max_lot": 5_000}, {"lot": 5_001}, {"lot": "MISSED"}),
        ({"min_year_built": 1950}, {"year_built": 1949}, {"year_built": "MISSED"}),
        ({"min_year_built": 1950, "min_beds": 1}, {"beds": 2}, {"year_built": "UNKNOWN", "beds": "MET"}),
    ],
)
def test_a_deal_meets_or_misses_a_bound_or_does_not_say(
    limits: dict[str, Any], said: dict[str, Any], criteria: dict[str, str]
) -> None:
    assert judged(Box(TORONTO, limits=limits), deal(**said)) == {"place": "MET", **criteria}


@pytest.mark.parametrize(
    ("price", "repairs", "arv", "verdict"),
    [
        ("300000", "50000", "500000", "MET"),  # exactly 0.7
        ("300000.01", "50000", "500000", "MISSED"),  # a hundred-millionth above
        ("300000", None, "500000", "UNKNOWN"),
        (None, "50000", "500000", "UNKNOWN"),
        ("300000", "50000", None, "UNKNOWN"),
    ],
)
def test_the_share_of_the_arv_counts_price_and_repairs(price: Any, repairs: Any, arv: Any, verdict: str) -> None:
    said = {name: value and Decimal(value) for name, value in {"price": price, "repairs": repairs, "arv": arv}.items()}
    assert judged(Box(TORONTO, limits={"max_arv_share": Decimal("0.7000")}), deal(**said))["arv_share"] == verdict


@pytest.mark.parametrize(
    ("places", "market", "verdict"),
    [
        ({("ON", "TORONTO")}, "TORONTO", "MET"),
        ({("ON", "ALL")}, "TORONTO", "MET"),
        ({("ON", "OTTAWA")}, "TORONTO", "MISSED"),
        ({("QC", "TORONTO")}, "TORONTO", "MISSED"),
        ({("ON", "TORONTO")}, "ALL", "UNKNOWN"),  # the deal says only the province
        ({("ON", "TORONTO"), ("ON", "ALL")}, "ALL", "MET"),
        ({("QC", "ALL")}, "ALL", "MISSED"),
    ],
)
def test_a_place_is_a_market_or_a_whole_province(places: set[Any], market: str, verdict: str) -> None:
    assert judged(Box(frozenset(places)), deal(market=market)) == {"place": verdict}


def test_a_box_without_property_types_takes_any() -> None:
    assert "property_type" not in judged(Box(TORONTO), deal())
    assert judged(Box(TORONTO, frozenset({"SFR", "CONDO"})), deal())["property_type"] == "MET"
    assert judged(Box(TORONTO, frozenset({"CONDO"})), deal())["property_type"] == "MISSED"


def test_every_bound_of_the_table_is_judged() -> None:
    bounded = {f.name for f in BuyBox._meta.fields if f.name.startswith(("min_", "max_"))}
    assert set(LIMITS) == bounded
    assert set(BOUNDS) <= {*Deal.__dataclass_fields__, "arv_share"}


def test_the_best_box_misses_least_then_leaves_least_open_then_is_the_first() -> None:
    met, unknown, missed = 1, 2, MISSED
    rows = [[missed, met], [met, unknown], [met, met], [met, met], [missed, missed]]
    codes = np.array([row + [0] * (len(CRITERIA) - 2) for row in rows], dtype=np.int8)
    buyers, boxes = np.array([7, 7, 7, 7, 5]), np.array([1, 2, 4, 3, 9])
    assert best_boxes(codes, buyers, boxes).tolist() == [4, 3]


@pytest.mark.parametrize(
    ("amount", "expire_on", "price", "expected"),
    [
        (None, None, 100, "NONE"),
        (100, date(2026, 6, 30), 100, "GOOD"),  # on its last day
        (100, date(2026, 6, 29), 100, "EXPIRED"),
        (99, date(2026, 6, 29), 100, "EXPIRED"),
        (99, date(2026, 7, 1), 100, "TOO_LOW"),
        (99, date(2026, 7, 1), None, "UNKNOWN"),
    ],
)
def test_funds_are_good_for_a_price_up_to_their_amount_and_their_last_day(
    amount: Any, expire_on: Any, price: Any, expected: str
) -> None:
    assert funds(amount and Decimal(amount), expire_on, price and Decimal(price), date(2026, 6, 30)) == expected
