"""Refusals of the tripwire."""

from kpi.tripwire.rules import BASELINE_MIN
from wholesale.plumbing.errors import DomainError, NotAllowedForYou, NotFound


class PolicyNotFound(NotFound):
    """There is no regression policy for this domain and metric: make one with policies/upsert."""


class TriggerNotFound(NotFound):
    """There is no such trigger."""


class BaselineMissing(DomainError):
    """A CUSUM needs an approved baseline before it is enabled: approve one with baseline/approve, then enable it."""

    code = "baseline_missing"
    status = 409


class NotEnoughEvents(DomainError):
    """The events at hand make no baseline."""

    code = "not_enough_events"
    status = 409

    def __init__(self, events: int, successes: int) -> None:
        super().__init__(
            f"A baseline needs at least {BASELINE_MIN} events with a success value, neither all nor none of them successes: "
            f"there are {events}, {successes} of them successes.",
            attr="metric",
        )


class NotARate(DomainError):
    """A CUSUM and its baseline are about a success rate; choose the statistic SUCCESS_RATE."""

    code = "invalid"
    status = 400


class ThresholdsReversed(DomainError):
    """Amber comes before red: its threshold may not lie above the red one."""

    code = "invalid"
    status = 400


class MayNotRelease(NotAllowedForYou):
    """This trigger engaged the kill switch: undoing it needs the permission to release the kill switch."""
