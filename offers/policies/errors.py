"""The refusal of an offer policy."""

from wholesale.plumbing.errors import DomainError


class OfferPolicyDisabled(DomainError, code="offer_policy_disabled"):
    """No enabled offer policy covers this market. An operator turns one on, one province at a time."""
