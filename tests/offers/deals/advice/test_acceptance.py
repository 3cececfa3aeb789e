"""The model of acceptance: it finds what simulated sellers do, says how sure it is, and never prefers less."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.deals.advice.acceptance import BAND, CENTRE, PRIOR, Numbers, SellerAnswer, fitted

SHARES = [0.45, 0.5, 0.55, 0.6, 0.65, 0.7]
answers_ = st.lists(st.builds(SellerAnswer, st.floats(0, 2), st.booleans()), max_size=60)


def chance(share: Numbers, level: float, slope: float) -> Numbers:
    """What sellers with these coefficients do."""
    accepts: Numbers = 1 / (1 + np.exp(-(level + slope * (share - CENTRE))))
    return accepts


def simulated(seed: int, count: int, level: float, slope: float) -> list[SellerAnswer]:
    """The answers of simulated sellers to offers about 58% of the ARV."""
    random = np.random.RandomState(seed)
    shares = random.normal(0.58, 0.08, count)
    accepted = random.uniform(size=count) < chance(shares, level, slope)
    return [SellerAnswer(float(share), bool(said)) for share, said in zip(shares, accepted, strict=True)]


@pytest.mark.parametrize(("level", "slope"), [(-1.1, 15), (-0.5, 8), (-2, 30), (0.3, 20)])
def test_the_coefficients_of_simulated_sellers_are_found(level: float, slope: float) -> None:
    found = fitted(simulated(1, 20_000, level, slope))
    off = found.mean - [level, np.log(slope)]
    assert np.all(np.abs(off) < 3 * np.sqrt(np.diag(found.covariance)))
    assert np.all(np.abs(off) < 0.15)


@pytest.mark.parametrize("count", [100, 1_000])
@pytest.mark.parametrize(("level", "slope"), [(-1.1, 15), (-0.5, 8), (-2, 30), (0.3, 20)])
def test_the_band_holds_the_truth_about_as_often_as_it_says(level: float, slope: float, count: int) -> None:
    truth = chance(np.array(SHARES), level, slope)
    bands = [fitted(simulated(seed, count, level, slope)).chances(SHARES) for seed in range(60)]
    held = np.mean([(band.low <= truth) & (truth <= band.high) for band in bands])
    assert BAND - 0.12 < held < BAND + 0.12


def test_more_answers_narrow_the_band() -> None:
    widths = []
    for count in (0, 100, 1_000, 2_000):
        band = fitted(simulated(1, count, -1.1, 15)).chances([0.58])
        widths.append(float(band.high[0] - band.low[0]))
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] < widths[0] / 5


def test_without_answers_it_is_the_prior() -> None:
    assert fitted([]) is PRIOR
    assert PRIOR.chances([CENTRE]).mean[0] == pytest.approx(0.25, abs=0.05)


def test_the_order_of_the_answers_does_not_matter() -> None:
    answers = simulated(1, 300, -1.1, 15)
    assert fitted(answers).mean == pytest.approx(fitted(answers[::-1]).mean, abs=1e-9)


@given(answers_)
def test_whatever_was_answered_a_higher_price_is_accepted_more_often(answers: list[SellerAnswer]) -> None:
    for figure in fitted(answers).chances(SHARES):
        assert all(lower <= higher for lower, higher in pairwise(figure))
        assert np.all((figure >= 0) & (figure <= 1))


@pytest.mark.parametrize("accepted", [True, False])
def test_answers_that_are_all_alike_are_no_certainty(accepted: bool) -> None:
    found = fitted([SellerAnswer(0.58, accepted)] * 200)
    band = found.chances([0.58])
    assert np.isfinite(found.covariance).all()
    assert (band.low[0] > 0.9) if accepted else (band.high[0] < 0.1)
    assert 0 < band.low[0] < band.high[0] < 1
