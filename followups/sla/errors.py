"""Refusals of the SLA."""

from wholesale.plumbing.errors import DomainError, NotFound


class BreachBeforeWarning(DomainError, code="breach_before_warning", status=400):
    """A task must be at risk before it is a breach: warn_after_minutes is at most breach_after_minutes."""


class NoticeNotFound(NotFound):
    """There is no notice with this id."""
