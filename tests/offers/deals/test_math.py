"""The maximum allowable offer in Decimal: half-up to the cent, within bounds (CONTRACT section 2)."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.deals.errors import OutOfBounds
from offers.deals.math import Calculation, calculate


def mao(arv: str, repairs: str, multiplier: str = "0.70", fees: str = "2500") -> tuple[Decimal, Decimal]:
    calc = calculate(arv=Decimal(arv), repairs=Decimal(repairs), multiplier=Decimal(multiplier), fees_buffer=Decimal(fees))
    return calc.mao, calc.recommended_offer


def test_the_guides_offer_is_computed() -> None:
    offer = calculate(arv=Decimal(450_000), repairs=Decimal(50_000), multiplier=Decimal("0.70"), fees_buffer=Decimal(2_500))
    assert offer == Calculation(Decimal(450_000), Decimal(50_000), Decimal(2_500), Decimal(262_500), Decimal(262_500))


@pytest.mark.parametrize(
    ("arv", "multiplier", "expected"),
    [
        ("0.01", "0.5", "0.01"),  # 0.005 goes up
        ("0.01", "0.4999", "0.00"),
        ("100.05", "0.7", "70.04"),  # 70.035: half-even would give 70.04 too
        ("100.15", "0.7", "70.11"),  # 70.105: half-even would give 70.10
        ("100000000", "1", "100000000.00"),
    ],
)
def test_an_offer_is_rounded_half_up_to_the_cent(arv: Any, multiplier: Any, expected: Any) -> None:
    assert mao(arv, "0", multiplier, "0") == (Decimal(expected), Decimal(expected))


def test_a_negative_offer_is_recommended_as_0() -> None:
    assert mao("100000", "200000") == (Decimal("-132500.00"), Decimal(0))


def test_a_negative_half_cent_is_rounded_away_from_zero() -> None:
    assert mao("0.01", "0.01", "0.5", "0")[0] == Decimal("-0.01")


@pytest.mark.parametrize(
    ("arv", "repairs", "attr", "says"),
    [
        ("0", "0", "arv", "Must be above 0 and at most 100,000,000."),
        ("-1", "0", "arv", "Must be above 0 and at most 100,000,000."),
        ("100000000.01", "0", "arv", "Must be above 0 and at most 100,000,000."),
        ("100", "200.01", "repairs", "Must be from 0 to twice the ARV."),
        ("100", "-0.01", "repairs", "Must be from 0 to twice the ARV."),
    ],
)
def test_an_amount_out_of_bounds_is_named_with_its_bounds(arv: Any, repairs: Any, attr: Any, says: str) -> None:
    with pytest.raises(OutOfBounds) as refused:
        mao(arv, repairs)
    assert (refused.value.attr, refused.value.code, refused.value.status) == (attr, "out_of_bounds", 400)
    assert str(refused.value) == says


@pytest.mark.parametrize("amount", ["NaN", "sNaN", "Infinity", "-Infinity"])
def test_an_invalid_amount_is_out_of_bounds(amount: Any) -> None:
    with pytest.raises(OutOfBounds):
        mao(amount, "0")
    with pytest.raises(OutOfBounds):
        mao("100", amount)


@pytest.mark.parametrize(("arv", "repairs"), [("0.01", "0.02"), ("100000000", "200000000")])
def test_the_bounds_themselves_are_allowed(arv: Any, repairs: Any) -> None:
    assert mao(arv, repairs)[1] == 0


@given(
    arv=st.decimals("0.01", "100000000", places=2),
    share=st.decimals("0", "2", places=4),
    multiplier=st.decimals("0.0001", "1", places=4),
    fees=st.decimals("0", "100000000", places=2),
)
def test_an_offer_is_never_negative_and_off_by_at_most_half_a_cent(arv: Any, share: Any, multiplier: Any, fees: Any) -> None:
    repairs = (arv * share).quantize(Decimal("0.01"), rounding="ROUND_DOWN")
    calc = calculate(arv=arv, repairs=repairs, multiplier=multiplier, fees_buffer=fees)
    assert calc.recommended_offer == max(calc.mao, Decimal(0))
    assert abs(calc.mao - (arv * multiplier - repairs - fees)) <= Decimal("0.005")
    assert (calc.arv, calc.repairs, calc.fees_buffer) == (arv, repairs, fees)
