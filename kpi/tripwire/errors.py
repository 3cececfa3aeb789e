"""Refusals of the tripwire."""

from wholesale.errors import DomainError, NotFound


class PolicyNotFound(NotFound):
    """There is no regression policy for this domain and metric."""


class TriggerNotFound(NotFound):
    """There is no such trigger."""


class BaselineMissing(DomainError):
    """A CUSUM needs an approved baseline before it is enabled: approve one first."""

    code = "baseline_missing"
    status = 409


class NotEnoughEvents(DomainError):
    """A baseline needs at least 200 events with a success value, neither all nor none of them successes."""

    code = "not_enough_events"
    status = 409


class NotARate(DomainError):
    """A CUSUM watches a success rate; choose the statistic SUCCESS_RATE."""

    code = "not_a_rate"
    status = 400
