"""The refusals of the verbs of an offer's life."""

from wholesale.plumbing.errors import DomainError, NotFound


class OfferNotFound(NotFound):
    """There is no such offer."""


class EvidenceNotFound(NotFound):
    """There is no such evidence of an offer."""


class TransitionRefused(DomainError, code="transition_refused"):
    """The offer cannot go from its state to this one."""


class AboveRecommended(DomainError, code="above_recommended_offer"):
    """The amount is above what the evidence recommends. Compute a new offer if more is known of the house."""


class NothingToOffer(DomainError, code="nothing_to_offer"):
    """The evidence recommends an offer of 0. Nothing can be offered by it."""


class NothingCountered(DomainError, code="required", status=400):
    """Give the amount that we offer now, or what the seller asked, or both."""


class NothingAtStake(DomainError, code="out_of_bounds", status=400):
    """A draft puts nothing at stake, so nothing is lost by it."""


class LowLiquidity(DomainError, code="low_liquidity"):
    """The market is too cold: its liquidity score is below the threshold of the offer policy."""


class ExpiryOutOfRange(DomainError, code="out_of_bounds", status=400):
    """The offer must expire in the future, at most a year ahead."""


class NoSuchBuyer(NotFound):
    """There is no such buyer in the book."""


class BuyerBlocked(DomainError, code="buyer_blocked"):
    """The buyer is blocked: no contract is assigned to them."""
