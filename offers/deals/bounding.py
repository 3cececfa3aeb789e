"""What a policy makes of a value and of repairs: the offer, and the warnings by which it refuses. No database here.

The verb that computes an offer and the what-if of a policy's page both call these functions, so they cannot differ.
"""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

from offers.deals.around.deal import Offered
from offers.deals.around.terms import Terms
from offers.deals.around.warnings import Value, Warned
from offers.deals.errors import NoLowerBound
from offers.deals.math import Calculation, calculate


class Bounds(Protocol):
    """A protocol: how offers are bounded. Amounts are in CAD, the multiplier is 0..1. An `OfferPolicy` has them."""

    max_arv_multiplier: Decimal
    default_assignment_fee: Decimal
    default_fees_buffer: Decimal
    compute_on_low: bool

    @property
    def refused(self) -> Collection[str]:
        """The codes of the warnings by which an offer is refused."""


def value_of(arv: Decimal | None, valued: Mapping[str, Any] | None) -> Value:
    """What stands behind the ARV (CAD): the one that is given, else the one that the answer of an estimate has.

    `valued` is that answer. None if no estimate was asked for.
    """
    if not valued or valued["arv"] is None:
        return Value(arv or Decimal(0))
    estimated, low, high = (Decimal(str(valued[name])) for name in ("arv", "low", "high"))
    return Value(estimated if arv is None else arv, valued["n"], estimated, low, high)


def bounded(policy: Bounds, value: Value, repairs: Decimal) -> Calculation:
    """The offer that the policy allows for this value and these repairs (CAD).

    Raises:
        NoLowerBound: the policy computes on the lower bound of an estimate, and there is none.
        OutOfBounds: the ARV or the repairs are out of bounds.

    """
    arv = value.arv
    if policy.compute_on_low:
        if value.low is None:
            raise NoLowerBound
        arv = min(arv, value.low)
    return calculate(arv=arv, repairs=repairs, multiplier=policy.max_arv_multiplier, fees_buffer=policy.default_fees_buffer)


def offered_by(
    policy: Bounds,
    calc: Calculation,
    value: Value,
    *,
    province: str,
    market: str,
    today: date,
    property_type: str = "",
    terms: Terms | None = None,
) -> Offered:
    """The offer with what stands behind it, as its warnings and the deal around it need it.

    The assignment fee is that of the terms, else the policy's.
    """
    terms = terms or Terms()
    return Offered(
        province=province,
        market=market,
        property_type=property_type,
        calc=calc,
        multiplier=policy.max_arv_multiplier,
        fee=policy.default_assignment_fee if terms.fee is None else terms.fee,
        value=replace(value, arv=calc.arv),
        on_low=policy.compute_on_low,
        today=today,
        terms=terms,
    )


def refusals(policy: Bounds, offered: Offered) -> list[Warned]:
    """The warnings by which the policy refuses this offer."""
    return [warned for warned in offered.judged() if warned.code in policy.refused]
