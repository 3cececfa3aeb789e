"""The refusals of estimates."""

from wholesale.plumbing.errors import DomainError


class NoComps(DomainError, code="no_comps"):
    """No sale of an earlier day is known here. Import sales, or give comps."""
