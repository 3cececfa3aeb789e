"""The refusals of buyers' deals."""

from wholesale.plumbing.errors import DomainError, NotFound


class BuyerUnknown(NotFound):
    """There is no such buyer in the book."""


class BuyerNotContactable(DomainError, code="buyer_not_contactable", status=409):
    """The buyer may not be contacted by this channel now."""
