"""The refusals of computing an offer."""

from wholesale.plumbing.errors import DomainError


class OutOfBounds(DomainError, code="out_of_bounds", status=400):
    """The amount is out of bounds."""
