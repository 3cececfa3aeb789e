"""Honest rates: a Beta posterior from trials that count less as they age, and how sure it is. Pure functions.

A trial's weight halves each half-life. It is stored as `2 ** (day / half-life)`, with days counted from `FIRST_DAY`, so the
sums of weights are decayed by one factor when they are read (forward decay), and their order does not matter.

The posterior is Beta about the mean `(k*m + S) / (k + N)`: N and S are the decayed trials and successes, m and k the mean
and the strength of the prior. Its width is that of the mean's expected error. A plain Beta misses that twice: old trials
know more than their sum of weights says, and the true rate drifts between the trials and now. With v = p(1-p):

    variance = (k**2 * m(1-m)/(k+1) + v*Q + v**2 * DRIFT**2 * age/2 * N**2) / (k + N)**2

Q is the sum of the squared weights, `age` the weighted mean age in weeks, DRIFT the standard deviation of a weekly step of
the rate's logit. For fresh trials this is the variance of the plain Beta(k*m + S, k*(1-m) + N - S).
"""

from datetime import UTC, datetime
from typing import NamedTuple

FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
DRIFT = 0.05  # of the logit, in a week


class Tally(NamedTuple):
    """Trials of one kind, each weighted by `2 ** (day / half-life)`."""

    trials: float
    successes: float
    squares: float
    days: float


NO_TRIALS = Tally(0.0, 0.0, 0.0, 0.0)
