"""The meaning of an outcome without its stored rule."""

import pytest

from followups.tasks.outcomes.rules import Effect, Outcome, careful, is_answered_call


@pytest.mark.parametrize(
    ("channel", "outcome", "answered"),
    [
        ("CALL", "REACHED", True),
        ("CALL", "NO_ANSWER", False),
        ("CALL", "LEFT_MESSAGE", False),
        ("CALL", "", True),  # without an outcome the next call waits
        ("SMS", "REACHED", False),
        ("EMAIL", "", False),
    ],
)
def test_a_call_counts_as_answered_unless_its_outcome_denies_it(channel: str, outcome: str, answered: bool) -> None:
    assert is_answered_call(channel, outcome) is answered


def test_an_outcome_without_a_rule_stops_the_ladder_but_an_opt_out_stays() -> None:
    effects = {outcome: careful(outcome) for outcome in Outcome}
    assert effects.pop(Outcome.OPTED_OUT) == Effect.OPT_OUT
    assert set(effects.values()) == {Effect.STOP}
