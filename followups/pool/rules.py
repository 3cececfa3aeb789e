"""Whose turn it is: smooth weighted round robin, as nginx has it. No database here."""

from collections.abc import Sequence
from typing import NamedTuple


class Member(NamedTuple):
    """An agent in a pool: its row's id, its weight, and its credit after the turns so far."""

    id: int
    weight: int
    credit: int


def turn(members: Sequence[Member]) -> tuple[int, list[Member]]:
    """The id of whose turn it is, and the members after it, in their order.

    Each member's credit rises by its weight; the highest is chosen, of equals the lowest id, and pays what all got. So over
    as many turns as the weights add up to each is chosen as often as its weight says, and spread as evenly as that allows.
    """
    raised = [member._replace(credit=member.credit + member.weight) for member in members]
    chosen = max(raised, key=lambda member: (member.credit, -member.id)).id
    total = sum(member.weight for member in members)
    return chosen, [m._replace(credit=m.credit - total) if m.id == chosen else m for m in raised]
