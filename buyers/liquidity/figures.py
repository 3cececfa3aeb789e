"""The arithmetic of liquidity: how an event changes a node, and the node's score. No database here."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

SFR = "SFR"  # single-family residence, the default property type


class Event(models.TextChoices):
    """A kind of feedback: what a buyer did."""

    RESPONDED = "RESPONDED", _("Responded")
    NO_RESPONSE = "NO_RESPONSE", _("No response")
    BOUGHT = "BOUGHT", _("Bought")
    PASSED = "PASSED", _("Passed")


ACTIVE_EVENTS = (Event.RESPONDED, Event.BOUGHT)
_STEP = Decimal("0.01")
_RESPONSE_STEPS = {Event.RESPONDED: _STEP, Event.NO_RESPONSE: -_STEP}
_CLOSE_STEPS = {Event.BOUGHT: _STEP, Event.PASSED: -_STEP}


@dataclass(frozen=True, slots=True)
class Liquidity:
    """The figures of a node: the buyers, the active ones among them, and two rates as fractions 0..1."""

    buyer_count: int = 0
    active_buyer_count: int = 0
    avg_response_rate: Decimal = Decimal(0)
    avg_close_rate: Decimal = Decimal(0)

    @property
    def score(self) -> Decimal:
        """The score by the customer's guide: active buyers * 0.5 + response rate * 50 + close rate * 50."""
        return self.active_buyer_count * Decimal("0.5") + (self.avg_response_rate + self.avg_close_rate) * 50


def moved(state: Liquidity, event: str, *, named: bool, first_heard: bool, newly_active: bool) -> Liquidity:
    """The figures of a node after one more event (CONTRACT section 2). Each step of a rate is cut to 0..1, so
    the order of events matters.

    A named buyer is counted as a buyer only if `first_heard`, and as active only if `newly_active`. An unnamed buyer is
    never counted as a buyer, and is counted as active at each RESPONDED.
    """
    active = newly_active if named else event == Event.RESPONDED
    return replace(
        state,
        buyer_count=state.buyer_count + (named and first_heard),
        active_buyer_count=state.active_buyer_count + active,
        avg_response_rate=_clamped(state.avg_response_rate + _RESPONSE_STEPS.get(Event(event), 0)),
        avg_close_rate=_clamped(state.avg_close_rate + _CLOSE_STEPS.get(Event(event), 0)),
    )


def _clamped(rate: Decimal) -> Decimal:
    return min(max(rate, Decimal(0)), Decimal(1))


def folded(events: Iterable[tuple[str, str | None]]) -> Liquidity:
    """The figures of a node, computed from all its events: (event, buyer_id) in the order of the events' ids."""
    state = Liquidity()
    heard: set[str] = set()
    active: set[str] = set()
    for event, buyer_id in events:
        newly_active = event in ACTIVE_EVENTS and buyer_id not in active
        state = moved(state, event, named=buyer_id is not None, first_heard=buyer_id not in heard, newly_active=newly_active)
        if buyer_id is not None:
            heard.add(buyer_id)
            active.update([buyer_id] if newly_active else [])
    return state
