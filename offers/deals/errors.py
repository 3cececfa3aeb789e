"""The refusals of computing an offer."""

from collections.abc import Sequence

from wholesale.plumbing.errors import DomainError


class OutOfBounds(DomainError, code="out_of_bounds", status=400):
    """The amount is out of bounds."""


class NoLowerBound(DomainError, code="lower_bound_unknown"):
    """The policy computes on the lower bound of the ARV, and there is no estimate to give one. Give comps or a subject."""


class OfferRefused(DomainError, code="offer_refused"):
    """The policy refuses the offer. Nothing was stored."""

    def __init__(self, warnings: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.warnings = warnings

    @property
    def errors(self) -> list[tuple[str, str | None]]:
        """One error for each warning by which the policy refuses, with the warning's code as what it concerns."""
        return [(detail, code) for code, detail in self.warnings]
