"""Facts about leads. The app that stores the leads registers here how they are loaded."""

from collections.abc import Callable, Collection
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import models

LEAD = "LEAD"  # the kind of point that is a lead as such
CLOSED = frozenset({"CLOSED", "DEAD"})  # the statuses of a lead that nobody contacts any more (CONTRACT section 10)


class Role(models.TextChoices):
    """The role in which we speak to a lead. It is HOMEOWNER unless somebody knows that the lead is a business."""

    HOMEOWNER = "HOMEOWNER", "Homeowner"
    BUSINESS = "BUSINESS", "Business"


class LeadFacts(NamedTuple):
    """The facts about a lead that the contact gate needs."""

    lead_id: str
    province: str
    market: str
    zone: str = ""  # an IANA name, if the lead's zone is known for certain
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


Loader = Callable[[Collection[str]], dict[str, LeadFacts]]
Readable = Callable[[Any, Collection[str]], set[str]]  # (user, ids) -> the ids that the user may read

_leads: list[tuple[Loader, Readable]] = []


def register(loader: Loader, readable: Readable) -> None:
    """Set two functions: `loader` loads leads by ids in one query, `readable` says which ids a user may read. A later call
    replaces them."""
    _leads[:] = [(loader, readable)]


def load(ids: Collection[str]) -> dict[str, LeadFacts]:
    """Return the facts about leads, by id. An id that does not exist is left out."""
    [(loader, _)] = _leads
    return loader(ids)


def readable_by(user: Any, ids: Collection[str]) -> set[str]:
    """Return those of the ids whose leads the user may read. Takes no query for a user who may read about every lead."""
    [(_, readable)] = _leads
    return readable(user, ids)


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
