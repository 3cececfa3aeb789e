"""The refusal of a schedule of land transfer tax."""

from wholesale.plumbing.errors import DomainError


class InvalidSchedule(DomainError, code="invalid_schedule", status=400):
    """The schedule is not well formed."""
