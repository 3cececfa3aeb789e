"""The columns in which decayed trials are counted. `rates` holds their arithmetic, `services` writes them."""

from collections.abc import Sequence

import numpy as np
from django.db import models
from numpy.typing import NDArray

from buyers.liquidity.rates import Tally
from buyers.liquidity.trials import Tallies


def _sum(help_text: str) -> "models.FloatField[float, float]":
    return models.FloatField(default=0, db_default=0, help_text=help_text)


class Tallied(models.Model):
    """The base model of rows that count trials of two kinds: did a buyer respond, and did a buyer who decided buy.

    Each column is a sum over the trials, each weighted by `2 ** (day / half-life)`, where `day` is counted from a fixed
    day. So a sum is decayed when it is read, and nothing is rewritten as time passes (`rates.Tally`).
    """

    response_trials = _sum("weights")
    response_successes = _sum("weights of the trials that succeeded")
    response_squares = _sum("squared weights")
    response_days = _sum("weights times days")
    close_trials = _sum("weights")
    close_successes = _sum("weights of the trials that succeeded")
    close_squares = _sum("squared weights")
    close_days = _sum("weights times days")

    class Meta:
        abstract = True

    @property
    def tallies(self) -> Tallies:
        """The trials as plain values."""
        return tallies_in([getattr(self, name) for name in TALLY_FIELDS])

    @tallies.setter
    def tallies(self, value: Tallies) -> None:
        for name, total in zip(TALLY_FIELDS, (*value.response, *value.close), strict=True):
            setattr(self, name, total)


RESPONSE_FIELDS = ("response_trials", "response_successes", "response_squares", "response_days")
CLOSE_FIELDS = ("close_trials", "close_successes", "close_squares", "close_days")
TALLY_FIELDS = (*RESPONSE_FIELDS, *CLOSE_FIELDS)


def tallies_in(values: Sequence[float] | NDArray[np.float64]) -> Tallies:
    """The trials in the values of the columns TALLY_FIELDS."""
    return Tallies(Tally(*values[:4]), Tally(*values[4:8]))


def tallies_of_many(rows: Sequence[Sequence[float | None]]) -> Tallies:
    """The trials of many, each given by the values of TALLY_FIELDS, or by Nones for no trials. The fields are arrays."""
    return tallies_in(np.nan_to_num(np.array(rows, dtype=np.float64)).reshape(-1, len(TALLY_FIELDS)).T)
