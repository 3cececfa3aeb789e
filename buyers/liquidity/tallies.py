"""The columns in which decayed trials are counted. `rates` holds their arithmetic, `services` writes them."""

from django.db import models

from buyers.liquidity.rates import NO_TRIALS, Tally


def _sum(help_text: str) -> "models.FloatField[float, float]":
    return models.FloatField(default=0, help_text=help_text)


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
    def response(self) -> Tally:
        """The trials of responding."""
        return Tally(self.response_trials, self.response_successes, self.response_squares, self.response_days)

    @property
    def close(self) -> Tally:
        """The trials of buying."""
        return Tally(self.close_trials, self.close_successes, self.close_squares, self.close_days)


RESPONSE_FIELDS = ("response_trials", "response_successes", "response_squares", "response_days")
CLOSE_FIELDS = ("close_trials", "close_successes", "close_squares", "close_days")
TALLY_FIELDS = (*RESPONSE_FIELDS, *CLOSE_FIELDS)
EMPTY = (*NO_TRIALS, *NO_TRIALS)
