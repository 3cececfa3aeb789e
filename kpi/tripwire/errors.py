"""Refusals of the tripwire."""

from django.utils.translation import gettext_noop

from kpi.tripwire.rules import BASELINE_MIN
from wholesale.plumbing.errors import DomainError, NotAllowedForYou, NotFound


class PolicyNotFound(NotFound):
    """There is no regression policy for this domain, metric and province: make one with policies/upsert."""


class TriggerNotFound(NotFound):
    """There is no such trigger."""


class BaselineMissing(DomainError, code="baseline_missing"):
    """A CUSUM needs an approved baseline before it is enabled: approve one with baseline/approve, then enable it."""


class NotEnoughEvents(DomainError, code="not_enough_events"):
    """The events at hand make no baseline."""

    def __init__(self, events: int, successes: int) -> None:
        super().__init__(
            gettext_noop(
                "A baseline needs at least %(baseline_min)s events with a success value, neither all nor none "
                "of them successes: there are %(events)s, %(successes)s of them successes."
            ),
            attr="metric",
            baseline_min=BASELINE_MIN,
            events=events,
            successes=successes,
        )


class NotARate(DomainError, code="invalid", status=400):
    """A CUSUM and its baseline are about a success rate; choose the statistic SUCCESS_RATE."""


class ThresholdsReversed(DomainError, code="invalid", status=400):
    """Amber comes before red: its threshold may not lie above the red one."""


class MayNotRelease(NotAllowedForYou):
    """This trigger engaged the kill switch: undoing it needs the permission to release the kill switch."""
