"""Refusals about vendors and their agents."""

from wholesale.plumbing.errors import DomainError, NotFound


class VendorNotRegistered(DomainError):
    """The registration of the vendor for which this agent works has ended: the agent claims nothing."""

    code = "vendor_not_registered"


class VendorNotFound(NotFound):
    """There is no such vendor."""
