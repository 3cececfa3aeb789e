"""Which trials a buyer's answers make."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from buyers.liquidity.rates import NO_TRIALS, with_trial
from buyers.liquidity.trials import BuyerAnswer, Tallies, Trial, close_of, folded, response_of

R, N, B, P = "RESPONDED", "NO_RESPONSE", "BOUGHT", "PASSED"
SILENT = (N, True)


def answers(*events: Any) -> list[BuyerAnswer]:
    """Answers on the days 1, 2, ...; a tuple is an event and whether it was derived."""
    return [
        BuyerAnswer(*((event, float(day)) if isinstance(event, str) else (event[0], float(day), event[1])))
        for day, event in enumerate(events, 1)
    ]


@pytest.mark.parametrize(
    ("events", "response", "close"),
    [
        ([], None, None),
        ([R], (1, True), None),
        ([N], (1, False), None),
        ([B], (1, True), (1, True)),
        ([P], (1, True), (1, False)),
        ([SILENT], (1, False), None),
        ([SILENT, R], (2, True), None),
        ([SILENT, P], (2, True), (2, False)),
        ([R, SILENT], (1, True), None),
        ([R, B], (2, True), (2, True)),
        ([B, P], (2, True), (2, False)),
        ([P, B, R], (3, True), (2, True)),
        ([R, N], (2, False), None),
        ([B, N], (2, False), (1, True)),
    ],
)
def test_all_answers_about_a_deal_are_one_trial_of_each_kind(events: list[Any], response: Any, close: Any) -> None:
    told = answers(*events)
    assert response_of(told) == (response and Trial(float(response[0]), response[1]))
    assert close_of(told) == (close and Trial(float(close[0]), close[1]))


@pytest.mark.parametrize(("event", "is_decision", "is_success"), [(R, 0, 1), (N, 0, 0), (B, 1, 1), (P, 1, 0)])
def test_an_event_without_a_deal_is_a_trial_of_its_own_kind(event: str, is_decision: int, is_success: int) -> None:
    made = with_trial(NO_TRIALS, 1.0, bool(is_success))
    assert folded([(None, BuyerAnswer(event, 1.0))]) == (
        Tallies(NO_TRIALS, made) if is_decision else Tallies(made, NO_TRIALS)
    )


@given(
    st.lists(
        st.tuples(st.sampled_from(["D1", "D2"]), st.sampled_from([R, N, B, P]), st.floats(0, 400), st.booleans()),
        max_size=12,
    )
)
def test_counting_answer_by_answer_ends_where_the_last_answers_end(told: list[tuple[str, str, float, bool]]) -> None:
    by_deal: dict[str, list[BuyerAnswer]] = {}
    events = []
    for deal, event, day, is_derived in told:
        answer = BuyerAnswer(event, day, is_derived and event == N)
        by_deal.setdefault(deal, []).append(answer)
        events.append((("B1", deal), answer))
    found = folded(events)
    for tally, trial_of in ((found.response, response_of), (found.close, close_of)):
        wanted = NO_TRIALS
        for about in by_deal.values():
            if trial := trial_of(about):
                wanted = with_trial(wanted, *trial)
        assert tally == pytest.approx(wanted, abs=1e-6)
