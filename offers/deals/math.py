"""The arithmetic of offers, in Decimal. No database here."""

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from django.utils.translation import gettext_noop

from offers.bounds import ARV_MAX
from offers.deals.errors import OutOfBounds

CENT = Decimal("0.01")
REPAIRS_MAX_SHARE = 2  # of the ARV


class Calculation(NamedTuple):
    """A computed offer in CAD. The maximum allowable offer, `mao`, may be below 0; `recommended_offer` is then 0."""

    arv: Decimal
    repairs: Decimal
    fees_buffer: Decimal
    mao: Decimal
    recommended_offer: Decimal


def calculate(*, arv: Decimal, repairs: Decimal, multiplier: Decimal, fees_buffer: Decimal) -> Calculation:
    """The maximum allowable offer by the customer's guide: ARV * multiplier - repairs - fees buffer, half-up to the cent.

    Raises:
        OutOfBounds: not 0 < arv <= 100,000,000, or not 0 <= repairs <= 2 * arv (CONTRACT section 2).

    """
    if not arv.is_finite() or not 0 < arv <= ARV_MAX:
        raise OutOfBounds(gettext_noop("Must be above 0 and at most %(arv_max)s."), attr="arv", arv_max=f"{ARV_MAX:,}")
    if not repairs.is_finite() or not 0 <= repairs <= arv * REPAIRS_MAX_SHARE:
        raise OutOfBounds(gettext_noop("Must be from 0 to twice the ARV."), attr="repairs")
    mao = allowed(arv, repairs, multiplier, fees_buffer)
    return Calculation(arv, repairs, fees_buffer, mao, max(mao, Decimal(0)))


def allowed(arv: Decimal, repairs: Decimal, multiplier: Decimal, fees_buffer: Decimal) -> Decimal:
    """The maximum allowable offer in CAD: ARV * multiplier - repairs - fees buffer, half-up to the cent; perhaps below 0."""
    return (arv * multiplier - repairs - fees_buffer).quantize(CENT, rounding=ROUND_HALF_UP)
