"""Refusals of offers."""

from wholesale.plumbing.errors import DomainError


class OfferPolicyDisabled(DomainError, code="offer_policy_disabled"):
    """No enabled offer policy covers this market. An operator turns one on, one province at a time."""


class OutOfBounds(DomainError, code="out_of_bounds", status=400):
    """The amount is out of bounds."""
