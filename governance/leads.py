"""Leads as governance knows them: plain values. Whoever keeps the leads registers how they are loaded."""

from collections.abc import Callable, Collection
from decimal import Decimal
from typing import Any, NamedTuple

from governance.grounds import Role

CLOSED = frozenset({"CLOSED", "DEAD"})  # the statuses of a lead that nobody contacts any more (CONTRACT section 10)


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

_loaders: list[Loader] = []
_readable: list[Readable] = []


def register(loader: Loader, readable: Readable) -> None:
    """Say how leads are loaded by their ids, in one query, and about which of them a user reads. The last one counts."""
    _loaders[:], _readable[:] = [loader], [readable]


def load(lead_ids: Collection[str]) -> dict[str, LeadFacts]:
    """The leads that exist, by id."""
    return _loaders[0](lead_ids) if _loaders else {}


def readable_by(user: Any, lead_ids: Collection[str]) -> set[str]:
    """About which of some leads the user may read. Of a user who reads all it is no query."""
    return _readable[0](user, lead_ids) if _readable else set()
