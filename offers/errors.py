"""Refusals of offers."""

from wholesale.plumbing.errors import DomainError


class OfferPolicyDisabled(DomainError):
    """No enabled offer policy covers this market. An operator turns one on, one province at a time."""

    code = "offer_policy_disabled"
    status = 409


class OutOfBounds(DomainError):
    """The amount is out of bounds."""

    code = "out_of_bounds"
    status = 400
