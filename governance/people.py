"""People as governance knows them: plain values, by kind. Whoever keeps a kind of people registers how they are loaded."""

from collections.abc import Callable, Collection
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple, TypeVar

from django.db import models

LEAD = "LEAD"  # a kind of people, and of a subject of the ledger
CLOSED = frozenset({"CLOSED", "DEAD"})  # the statuses of a lead that nobody contacts any more (CONTRACT section 10)


class Role(models.TextChoices):
    """In what role a lead is spoken to. It is a homeowner's unless somebody knows better."""

    HOMEOWNER = "HOMEOWNER", "Homeowner"
    BUSINESS = "BUSINESS", "Business"


class LeadFacts(NamedTuple):
    """What the contact gate needs of a lead."""

    lead_id: str
    province: str
    market: str
    zone: str = ""  # an IANA name that somebody knew for certain; "" is unknown
    postal_code: str = ""  # "M5V 2T6"
    phone: str = ""  # E.164, "+14165550123"
    email: str = ""
    language: str = "en"
    status: str = ""
    phone_is_wrong: bool = False  # somebody said that it is another person's
    email_is_wrong: bool = False
    role: str = Role.HOMEOWNER.value
    score: Decimal | None = None  # 0..1
    min_gap_minutes: int = 0  # after the last contact, as its place's ladder template says; no column of a lead


Loader = Callable[[Collection[str]], dict[str, LeadFacts]]
Readable = Callable[[Any, Collection[str]], set[str]]  # of a user

_loaders: dict[str, Loader] = {}
_readable: dict[str, Readable] = {}


class KindUnknown(LookupError):
    """Nobody says how people of this kind are loaded: nothing is known of them, so nothing may be decided."""


def register(kind: str, loader: Loader, readable: Readable) -> None:
    """Say how people of a kind are loaded by their ids, in one query, and about which a user reads. The last one counts."""
    _loaders[kind], _readable[kind] = loader, readable


def load(kind: str, ids: Collection[str]) -> dict[str, LeadFacts]:
    """The people of a kind that exist, by id.

    Raises:
        KindUnknown: nobody registered this kind.

    """
    return _of_kind(_loaders, kind)(ids)


def readable_by(kind: str, user: Any, ids: Collection[str]) -> set[str]:
    """About which of some people of a kind the user may read. Of a user who reads all it is no query.

    Raises:
        KindUnknown: nobody registered this kind.

    """
    return _of_kind(_readable, kind)(user, ids)


Registered = TypeVar("Registered", Loader, Readable)


def _of_kind(registry: dict[str, Registered], kind: str) -> Registered:
    if kind not in registry:
        raise KindUnknown(kind)
    return registry[kind]


class Received(NamedTuple):
    """What the contact gate needs of a message that a lead sent."""

    lead_id: str
    channel: str  # "" where nobody can tell
    known_by: frozenset[str]  # the digests of the numbers and addresses that it came from
    received_at: datetime


MessageLoader = Callable[[int], Received | None]
_message_loaders: list[MessageLoader] = []


def register_messages(loader: MessageLoader) -> None:
    """Say how a message is loaded by its id, in one query. The last one counts."""
    _message_loaders[:] = [loader]


def load_message(message_id: int) -> Received | None:
    """The message with this id; None where there is none, or nobody can tell which lead sent it."""
    return _message_loaders[0](message_id) if _message_loaders else None
