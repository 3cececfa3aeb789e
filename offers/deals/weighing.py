"""An offer by its policy, before anything is stored: the ARV on which it rests, its calculation, what is around it."""

from datetime import date
from decimal import Decimal
from typing import Any

from offers.deals.around.deal import Offered
from offers.deals.around.terms import Terms
from offers.deals.around.warnings import Value
from offers.deals.errors import NoLowerBound
from offers.deals.math import Calculation, calculate
from offers.policies.models import OfferPolicy

Valued = dict[str, Any] | None  # the answer of an estimate; None: none was asked for


def calculated(policy: OfferPolicy, arv: Decimal | None, valued: Valued, repairs: Decimal) -> Calculation:
    """The calculation by the policy's values: on the ARV that is given, else on the estimate or on its lower bound (CAD).

    Raises:
        NoLowerBound: the policy computes on the lower bound of an estimate, and there is none.
        OutOfBounds: the ARV or the repairs are out of bounds.

    """
    if arv is None and valued and valued["arv"] is not None:
        arv = Decimal(str(valued["arv"]))
    if policy.compute_on_low:
        arv = _lower(arv, valued)
    return calculate(
        arv=arv or Decimal(0), repairs=repairs, multiplier=policy.max_arv_multiplier, fees_buffer=policy.default_fees_buffer
    )


def offered_of(
    policy: OfferPolicy,
    calc: Calculation,
    valued: Valued,
    terms: Terms,
    *,
    province: str,
    market: str,
    property_type: str,
    today: date,
) -> Offered:
    """The offer around which the deal is put together. The assignment fee is that of the terms, else the policy's."""
    return Offered(
        province=province,
        market=market,
        property_type=property_type,
        calc=calc,
        multiplier=policy.max_arv_multiplier,
        fee=policy.default_assignment_fee if terms.fee is None else terms.fee,
        value=_value(calc.arv, valued),
        on_low=policy.compute_on_low,
        today=today,
        terms=terms,
    )


def _lower(arv: Decimal | None, valued: Valued) -> Decimal:
    """The lower bound of the estimate, or a given ARV that is below it."""
    if not valued or valued["arv"] is None:
        raise NoLowerBound
    low = Decimal(str(valued["low"]))
    return low if arv is None else min(arv, low)


def _value(arv: Decimal, valued: Valued) -> Value:
    """What stands behind the ARV."""
    if not valued or valued["arv"] is None:
        return Value(arv)
    estimated, low, high = (Decimal(str(valued[name])) for name in ("arv", "low", "high"))
    return Value(arv, valued["n"], estimated, low, high)
