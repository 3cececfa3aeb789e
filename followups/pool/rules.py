"""The turns of a pool: the smooth weighted round robin of nginx. It uses no database."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import NamedTuple

from wholesale.plumbing.vocabulary import ALL


class Member(NamedTuple):
    """An agent in a pool: the id of its row, its weight, its credit after the turns so far, and whether it works."""

    id: int
    weight: int
    credit: int
    province: str = ""
    market: str = ALL
    agent: str = ""
    is_inactive: bool = False  # the user with the agent's name may not sign in
    paused_until: datetime | None = None
    registered_until: date | None = None  # the last day of its vendor's registration, in UTC; None if it works for us

    def works(self, now: datetime) -> bool:
        """Whether the agent gets ladders: it is active, not paused, and its vendor is still registered."""
        is_registered = self.registered_until is None or self.registered_until >= now.astimezone(UTC).date()
        return not self.is_inactive and is_registered and (self.paused_until is None or self.paused_until <= now)


def turn(members: Sequence[Member]) -> tuple[int, list[Member]]:
    """Take one turn: return the id of the chosen member, and all members with their new credits, in the same order.

    Each credit rises by the member's weight. The highest credit is chosen (the lowest id among equals) and falls by the sum
    of all weights. Over as many turns as that sum, each member is chosen as often as its weight, spread evenly.
    """
    raised = [member._replace(credit=member.credit + member.weight) for member in members]
    chosen = max(raised, key=lambda member: (member.credit, -member.id)).id
    total = sum(member.weight for member in members)
    return chosen, [m._replace(credit=m.credit - total) if m.id == chosen else m for m in raised]
