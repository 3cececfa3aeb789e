"""Facts about people, by kind of people. The app that stores a kind of people registers here how they are loaded."""

from collections.abc import Callable, Collection
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

LEAD, BUYER = "LEAD", "BUYER"  # kinds of people, and of points
CLOSED = frozenset({"CLOSED", "DEAD"})  # the statuses of a lead that nobody contacts any more (CONTRACT section 10)
NOT_CONTACTED = CLOSED | {"BLOCKED"}  # these, and the status of a buyer whom nobody contacts


class Role(models.TextChoices):
    """The role in which we speak to a person. A lead is a HOMEOWNER unless somebody knows that it is a business."""

    HOMEOWNER = "HOMEOWNER", _("Homeowner")
    BUSINESS = "BUSINESS", _("Business")


class Language(models.TextChoices):
    """The languages in which we contact people."""

    EN = "en", _("English")
    FR = "fr", _("French")


class PersonFacts(NamedTuple):
    """The facts about a person that the contact gate needs."""

    person_id: str  # among the people of the kind: a lead's `lead_id`, a buyer's `buyer_id`
    province: str
    market: str
    zone: str = ""  # an IANA name, if the person's zone is known for certain
    postal_code: str = ""  # "M5V 2T6"
    phone: str = ""  # E.164, "+14165550123"
    email: str = ""
    language: str = "en"
    status: str = ""
    phone_is_wrong: bool = False  # somebody said that it is another person's
    email_is_wrong: bool = False
    role: str = Role.HOMEOWNER.value
    score: Decimal | None = None  # 0..1
    min_gap_minutes: int = 0  # the least time after the last contact, from the place's ladder template
    kind: str = LEAD
    second_phone: str = ""  # a wish for no more contact binds these too; nobody is contacted there by the facts
    second_email: str = ""


Loader = Callable[[Collection[str]], dict[str, PersonFacts]]
Readable = Callable[[Any, Collection[str]], set[str]]  # (user, ids) -> the ids that the user may read

Holders = Callable[[tuple[str, str]], Collection[str]]  # a number's or an address's point -> the ids of who has it

_loaders: dict[str, Loader] = {}
_holders: dict[str, Holders] = {}
_readable: dict[str, Readable] = {}


class KindUnknown(LookupError):
    """No app has registered this kind of people, so nothing is known about them and nothing may be decided."""


def register(kind: str, loader: Loader, readable: Readable) -> None:
    """Set a kind's functions: `loader` loads people by ids in one query, `readable` says which ids a user may read."""
    _loaders[kind], _readable[kind] = loader, readable


def load(kind: str, ids: Collection[str]) -> dict[str, PersonFacts]:
    """Return the facts about the people of a kind, by id. An id that does not exist is left out.

    Raises:
        KindUnknown: nobody registered this kind.

    """
    return _of_kind(_loaders, kind)(ids)


def readable_by(kind: str, user: Any, ids: Collection[str]) -> set[str]:
    """Return those of the ids whose people the user may read. Takes no query for a user who may read about everybody.

    Raises:
        KindUnknown: nobody registered this kind.

    """
    return _of_kind(_readable, kind)(user, ids)


def kinds() -> tuple[str, ...]:
    """The kinds that are registered."""
    return tuple(_loaders)


def register_holders(kind: str, holders: Holders) -> None:
    """Set the function that says which people of this kind have a number or an address."""
    _holders[kind] = holders


def others_with(point: tuple[str, str], *, kind: str, person_id: str) -> list[str]:
    """Return the people of all kinds who have this number or address, but the person of this kind and id.

    People of the same kind are named by their ids, others by their kind too: "buyer B1".
    """
    found = [(of, one) for of, holders in _holders.items() for one in holders(point)]
    return sorted(one if of == kind else f"{of.lower()} {one}" for of, one in found if (of, one) != (kind, person_id))


Registered = TypeVar("Registered", Loader, Readable)


def _of_kind(registry: dict[str, Registered], kind: str) -> Registered:
    if kind not in registry:
        raise KindUnknown(kind)
    return registry[kind]


class Received(NamedTuple):
    """The facts about an inbound message that the contact gate needs."""

    lead_id: str
    channel: str  # "" if it is not known
    known_by: frozenset[str]  # the digests of the numbers and addresses that it came from
    received_at: datetime


MessageLoader = Callable[[int], Received | None]
_message_loaders: list[MessageLoader] = []


def register_messages(loader: MessageLoader) -> None:
    """Set the function that loads an inbound message by its id in one query. A later call replaces the function."""
    _message_loaders[:] = [loader]


def load_message(message_id: int) -> Received | None:
    """The facts about an inbound message. None if there is no such message, or if it is not known which lead sent it."""
    return _message_loaders[0](message_id) if _message_loaders else None
