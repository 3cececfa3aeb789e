"""The points of the ledger: phone numbers, e-mail addresses and people, their digests and their locks."""

import hashlib
import hmac
from collections.abc import Collection, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.db import connection

from governance.channels import Channel
from governance.ledger.models import PERSONS, ContactPoint, ContactRecord
from governance.ledger.signals import contact_points_made, told
from governance.people import LEAD
from wholesale.plumbing import locks, writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.addresses import one_form
from wholesale.plumbing.compiled import Rows, Select, Statement, together

EVERY_CHANNEL = ""
_MARKED = b"contact points"
Point = tuple[str, str]  # a ContactPoint.Kind, and the number as E.164, the address, or the person's id
Subject = Point | ContactPoint  # a point by its value, or its row; an erased point has only the row
# Plain text: points are looked up often, and an enum member is slow to hash.
_PHONE, _EMAIL = ContactPoint.Kind.PHONE.value, ContactPoint.Kind.EMAIL.value
_CHANNELS: dict[str, tuple[Channel, ...]] = {
    _PHONE: (Channel.SMS, Channel.CALL),
    _EMAIL: (Channel.EMAIL,),
    **dict.fromkeys(PERSONS, tuple(Channel)),
}


def point_of(channel: str, *, phone: str, email: str) -> Point | None:
    """The contact point that a channel reaches: the e-mail address for EMAIL, else the phone number. None if empty."""
    if channel == Channel.EMAIL:
        return (_EMAIL, email) if email else None
    return (_PHONE, phone) if phone else None


def points_of(*, phone: str = "", email: str = "") -> list[Point]:
    """The contact points of a phone number and an e-mail address. An empty text makes no point."""
    both = (point_of(channel, phone=phone, email=email) for channel in (Channel.CALL, Channel.EMAIL))
    return [point for point in both if point]


def lead_point(lead_id: str | None) -> Point | None:
    """The contact point of a lead as such, or None if the id is empty."""
    return person_point(LEAD, lead_id)


def person_point(kind: str, person_id: str | None) -> Point | None:
    """The contact point of a person of a kind as such, or None if the id is empty."""
    return (kind, person_id) if person_id else None


def channels_of(subject: Subject) -> tuple[Channel, ...]:
    """The channels that reach a contact point."""
    return _CHANNELS[subject.kind if isinstance(subject, ContactPoint) else subject[0]]


def digest(point: Point) -> str:
    """The keyed hash that identifies a contact point, also after its value was erased."""
    return _digest(settings.CONTACT_DIGEST_KEY, *point)


def digest_key_mark() -> str:
    """A text that identifies the CONTACT_DIGEST_KEY without revealing it, so that a changed key is noticed."""
    return _key_mark(settings.CONTACT_DIGEST_KEY)


@lru_cache(maxsize=2)  # each question to the gate compares it
def _key_mark(key: str) -> str:
    return _hmac(key, _MARKED)


@lru_cache(maxsize=16_384)  # a dialer's list names the same people all day
def _digest(key: str, kind: str, value: str) -> str:
    return _hmac(key, _message(kind, value))


def _message(kind: str, value: str) -> bytes:
    return f"{kind}:{_spelling(kind, value)}".encode()


def _hmac(key: str, message: bytes) -> str:
    mac = _keyed(key).copy()
    mac.update(message)
    return mac.hexdigest()


@lru_cache(maxsize=2)
def _keyed(key: str) -> hmac.HMAC:
    """A hash object with its key set up. Copy it for each digest, because setting up the key takes longer than hashing."""
    return hmac.new(key.encode(), digestmod=hashlib.sha256)


def _spelling(kind: str, value: str) -> str:
    if kind == _EMAIL:
        return one_form(value)
    return value.strip()


_ROW = ("id", "kind", "digest", "value")
_ROWS = Select(lambda digests: ContactPoint.objects.filter(digest__among=digests).order_by().values_list(*_ROW))


class HeldPoints(NamedTuple):
    """Points that are locked, with what a verb needs to write lines about them."""

    rows: dict[str, ContactPoint]  # by digest, in the order of the subjects; a new one is not stored yet
    ids: list[int]  # of new lines
    answers: list[Rows]  # to the verb's own questions


