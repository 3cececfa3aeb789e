"""The kinds of people that lists hold, and what an import needs to know about each. An app describes its own kind."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any, Protocol

from governance.gate import Point, person_point, points_of
from wholesale.plumbing.act import Act
from wholesale.plumbing.importing.sifting import Sieve


class StoreResult(Enum):
    """The possible results of storing a person."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    NO_PROVINCE = "no province"  # refused: a new person needs one


class Store(Protocol):
    """Stores the people of a file by their ids, in a few statements for any number of people.

    The result has for each id a tuple that begins with the person and the `StoreResult`.
    """

    def __call__(
        self, given: Mapping[str, Mapping[str, Any]], act: Act, *, dry_run: bool = False
    ) -> Mapping[str, tuple[Any, ...]]:
        """Store these checked values. With `dry_run` nothing is stored; the results are the same."""


@dataclass(frozen=True, slots=True)
class PeopleKind:
    """A kind of people whom a list can hold."""

    kind: str  # of `governance.people`, and of a contact point
    sieve: Sieve
    by_id: Callable[[Collection[str]], Iterable[Any]]  # the stored people with these ids
    store: Store
    hold_writers: Callable[[], None]  # locks the writing of these people, and all points
    phones: tuple[str, ...] = ("phone",)  # the columns with phone numbers
    emails: tuple[str, ...] = ("email",)

    @property
    def key(self) -> str:
        """The column of the id, such as lead_id."""
        return self.sieve.key

    @property
    def no_province(self) -> str:
        """What is wrong with a new person without a province."""
        return f"A new {self.sieve.one} needs its province."

    def points_at(self, values: Callable[[str], str]) -> "dict[Point, None]":
        """Return the points of numbers and addresses, as an ordered set. `values` gives the value of each column."""
        points = [point for name in self.phones for point in points_of(phone=values(name))]
        points += [point for name in self.emails for point in points_of(email=values(name))]
        return dict.fromkeys(points)

    def with_person(self, person_id: str, points: "dict[Point, None]") -> "dict[Point, None]":
        """Return these points and the point of the person as such, so that a wish also binds a number that comes later."""
        named = person_point(self.kind, person_id)
        return points | ({named: None} if named else {})
