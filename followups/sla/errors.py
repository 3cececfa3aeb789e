"""Refusals of the SLA."""

from wholesale.plumbing.errors import DomainError


class BreachBeforeWarning(DomainError, code="breach_before_warning", status=400):
    """A task must be at risk before it is a breach: warn_after_minutes is at most breach_after_minutes."""
