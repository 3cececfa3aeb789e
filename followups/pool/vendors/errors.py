"""Refusals about vendors and their agents."""

from wholesale.plumbing.errors import DomainError, NotFound


class VendorNotRegistered(DomainError, code="vendor_not_registered"):
    """The registration of the vendor for which this agent works has ended: the agent claims nothing."""


class VendorNotFound(NotFound):
    """There is no such vendor."""
