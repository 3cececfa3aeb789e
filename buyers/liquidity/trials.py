"""What a buyer's answers count as trials. Pure functions; `rates` weighs the trials.

A trial of responding is won if the buyer responded. A trial of buying is won if the buyer bought, and lost if the buyer
passed. All that a buyer says about one deal is one trial of each: the last answer that a person recorded decides, and a
derived silence decides only if there is none. Whoever bought or passed has responded. An event that names no buyer or deal
is a trial of its own, and of its own kind: it may be about the same deal as another event.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from buyers.liquidity.figures import Event
from buyers.liquidity.rates import NO_TRIALS, Tally, with_trial

_DECISIONS = (Event.BOUGHT, Event.PASSED)


class BuyerAnswer(NamedTuple):
    """An event: what the buyer did, on which day (`rates.day_of`), and whether it was derived from the buyer's silence."""

    event: str
    day: float
    is_derived: bool = False


class Trial(NamedTuple):
    """The result of a trial, and the day of the answer that decided it."""

    day: float
    is_success: bool


class Tallies(NamedTuple):
    """The trials of responding and of buying."""

    response: Tally = NO_TRIALS
    close: Tally = NO_TRIALS


def response_of(answers: Sequence[BuyerAnswer]) -> Trial | None:
    """The trial of responding that these answers about one deal, in their order, make. None if there are none."""
    if not answers:
        return None
    decisive = next((answer for answer in reversed(answers) if not answer.is_derived), answers[-1])
    return Trial(decisive.day, decisive.event != Event.NO_RESPONSE)


def close_of(answers: Sequence[BuyerAnswer]) -> Trial | None:
    """The trial of buying that these answers about one deal, in their order, make. None if the buyer has not decided."""
    for answer in reversed(answers):
        if answer.event in _DECISIONS:
            return Trial(answer.day, answer.event == Event.BOUGHT)
    return None


def counted(tallies: Tallies, before: Sequence[BuyerAnswer] | None, answer: BuyerAnswer) -> Tallies:
    """The tallies with one more answer. `before` are the earlier answers about the same deal; None if it names no deal."""
    if before is None:
        is_decision = answer.event in _DECISIONS
        response = tallies.response if is_decision else _moved(tallies.response, None, response_of([answer]))
        return Tallies(response, _moved(tallies.close, None, close_of([answer])))
    after = [*before, answer]
    return Tallies(
        _moved(tallies.response, response_of(before), response_of(after)),
        _moved(tallies.close, close_of(before), close_of(after)),
    )


def _moved(tally: Tally, before: Trial | None, after: Trial | None) -> Tally:
    """The tally with the trial `after` in the place of `before`."""
    if before == after:
        return tally
    if before is not None:
        tally = with_trial(tally, *before, sign=-1)
    return tally if after is None else with_trial(tally, *after)


Deal = tuple[str, str]  # the buyer's id and the deal's reference


def folded(events: Iterable[tuple[Deal | None, BuyerAnswer]]) -> Tallies:
    """The tallies that events make, in the order of their ids. Each names the buyer's deal, or None."""
    tallies, answers = Tallies(), defaultdict[Deal, list[BuyerAnswer]](list)
    for deal, answer in events:
        tallies = counted(tallies, None if deal is None else answers[deal], answer)
        if deal is not None:
            answers[deal].append(answer)
    return tallies
