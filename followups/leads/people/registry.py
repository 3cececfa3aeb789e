"""The registry of the rooms that build on leads and hold something about persons. Export, proof and erasure ask them all."""

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from django.db.models import QuerySet

from wholesale.plumbing.act import Act


class Room(Protocol):
    """The functions that a registered room must offer. A room may be a module with these functions."""

    def names(self, lead_id: str) -> bool:
        """Whether the room has anything about this lead id. The lead need not have a row."""

    def rows(self, lead_id: str) -> Mapping[str, QuerySet[Any]]:
        """Return the room's rows about the person, by their name in the export."""

    def counts(self, lead_id: str) -> list[tuple[str, int]]:
        """Return titles and numbers of rows about the person, for the page that is shown before an erasure."""

    def contacts(self, lead_ids: Collection[str]) -> QuerySet[Any]:
        """Return the contacts of these leads, the earliest first."""

    def close(self, lead_id: str, act: Act, *, reason: str) -> int:
        """End open work about the person and return the number of cancelled steps. The caller has locked the lead."""

    def erase_words(self, lead_id: str) -> int:
        """Erase what people wrote about the person and return the number of rows. The caller has called `close` before."""


_rooms: list[Room] = []


def register(room: Room) -> None:
    """Register a room. Registering it twice changes nothing."""
    if room not in _rooms:
        _rooms.append(room)


def rooms() -> list[Room]:
    """Return the rooms in the order of their registration."""
    return _rooms
