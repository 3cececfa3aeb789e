"""The subjects of the ledger: phone numbers, e-mail addresses and leads, what each is known by, and their locks."""

import hashlib
import hmac
from collections.abc import Collection, Iterable
from functools import lru_cache

from django.conf import settings
from django.db import connection

from governance.channels import Channel
from governance.ledger.models import ContactPoint
from governance.ledger.signals import contact_points_made, told
from wholesale.plumbing import locks
from wholesale.plumbing.act import Act
from wholesale.plumbing.addresses import one_form

EVERY_CHANNEL = ""
_MARKED = b"contact points"
Point = tuple[str, str]  # a ContactPoint.Kind, and the number as E.164, the address, or the lead's id
Subject = Point | ContactPoint  # a point that is named, or its row: of an erased one there is nothing else
# Plain text: a point is looked up often, and a choice takes long to hash.
_PHONE, _EMAIL, _LEAD = ContactPoint.Kind.PHONE.value, ContactPoint.Kind.EMAIL.value, ContactPoint.Kind.LEAD.value
_CHANNELS: dict[str, tuple[Channel, ...]] = {
    _PHONE: (Channel.SMS, Channel.CALL),
    _EMAIL: (Channel.EMAIL,),
    _LEAD: tuple(Channel),
}


def point_of(channel: str, *, phone: str, email: str) -> Point | None:
    """The point that a channel reaches, or None where the lead has none."""
    if channel == Channel.EMAIL:
        return (_EMAIL, email) if email else None
    return (_PHONE, phone) if phone else None


def points_of(*, phone: str = "", email: str = "") -> list[Point]:
    """The points that are given; no phone and no address make none."""
    both = (point_of(channel, phone=phone, email=email) for channel in (Channel.CALL, Channel.EMAIL))
    return [point for point in both if point]


def lead_point(lead_id: str | None) -> Point | None:
    """The lead as a subject of the ledger, beside its number and its address; None without an id."""
    return (_LEAD, lead_id) if lead_id else None


def channels_of(subject: Subject) -> tuple[Channel, ...]:
    """The channels that reach a point."""
    return _CHANNELS[subject.kind if isinstance(subject, ContactPoint) else subject[0]]


def digest(point: Point) -> str:
    """What a point is known by, also after its value was erased."""
    return _digest(settings.CONTACT_DIGEST_KEY, *point)


def digest_key_mark() -> str:
    """What tells the present CONTACT_DIGEST_KEY from any other, without saying what it is."""
    return _hmac(settings.CONTACT_DIGEST_KEY, _MARKED)


@lru_cache(maxsize=16_384)  # a dialer's list names the same people all day
def _digest(key: str, kind: str, value: str) -> str:
    return _hmac(key, f"{kind}:{_spelling(kind, value)}".encode())


def _hmac(key: str, message: bytes) -> str:
    mac = _keyed(key).copy()
    mac.update(message)
    return mac.hexdigest()


@lru_cache(maxsize=2)
def _keyed(key: str) -> hmac.HMAC:
    """To be copied: setting the key up takes longer than a digest."""
    return hmac.new(key.encode(), digestmod=hashlib.sha256)


def _spelling(kind: str, value: str) -> str:
    if kind == _EMAIL:
        return one_form(value)
    return value.strip()


def contact_points(points: Collection[Point], act: Act) -> dict[Point, ContactPoint]:
    """The rows of these points, which are made where they are new. Race-free, in at most four statements."""
    if not points:
        return {}
    by_digest = {digest(point): point for point in points}
    found = _found(by_digest)
    # In one order, so that two who make the same points do not wait for each other in a circle.
    new = sorted(by_digest.keys() - found.keys())
    if new:
        ContactPoint.objects.bulk_create(
            [
                ContactPoint(kind=kind, digest=known_by, value=_spelling(kind, value))
                for known_by, (kind, value) in ((known_by, by_digest[known_by]) for known_by in new)
            ],
            ignore_conflicts=True,
        )
        envelopes = told("contact_points_made", act, key_mark=digest_key_mark())
        contact_points_made.send(sender=ContactPoint, envelopes=envelopes)
        found |= _found(new)
    return {point: found[digest(point)] for point in points}


def _found(digests: Collection[str]) -> dict[str, ContactPoint]:
    return {point.digest: point for point in ContactPoint.objects.filter(digest__in=digests)}


def digests(points: Iterable[Point]) -> dict[Point, str]:
    """What each of some points is known by."""
    return {point: digest(point) for point in points}


# What is said of a point (an opt-out, its lift, a hold) and an act that depends on it (a ladder begins) come one after the
# other: each takes PostgreSQL's exclusive advisory lock of its points. An act for many leads at once takes instead the
# exclusive lock of one key, which each of the others shares: a server has room for a few thousand locks, no more.
# SQLite's IMMEDIATE transactions need none.
_ANY_POINT = 7_301_008
_LOCKS_MAX = 1_000  # of single points, for one transaction


def lock_points(points: Collection[Point]) -> None:
    """Nobody else says anything of these points, or acts on what was said, until the caller's transaction ends.

    Points come before lead rows, ladders and tasks. Read the ledger in a later statement: the snapshot of the same one would
    be older than the lock.
    """
    if points:
        lock_points_known_by(map(digest, points))


def lock_points_known_by(digests: Iterable[str]) -> None:
    """The same by what the points are known by: an erased one has no value any more."""
    if connection.vendor != "postgresql":
        return
    # In one order whoever asks, so that nobody waits in a circle.
    keys = sorted({int.from_bytes(bytes.fromhex(known)[:8], signed=True) for known in digests})
    if len(keys) > _LOCKS_MAX:
        lock_all_points()
    elif keys:
        locks.hold_some(keys, of=_ANY_POINT)


def lock_all_points() -> None:
    """The same for every point there is. Such callers come one after another."""
    locks.hold(_ANY_POINT)
