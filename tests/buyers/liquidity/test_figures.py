"""Liquidity as arithmetic: a node is the fold of its events, and its rates stop at 0 and 1."""

from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buyers.liquidity.figures import ACTIVE_EVENTS, Event, Liquidity, folded, moved

EVENTS = st.sampled_from(Event.values)
BUYERS = st.one_of(st.none(), st.sampled_from(["B1", "B2", "B3"]))
HISTORIES = st.lists(st.tuples(EVENTS, BUYERS), max_size=250)


def by_steps(history: list[tuple[str, str | None]]) -> list[Liquidity]:
    """The node after each event, computed as record_feedback does: from the earlier events each time."""
    states = [Liquidity()]
    for n, (event, buyer) in enumerate(history):
        before = [kind for kind, name in history[:n] if name == buyer] if buyer is not None else []
        active = event in ACTIVE_EVENTS and not any(kind in ACTIVE_EVENTS for kind in before)
        states.append(
            moved(
                states[-1],
                event,
                named=buyer is not None,
                first_heard=buyer is not None and not before,
                newly_active=buyer is not None and active,
            )
        )
    return states


@given(history=HISTORIES)
def test_folding_all_events_equals_folding_step_by_step(history: Any) -> None:
    assert folded(history) == by_steps(history)[-1]


@given(history=HISTORIES)
def test_rates_are_fractions_in_steps_of_a_hundredth(history: Any) -> None:
    for before, after in pairwise(by_steps(history)):
        for rate in ("avg_response_rate", "avg_close_rate"):
            assert 0 <= getattr(after, rate) <= 1
            assert abs(getattr(after, rate) - getattr(before, rate)) in (0, Decimal("0.01"))


@given(history=HISTORIES)
def test_named_buyers_count_once_and_no_more_are_active_than_events_say(history: Any) -> None:
    node = folded(history)
    named = {buyer for _, buyer in history if buyer is not None}
    named_active = {buyer for event, buyer in history if buyer is not None and event in ACTIVE_EVENTS}
    unnamed_responses = sum(event == Event.RESPONDED and buyer is None for event, buyer in history)
    assert node.buyer_count == len(named)
    assert node.active_buyer_count == len(named_active) + unnamed_responses


@pytest.mark.parametrize(
    ("event", "response", "close"),
    [
        ("RESPONDED", "0.51", "0.50"),
        ("NO_RESPONSE", "0.49", "0.50"),
        ("BOUGHT", "0.50", "0.51"),
        ("PASSED", "0.50", "0.49"),
    ],
)
def test_each_event_moves_one_rate_by_a_hundredth(event: Any, response: Any, close: Any) -> None:
    half = Liquidity(3, 2, Decimal("0.5"), Decimal("0.5"))
    after = moved(half, event, named=True, first_heard=False, newly_active=False)
    assert after == Liquidity(3, 2, Decimal(response), Decimal(close))


@pytest.mark.parametrize(("event", "rate"), [("RESPONDED", 1), ("NO_RESPONSE", 0), ("BOUGHT", 1), ("PASSED", 0)])
def test_rates_stay_between_0_and_1(event: Any, rate: Any) -> None:
    end = Liquidity(0, 0, Decimal(rate), Decimal(rate))
    after = moved(end, event, named=True, first_heard=False, newly_active=False)
    assert (after.avg_response_rate, after.avg_close_rate) == (rate, rate)


def test_the_order_of_events_matters_at_0_and_1() -> None:
    assert folded([("NO_RESPONSE", "B"), ("RESPONDED", "B")]).avg_response_rate == Decimal("0.01")
    assert folded([("RESPONDED", "B"), ("NO_RESPONSE", "B")]).avg_response_rate == 0


@pytest.mark.parametrize(("event", "active"), [("RESPONDED", 1), ("BOUGHT", 0), ("PASSED", 0), ("NO_RESPONSE", 0)])
def test_an_unnamed_buyer_is_active_at_each_response_and_never_counted(event: Any, active: Any) -> None:
    node = folded([(event, None), (event, None)])
    assert (node.buyer_count, node.active_buyer_count) == (0, 2 * active)


@pytest.mark.parametrize(
    ("node", "score"),
    [
        (Liquidity(), "0"),
        (Liquidity(120, 87, Decimal("0.68"), Decimal("0.34")), "94.5"),  # the guide's figures, by its formula
        (Liquidity(1, 1), "0.5"),
        (Liquidity(0, 0, Decimal(1), Decimal(0)), "50"),
        (Liquidity(0, 0, Decimal(0), Decimal("0.01")), "0.5"),
    ],
)
def test_the_score_is_computed(node: Any, score: Any) -> None:
    assert node.score == Decimal(score)
