"""Verbs of the pool."""

from datetime import datetime


def next_agent(province: str, market: str, now: datetime) -> str | None:
    """Whose turn it is in the pool of a market, else of its province; None where nobody is in it or all are paused."""
    return None
