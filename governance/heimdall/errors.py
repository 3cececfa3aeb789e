"""Refusals of the Heimdall room."""

from wholesale.plumbing.errors import DomainError, NotFound


class RecommendationNotFound(NotFound):
    """There is no such recommendation."""


class NotProdEligible(DomainError, code="not_prod_eligible"):
    """The gate does not let this recommendation into production."""
