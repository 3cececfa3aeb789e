"""The turns of a pool: the smooth weighted round robin of nginx. It uses no database."""

from collections.abc import Sequence
from typing import NamedTuple


class Member(NamedTuple):
    """An agent in a pool: the id of its row, its weight, and its credit after the turns so far."""

    id: int
    weight: int
    credit: int


def turn(members: Sequence[Member]) -> tuple[int, list[Member]]:
    """Take one turn: return the id of the chosen member, and all members with their new credits, in the same order.

    Each credit rises by the member's weight. The highest credit is chosen (the lowest id among equals) and falls by the sum
    of all weights. Over as many turns as that sum, each member is chosen as often as its weight, spread evenly.
    """
    raised = [member._replace(credit=member.credit + member.weight) for member in members]
    chosen = max(raised, key=lambda member: (member.credit, -member.id)).id
    total = sum(member.weight for member in members)
    return chosen, [m._replace(credit=m.credit - total) if m.id == chosen else m for m in raised]
