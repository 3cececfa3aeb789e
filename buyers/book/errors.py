"""Refusals about buyers."""

from wholesale.plumbing.errors import NotFound


class BuyerNotOnFile(NotFound):
    """Nothing is on file under this buyer id."""
