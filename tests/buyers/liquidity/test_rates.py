"""The posterior of a rate: what it says with many trials, with few, and as time passes."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from buyers.liquidity.rates import NO_TRIALS, UNKNOWN, Posterior, Prior, Tally, day_of, posterior, with_trial
from tests.buyers.liquidity.drifting import drifted
from tests.factories import NOON

TODAY = 300.0


def tally(won: int, lost: int, day: float = TODAY) -> Tally:
    found = NO_TRIALS
    for is_success in [True] * won + [False] * lost:
        found = with_trial(found, day, is_success)
    return found


def test_without_a_trial_the_posterior_is_the_prior() -> None:
    found = posterior(NO_TRIALS, Prior(0.25, 8), TODAY)
    plain = stats.beta(2, 6)
    assert (found.mean, found.events) == (0.25, 0)
    assert (found.low, found.high) == (pytest.approx(plain.ppf(0.05)), pytest.approx(plain.ppf(0.95)))


def test_fresh_trials_give_the_plain_beta_posterior() -> None:
    found = posterior(tally(300, 700), UNKNOWN, TODAY)
    plain = stats.beta(301, 701)
    assert found.mean == pytest.approx(plain.mean())
    assert found.events == pytest.approx(1_000)
    assert (found.low, found.high) == (pytest.approx(plain.ppf(0.05), abs=1e-4), pytest.approx(plain.ppf(0.95), abs=1e-4))


def test_one_success_of_one_trial_is_no_certainty() -> None:
    found = posterior(tally(1, 0), Prior(0.3, 10), TODAY)
    assert found.mean == pytest.approx(4 / 11)
    assert found.low < 0.17
    assert found.high < 0.65


def test_an_event_counts_half_after_a_half_life(settings: Any) -> None:
    assert posterior(tally(3, 1), UNKNOWN, TODAY + 90).events == pytest.approx(2)
    settings.BUYER_RATE_HALF_LIFE_DAYS = 30
    assert posterior(tally(3, 1), UNKNOWN, TODAY + 60).events == pytest.approx(1)


def test_old_trials_give_way_to_the_prior_and_the_interval_widens() -> None:
    now, later, much_later = (posterior(tally(9, 1), UNKNOWN, TODAY + days) for days in (0, 180, 3_600))
    assert now.mean > later.mean > much_later.mean == pytest.approx(0.5, abs=1e-3)
    assert now.high - now.low < later.high - later.low < much_later.high - much_later.low


def test_the_order_of_trials_does_not_matter() -> None:
    days = [(12.0, True), (250.5, False), (-40.0, True), (300.0, True)]
    one, other = NO_TRIALS, NO_TRIALS
    for trial, reverse in zip(days, reversed(days), strict=True):
        one, other = with_trial(one, *trial), with_trial(other, *reverse)
    assert one == pytest.approx(other)


def test_a_trial_that_is_taken_back_leaves_nothing() -> None:
    before = tally(5, 5)
    assert with_trial(with_trial(before, 123.0, True), 123.0, True, sign=-1) == pytest.approx(before)


def test_many_rates_are_computed_at_once_as_one_by_one() -> None:
    many = [tally(1, 2), tally(0, 0), tally(40, 10, day=200.0)]
    columns = Tally(*map(np.array, zip(*many, strict=True)))
    together = posterior(columns, Prior(np.full(3, 0.4), np.full(3, 6.0)), TODAY)
    alone = [posterior(one, Prior(0.4, 6), TODAY) for one in many]
    assert [Posterior(*row) for row in zip(*together, strict=True)] == [pytest.approx(one) for one in alone]


def test_days_are_counted_from_one_fixed_day() -> None:
    assert day_of(NOON) == pytest.approx(348.75)


WORLDS = [
    {"mean": 0.35, "spread": 0.5, "events": 200, "weeks": 52},
    {"mean": 0.35, "spread": 1.0, "events": 20, "weeks": 26},
    {"mean": 0.6, "spread": 0.5, "events": 50, "weeks": 26},
    {"mean": 0.1, "spread": 0.5, "events": 1_000, "weeks": 104},
]


@pytest.mark.parametrize("world", WORLDS, ids=str)
def test_the_interval_covers_the_drifting_truth_in_90_of_100_nodes(world: dict[str, float]) -> None:
    assert 0.88 <= drifted(1, nodes=2_000, **world).coverage <= 0.92  # type: ignore[arg-type]


@pytest.mark.parametrize("mean", [0.15, 0.35, 0.6])
def test_after_200_events_the_error_is_less_than_half_of_the_step_rules(mean: float) -> None:
    found = drifted(2, nodes=2_000, events=200, weeks=52, mean=mean)
    assert found.error(found.posterior.mean) < found.error(found.stepped) / 2


@pytest.mark.parametrize("mean", [0.15, 0.35, 0.6])
def test_with_3_events_the_error_is_less_than_half_of_the_raw_rates(mean: float) -> None:
    found = drifted(3, nodes=2_000, events=3, weeks=4, mean=mean)
    assert found.error(found.posterior.mean) < found.error(found.raw) / 2
