"""What rooms above leads hold about a person. Each registers itself; export, proof and erasure ask all of them."""

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from django.db.models import QuerySet

from wholesale.plumbing.act import Act


class Room(Protocol):
    """A room, such as a module with these functions."""

    def names(self, lead_id: str) -> bool:
        """Whether it knows of the lead, be there a row of it or not."""

    def rows(self, lead_id: str) -> Mapping[str, QuerySet[Any]]:
        """All of its rows about the person, by their name in the export."""

    def counts(self, lead_id: str) -> list[tuple[str, int]]:
        """How many rows there are of what a page shows before the person is erased."""

    def contacts(self, lead_ids: Collection[str]) -> QuerySet[Any]:
        """How these leads were contacted, the earliest first."""

    def close(self, lead_id: str, act: Act, *, reason: str) -> int:
        """End what is under way with the person, in the order of locks after the lead: how many steps it cancelled."""

    def erase_words(self, lead_id: str) -> int:
        """Take out what people wrote: from how many rows. `close` came before."""


_rooms: list[Room] = []


def register(room: Room) -> None:
    """Have it asked. Again changes nothing."""
    if room not in _rooms:
        _rooms.append(room)


def rooms() -> list[Room]:
    """All of them, in the order in which they came."""
    return _rooms