def hold(subjects: Collection[Subject], lines: int, *questions: Statement) -> HeldPoints:
    """Lock these points as `lock_points` does. Read in the same message their rows, ids for so many new lines, and the
    answers to a verb's own questions.

    Whoever stores a new point has locked it, so a point that is missing now stays missing until the transaction ends.
    """
    known = {one.digest if isinstance(one, ContactPoint) else digest(one): one for one in subjects}
    taking = taking_points_known_by(known)
    asking = [
        _ROWS.of(digests=list(known)),
        writes.asking_ids(ContactPoint, len(known)),
        writes.asking_ids(ContactRecord, lines),
    ]
    found, new_ids, ids, *answers = together(*taking, *asking, *questions)[len(taking) :]
    stored = {row[2]: ContactPoint.from_db(connection.alias, _ROW, row) for row in found}
    ids_left = (pk for (pk,) in new_ids)
    rows = {known_by: stored.get(known_by) or _new(known_by, one, ids_left) for known_by, one in known.items()}
    return HeldPoints(rows, [pk for (pk,) in ids], answers)


def _new(known_by: str, subject: Subject, ids: Iterator[int]) -> ContactPoint:
    kind, value = (subject.kind, subject.value) if isinstance(subject, ContactPoint) else subject
    return ContactPoint(pk=next(ids), kind=kind, digest=known_by, value=value and _spelling(kind, value))


def store_new(rows: Iterable[ContactPoint], act: Act) -> None:
    """Store those of these points that are new. They are locked."""
    new = [row for row in rows if row._state.adding]
    if new:
        writes.insert_objects(new)
        contact_points_made.send(sender=ContactPoint, envelopes=told("contact_points_made", act, key_mark=digest_key_mark()))


def contact_points(points: Collection[Point], act: Act) -> dict[Point, ContactPoint]:
    """Lock these points, and return their database rows. Missing rows are made."""
    held = hold(points, 0)
    store_new(held.rows.values(), act)
    return {point: held.rows[digest(point)] for point in points}


def digests(points: Iterable[Point]) -> dict[Point, str]:
    """The digest of each point. They are not kept, because very many would drive out those that `digest` keeps."""
    keyed, found = _keyed(settings.CONTACT_DIGEST_KEY), {}
    for point in points:
        mac = keyed.copy()
        mac.update(_message(*point))
        found[point] = mac.hexdigest()
    return found


# Writing a line about a point (an opt-out, its lift, a hold) and an act that depends on it (starting a ladder) exclude each
# other: each takes PostgreSQL's exclusive advisory lock of its points. An act for very many points takes the exclusive lock
# of one key instead, which all the others share, because a server has room for only a few thousand locks.
# SQLite's IMMEDIATE transactions need no lock.
_ANY_POINT = 7_301_008
_LOCKS_MAX = 1_000  # the most points that one transaction locks one by one


def lock_points(points: Collection[Point]) -> None:
    """Lock these points until the transaction ends: nobody else writes lines about them or acts on their lines.

    Lock points before lead rows, ladders and tasks. Read the ledger in a later SQL statement: the locking statement
    itself sees the rows as they were before the lock.
    """
    if points:
        lock_points_known_by(map(digest, points))


def lock_points_known_by(digests: Iterable[str]) -> None:
    """Lock points as `lock_points` does. They are given by their digests, because an erased point has no value."""
    together(*taking_points_known_by(digests))


def taking_points_known_by(digests: Iterable[str]) -> list[Statement]:
    """Return the statement that locks these points, for a message that holds more than this one. On SQLite there is none."""
    # In one order for every caller, so that nobody deadlocks.
    keys = sorted({int.from_bytes(bytes.fromhex(known)[:8], signed=True) for known in digests})
    if len(keys) > _LOCKS_MAX:
        return locks.taking(_ANY_POINT)
    return locks.taking(*keys, shared=[_ANY_POINT]) if keys else []


def taking_points(points: Collection[Point]) -> list[Statement]:
    """Return the statement that locks these points, as `taking_points_known_by` does."""
    return taking_points_known_by(map(digest, points))


def lock_all_points() -> None:
    """Lock all points until the transaction ends. Transactions that call this function run one after another."""
    locks.hold(_ANY_POINT)
