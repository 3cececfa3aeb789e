"""Verbs and lookups of compliance.

A fact about a contact is one line of an append-only ledger, and a line is never refused for the state of the system. What is
on file for a channel follows from the lines alone (`rules`).
"""

import hashlib
import hmac
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, time
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from governance import policies
from governance.channels import Channel
from governance.compliance.errors import (
    EndedBeforeContract,
    InTheFuture,
    NoContractOnFile,
    NoGroundForChannel,
    NotAContract,
    PointMissing,
    ReferrerMissing,
)
from governance.compliance.grounds import Basis, consent_expiry, contract_expiry, is_basis
from governance.compliance.models import (
    STRICT_SETTINGS,
    ClosedDay,
    ConsentProof,
    ContactPoint,
    ContactRecord,
    ContactRecordWords,
    LastContact,
    Organisation,
)
from governance.compliance.proof import NO_PROOF, Proof, missing_of
from governance.compliance.rules import (
    NOT_ON_FILE,
    Entry,
    LedgerLine,
    Sender,
    Strictness,
    contract_counts_until,
    is_ended_by,
    opted_out,
    refusals,
)
from governance.compliance.signals import contact_records_changed, opt_outs_unreadable, opted_out_of
from governance.decisions import ExecutionClass, verb
from governance.signals import contact_rules_changed
from wholesale.plumbing import correlation, locks
from wholesale.plumbing.addresses import one_form
from wholesale.plumbing.errors import RequiredParameter
from wholesale.plumbing.lookups import among_sql, time_of, time_or_none
from wholesale.plumbing.wordings import parted

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


# Points -----------------------------------------------------------------------------------------------------------------


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


def contact_points(points: Collection[Point]) -> dict[Point, ContactPoint]:
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
        _mark_key()
        found |= _found(new)
    return {point: found[digest(point)] for point in points}


# Which key the first point was made with.
_MARK_KEY = f"UPDATE {Organisation._meta.db_table} SET digest_key_mark = %s WHERE digest_key_mark = ''"


def _mark_key() -> None:
    with connection.cursor() as cursor:
        cursor.execute(_MARK_KEY, [digest_key_mark()])


def _found(digests: Collection[str]) -> dict[str, ContactPoint]:
    return {point.digest: point for point in ContactPoint.objects.filter(digest__in=digests)}


# What is on file --------------------------------------------------------------------------------------------------------


# The lines about the points whose digests are `asked`, then when each was last contacted, in a line without an entry that
# took effect when a call was last answered. It is written by hand, since the gate asks it, within its own statement, more
# often than anything else.
LINES_SQL = f"""
SELECT r.id AS line, p.digest, NULL AS contacted_at, r.entry, r.channel, CAST(r.effective_at AS text) AS effective_at,
    r.basis, CAST(r.expires_at AS text) AS expires_at
FROM asked JOIN {ContactPoint._meta.db_table} AS p ON p.digest = asked.digest
JOIN {ContactRecord._meta.db_table} AS r ON r.point_id = p.id
UNION ALL
SELECT 0, c.digest, CAST(c.contacted_at AS text), NULL, NULL, CAST(c.answered_at AS text), NULL, NULL
FROM asked JOIN {LastContact._meta.db_table} AS c ON c.digest = asked.digest
"""
# To be joined: PostgreSQL would compare each row of a small table with each of hundreds of values in an array.
_ASKED = {
    "postgresql": "WITH asked AS (SELECT unnest(string_to_array(%s, chr(10))) AS digest)",
    "sqlite": "WITH asked AS (SELECT value AS digest FROM json_each(%s))",
}


def asked_sql(digests: Iterable[str]) -> tuple[str, str]:
    """What stands before a statement with `LINES_SQL`, and its one parameter, the first."""
    return _ASKED[connection.vendor], among_sql(dict.fromkeys(digests))[1]  # each once, or its lines would come twice


class OnFile(NamedTuple):
    """What is on file about a point: its lines in the order in which they were recorded, its last contact, and the last call
    to it that was answered."""

    lines: tuple[LedgerLine, ...] = ()
    contacted_at: datetime | None = None
    answered_at: datetime | None = None


NOTHING = OnFile()
Known = TypeVar("Known")
Ledgers = dict[Point, OnFile]


def ledgers(points: Collection[Point]) -> Ledgers:
    """What is on file about each of some points, in one query; of none in none."""
    if not points:
        return {}
    known_by = digests(points)
    return filed(known_by, _lines(known_by.values()))


def is_opted_out(points: Collection[Point], channel: str, at: datetime) -> bool:
    """Whether one of some points has said no to a channel by then; an empty channel is any that reaches it."""
    return any(
        opted_out(on_file.lines, by, at)
        for point, on_file in ledgers(points).items()
        for by in channels_of(point)
        if channel in (EVERY_CHANNEL, by)
    )


def filed_under(digests: Collection[str]) -> dict[str, OnFile]:
    """The same by what the points are known by: an erased one has no value any more."""
    return filed({known: known for known in digests}, _lines(digests))


def _lines(digests: Iterable[str]) -> list[tuple[Any, ...]]:
    asked, values = asked_sql(digests)
    with connection.cursor() as cursor:
        cursor.execute(f"{asked} {LINES_SQL} ORDER BY line", [values])
        return [line[1:] for line in cursor.fetchall()]


def digests(points: Iterable[Point]) -> dict[Point, str]:
    """What each of some points is known by."""
    return {point: digest(point) for point in points}


def filed(known_by: Mapping[Known, str], lines: Iterable[Sequence[Any]]) -> dict[Known, OnFile]:
    """Lines as `LINES_SQL` reads them, from the digest on and in their order, by whatever each digest stands for."""
    found: dict[str, list[LedgerLine]] = defaultdict(list)
    contacted: dict[str, tuple[datetime, datetime | None]] = {}
    for known, contacted_at, kind, channel, effective_at, basis, expires_at in lines:
        if kind is None:
            contacted[known] = time_of(contacted_at), time_or_none(effective_at)
        else:
            found[known].append(LedgerLine(kind, channel, time_of(effective_at), basis, time_or_none(expires_at)))
    if not found and not contacted:
        return dict.fromkeys(known_by, NOTHING)
    return {
        point: OnFile(tuple(found.get(known, ())), *contacted.get(known, ()))
        if known in found or known in contacted
        else NOTHING
        for point, known in known_by.items()
    }


def records_of(queryset: QuerySet[ContactRecord], points: Collection[Point]) -> QuerySet[ContactRecord]:
    """Of these lines those about some points, erased or not."""
    return queryset.filter(point__digest__in=[digest(point) for point in points])


# Points under a lock ----------------------------------------------------------------------------------------------------

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
        waits = ", ".join(f"pg_advisory_xact_lock({key})" for key in keys)
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock_shared({_ANY_POINT}), {waits}")


def lock_all_points() -> None:
    """The same for every point there is. Such callers come one after another."""
    locks.hold(_ANY_POINT)


# Facts ------------------------------------------------------------------------------------------------------------------


@verb(ExecutionClass.RECORD)
@transaction.atomic
def record_consent(
    *,
    points: Collection[Point],
    channel: str = EVERY_CHANNEL,
    basis: str,
    obtained_at: datetime,
    ended_on: date | None = None,
    evidence: str,
    proof: Proof = NO_PROOF,
    actor: str,
    reason: str = "",
    correlation_id: str | None = None,
    user: User | None = None,
    now: datetime | None = None,
) -> list[ContactRecord]:
    """A ground to contact somebody, where its proof is, and what it says. For every channel it is a line for each, since
    their expiries differ; a published address then says nothing of calls. Each line gets the whole proof. A contract is in
    force, unless `ended_on` says on which day it ended: the end is a line of its own.

    Raises:
        PointMissing: the channel reaches none of the points.
        NoGroundForChannel: a published address, one that was given to us, or a referral, for calls.
        InTheFuture: `obtained_at` or `ended_on` is later than now.
        NotAContract: `ended_on` of another ground.
        EndedBeforeContract: `ended_on` is a day before the contract.
        ReferrerMissing: a referral without the referrer's name and both relationships.

    """
    now = now or timezone.now()
    _require_past("obtained_at", obtained_at, now)
    if ended_on is not None:
        _require_end(basis, obtained_at, ended_on, now)
    pairs = [
        (point, reached)
        for point in _reached(points, (), channel).values()
        for reached in channels_of(point)
        if channel in (EVERY_CHANNEL, reached) and is_basis(reached, basis)
    ]
    if not pairs:
        raise NoGroundForChannel(attr="basis")
    if basis == Basis.REFERRAL and (missing := missing_of(basis, proof)):
        raise ReferrerMissing(missing)
    signature: dict[str, Any] = {"actor": actor, "user": user, "correlation_id": correlation_id, "now": now}
    records = _append_and_tell(
        pairs,
        Entry.CONSENT,
        basis=basis,
        effective_at=obtained_at,
        evidence=evidence,
        reason=reason,
        **signature,
    )
    if proof:
        ConsentProof.objects.bulk_create([ConsentProof(record=record, **asdict(proof)) for record in records])
    if ended_on is not None:
        ends = _append(pairs, Entry.ENDED, effective_at=_beginning(ended_on), evidence=evidence, reason=reason, **signature)
        return [*records, *ends]
    return records


def _require_end(basis: str, obtained_at: datetime, ended_on: date, now: datetime) -> None:
    if basis != Basis.CONTRACT:
        raise NotAContract(attr="ended_on")
    _require_past("ended_on", _beginning(ended_on), now)
    if ended_on < obtained_at.astimezone(UTC).date():
        raise EndedBeforeContract(attr="ended_on")


def _beginning(day: date) -> datetime:
    """When a day begins in UTC, which in Canada is the evening before."""
    return datetime.combine(day, time(), UTC)


@verb(ExecutionClass.RECORD)
@transaction.atomic
def end_contract(
    *,
    points: Collection[Point],
    channel: str = EVERY_CHANNEL,
    ended_on: date,
    evidence: str,
    actor: str,
    reason: str = "",
    correlation_id: str | None = None,
    user: User | None = None,
    now: datetime | None = None,
) -> list[ContactRecord]:
    """The contracts on file ended on this day: each remains a ground for 2 years from it, for calls for 18 months.

    It ends the contracts that were made by that day. The line of the contract stays as it is; the end is a line of its own.
    Of several ends the earliest counts, so where an earlier one is on file nothing is written.

    Raises:
        PointMissing: the channel reaches none of the points.
        InTheFuture: the day has not begun.
        NoContractOnFile: there is no contract.
        EndedBeforeContract: each contract was made after that day.

    """
    reached = _reached(points, (), channel)
    lock_points_known_by(reached)
    now = now or timezone.now()
    ended_at = _beginning(ended_on)
    _require_past("ended_on", ended_at, now)
    contracts = _contracts(reached, channel)
    if not contracts:
        raise NoContractOnFile
    made_by_then = [one for one in contracts if is_ended_by(one.line, ended_at)]
    if not made_by_then:
        raise EndedBeforeContract(attr="ended_on")
    ending = [one for one in made_by_then if one.until is None or one.until > contract_expiry(one.channel, ended_at)]
    return _append_and_tell(
        list(dict.fromkeys((one.point, one.channel) for one in ending)),
        Entry.ENDED,
        effective_at=ended_at,
        evidence=evidence,
        reason=reason,
        actor=actor,
        user=user,
        correlation_id=correlation_id,
        now=now,
    )


class _Contract(NamedTuple):
    """A contract on file for a channel, and when it stops being a ground; None while it is in force."""

    point: Subject
    channel: str
    line: LedgerLine
    until: datetime | None


def _contracts(reached: Mapping[str, Subject], channel: str) -> list[_Contract]:
    return [
        _Contract(reached[known_by], by, line, contract_counts_until(line, on_file.lines[n + 1 :], by))
        for known_by, on_file in filed_under(reached).items()
        for by in channels_of(reached[known_by])
        if channel in (EVERY_CHANNEL, by)
        for n, line in enumerate(on_file.lines)
        if line.kind == Entry.CONSENT and line.basis == Basis.CONTRACT and line.concerns(by)
    ]


@verb(ExecutionClass.RECORD)
@transaction.atomic
def record_use(
    *,
    points: Collection[Point],
    channel: str,
    sent_at: datetime,
    actor: str,
    correlation_id: str | None = None,
    user: User | None = None,
    now: datetime | None = None,
) -> list[ContactRecord]:
    """A message went out to somebody who was referred to us: a line for each of his points with a referral on file.

    No point is made here: it is called under a ladder's lock, and who makes a point may wait for that.
    """
    now = now or timezone.now()
    referred = ContactRecord.objects.filter(point__digest__in=[digest(point) for point in points], basis=Basis.REFERRAL)
    rows = ContactPoint.objects.filter(pk__in=referred.values("point")).order_by("pk")
    return _append_and_tell(
        [(row, channel) for row in rows],
        Entry.USED,
        effective_at=sent_at,
        actor=actor,
        user=user,
        correlation_id=correlation_id,
        now=now,
    )


@verb(ExecutionClass.RECORD)
@transaction.atomic
def record_opt_out(
    *,
    points: Collection[Point] = (),
    rows: Collection[ContactPoint] = (),
    unreadable: Collection[Point] = (),
    channel: str = EVERY_CHANNEL,
    said_at: datetime | None = None,
    actor: str,
    evidence: str = "",
    reason: str = "",
    correlation_id: str | None = None,
    user: User | None = None,
    now: datetime | None = None,
) -> list[ContactRecord]:
    """Somebody wants no more contact by a channel, or by any. It holds from then on; a clock that runs ahead of ours delays
    nothing, so what was said later than now was said now.

    `rows` are points that the caller has read already: an erased one can be named by nothing else. `unreadable` are points
    whose value is no number or address: they are kept as they came, and told of, for a person may know who it was.

    Raises:
        PointMissing: the channel reaches none of the points.

    """
    return _say_no(
        _reached([*points, *unreadable], rows, channel),
        channel,
        Entry.OPT_OUT,
        unreadable,
        said_at=said_at,
        evidence=evidence,
        reason=reason,
        actor=actor,
        user=user,
        correlation_id=correlation_id,
        now=now,
    )


@verb(ExecutionClass.RECORD)
@transaction.atomic
def record_do_not_call(
    *,
    points: Collection[Point] = (),
    rows: Collection[ContactPoint] = (),
    unreadable: Collection[Point] = (),
    said_at: datetime | None = None,
    actor: str,
    evidence: str = "",
    reason: str = "",
    correlation_id: str | None = None,
    user: User | None = None,
    now: datetime | None = None,
) -> list[ContactRecord]:
    """These numbers are on the internal do-not-call list, which beats every exemption. It speaks of calls alone.

    Raises:
        PointMissing: no call reaches any of the points.

    """
    return _say_no(
        _reached([*points, *unreadable], rows, Channel.CALL),
        Channel.CALL,
        Entry.DO_NOT_CALL,
        unreadable,
        said_at=said_at,
        evidence=evidence,
        reason=reason,
        actor=actor,
        user=user,
        correlation_id=correlation_id,
        now=now,
    )


def _say_no(
    reached: Mapping[str, Subject],
    channel: str,
    entry: Entry,
    unreadable: Collection[Point],
    *,
    said_at: datetime | None,
    now: datetime | None,
    actor: str,
    user: User | None,
    correlation_id: str | None,
    **said: Any,
) -> list[ContactRecord]:
    lock_points_known_by(reached)
    now = now or timezone.now()
    signature: dict[str, Any] = {"actor": actor, "user": user, "correlation_id": correlation_id or correlation.current()}
    records = _append(
        [(subject, channel) for subject in reached.values()],
        entry,
        effective_at=min(said_at or now, now),
        now=now,
        **signature,
        **said,
    )
    opted_out_of.send(sender=ContactRecord, points=_named(reached.values()), channel=channel, now=now, **signature)
    if unreadable:
        unread = {digest(point) for point in unreadable}
        theirs = [record for record in records if record.point.digest in unread]
        opt_outs_unreadable.send(sender=ContactRecord, records=theirs, channel=channel, now=now, **signature)
    return records


@verb(ExecutionClass.RECORD)
@transaction.atomic
def hold_points(
    *,
    points: Collection[Point] = (),
    rows: Collection[ContactPoint] = (),
    since: datetime | None = None,
    evidence: str,
    actor: str,
    reason: str = "",
    correlation_id: str | None = None,
    user: User | None = None,
    now: datetime | None = None,
) -> list[ContactRecord]:
    """A doubtful message waits for a person: until it is decided these points are contacted by no channel.

    It holds from `since`, or from now if that lies ahead. `rows` are points that the caller has read already; an erased one
    can be named by nothing else. Each call waits for one `release_points`.

    Raises:
        PointMissing: no point is given.

    """
    return _hold_or_release(
        Entry.HOLD,
        _reached(points, rows, EVERY_CHANNEL),
        since,
        evidence=evidence,
        reason=reason,
        actor=actor,
        user=user,
        correlation_id=correlation_id,
        now=now,
    )


@verb(ExecutionClass.RECORD)
@transaction.atomic
def release_points(
    *,
    points: Collection[Point] = (),
    rows: Collection[ContactPoint] = (),
    evidence: str,
    actor: str,
    reason: str = "",
    correlation_id: str | None = None,
    user: User | None = None,
    now: datetime | None = None,
) -> list[ContactRecord]:
    """A person has decided on the doubtful message for which these points were held.

    Raises:
        PointMissing: no point is given.

    """
    return _hold_or_release(
        Entry.RELEASE,
        _reached(points, rows, EVERY_CHANNEL),
        None,
        evidence=evidence,
        reason=reason,
        actor=actor,
        user=user,
        correlation_id=correlation_id,
        now=now,
    )


def _hold_or_release(
    entry: Entry, reached: Mapping[str, Subject], since: datetime | None, *, now: datetime | None, **line: Any
) -> list[ContactRecord]:
    lock_points_known_by(reached)
    now = now or timezone.now()
    pairs = [(subject, EVERY_CHANNEL) for subject in reached.values()]
    return _append_and_tell(pairs, entry, effective_at=min(since or now, now), now=now, **line)


@verb(ExecutionClass.RECORD)
@transaction.atomic
def record_scrub(
    *,
    points: Collection[Point],
    checked_at: datetime,
    evidence: str,
    actor: str,
    reason: str = "",
    correlation_id: str | None = None,
    user: User | None = None,
    now: datetime | None = None,
) -> list[ContactRecord]:
    """These numbers were checked against the National Do Not Call List and are not on it; `checked_at` is the date of the
    list's version. As few statements for ten thousand numbers as for one.

    Raises:
        PointMissing: no phone number is among the points.
        InTheFuture: `checked_at` is later than now.

    """
    now = now or timezone.now()
    _require_past("checked_at", checked_at, now)
    return _append_and_tell(
        [(point, Channel.CALL) for point in _reached(points, (), Channel.CALL).values()],
        Entry.SCRUB,
        effective_at=checked_at,
        evidence=evidence,
        reason=reason,
        actor=actor,
        user=user,
        correlation_id=correlation_id,
        now=now,
    )


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def lift_opt_out(
    *,
    points: Collection[Point] = (),
    rows: Collection[ContactPoint] = (),
    channel: str = EVERY_CHANNEL,
    reason: str,
    actor: str,
    evidence: str = "",
    correlation_id: str | None = None,
    user: User | None = None,
    now: datetime | None = None,
) -> list[ContactRecord]:
    """The opt-outs and do-not-call entries on file were a mistake. Where there are none nothing is written.

    Where one is recorded while the lift waits for its turn, that point stays refused: whoever lifts could not know of it.

    Raises:
        PointMissing: the channel reaches none of the points.

    """
    reached = _reached(points, rows, channel)
    known = filed_under(reached)
    lock_points_known_by(reached)
    now = now or timezone.now()
    refused = [
        reached[known_by]
        for known_by, on_file in filed_under(reached).items()
        if refusals(on_file.lines) == refusals(known[known_by].lines)
        and any(opted_out(on_file.lines, by, now) for by in channels_of(reached[known_by]) if channel in (EVERY_CHANNEL, by))
    ]
    return _append_and_tell(
        [(subject, channel) for subject in refused],
        Entry.LIFT,
        effective_at=now,
        evidence=evidence,
        reason=reason,
        actor=actor,
        user=user,
        correlation_id=correlation_id,
        now=now,
    )


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def erase_point(
    *,
    point_id: int,
    reason: str,
    actor: str,
    correlation_id: str | None = None,
    user: User | None = None,
    now: datetime | None = None,
) -> ContactPoint:
    """Forget a number or an address and what people wrote of it, and keep what it is known by: what was recorded of it holds
    when it comes again. Twice changes nothing.

    Raises:
        ContactPoint.DoesNotExist: there is no such point.

    """
    point = ContactPoint.objects.select_for_update().get(pk=point_id)
    if point.value is None:
        return point
    now = now or timezone.now()
    point.value = None
    point.save(update_fields=["value"])
    forget_words([point], reason=reason, actor=actor, user=user, correlation_id=correlation_id, now=now)
    return point


def forget_words(rows: Collection[ContactPoint], *, now: datetime, **signature: Any) -> int:
    """Remove what people wrote of these points and what they agreed to, record that they were erased, and say how many texts
    were removed.

    Within the caller's transaction. `signature`: reason, actor, user, correlation_id.
    """
    removed = sum(beside.objects.filter(record__point__in=rows).delete()[0] for beside in (ContactRecordWords, ConsentProof))
    _append([(row, EVERY_CHANNEL) for row in rows], Entry.ERASED, effective_at=now, now=now, **signature)
    return removed


def _require_past(attr: str, at: datetime, now: datetime) -> None:
    if at > now:
        raise InTheFuture(attr=attr)


def _reached(points: Iterable[Point], rows: Iterable[ContactPoint], channel: str) -> dict[str, Subject]:
    """The subjects that the channel reaches, by what each is known by."""
    subjects: dict[str, Subject] = {digest(point): point for point in points} | {row.digest: row for row in rows}
    reached = {
        known_by: subject
        for known_by, subject in subjects.items()
        if channel == EVERY_CHANNEL or channel in channels_of(subject)
    }
    if not reached:
        raise PointMissing(attr="email" if channel == Channel.EMAIL else "phone")
    return reached


def _named(subjects: Iterable[Subject]) -> list[Point]:
    """The points of which the value is known."""
    named = ((one.kind, one.value) if isinstance(one, ContactPoint) else one for one in subjects)
    return list(dict.fromkeys((kind, value) for kind, value in named if value is not None))


def _append(
    pairs: Collection[tuple[Subject, str]],
    entry: Entry,
    *,
    effective_at: datetime,
    basis: str = "",
    now: datetime,
    correlation_id: str | None,
    **said: Any,
) -> list[ContactRecord]:
    stored = contact_points({subject for subject, _ in pairs if not isinstance(subject, ContactPoint)})
    correlation_id = correlation_id or correlation.current()
    own, words = parted({name: said.pop(name, "") for name in ("evidence", "reason")})
    records = ContactRecord.objects.bulk_create(
        ContactRecord(
            point=subject if isinstance(subject, ContactPoint) else stored[subject],
            entry=entry,
            channel=channel,
            basis=basis,
            effective_at=effective_at,
            expires_at=_expiry(entry, channel, basis, effective_at),
            correlation_id=correlation_id,
            created_at=now,
            **own,
            **said,
        )
        for subject, channel in pairs
    )
    if any(words.values()):
        ContactRecordWords.objects.bulk_create([ContactRecordWords(record=record, **words) for record in records])
    return records


def _expiry(entry: Entry, channel: str, basis: str, effective_at: datetime) -> datetime | None:
    if entry is Entry.ENDED:
        return contract_expiry(channel, effective_at)
    return consent_expiry(channel, basis, effective_at) if basis else None


def _append_and_tell(
    pairs: Collection[tuple[Subject, str]], entry: Entry, *, now: datetime, **line: Any
) -> list[ContactRecord]:
    records = _append(pairs, entry, now=now, **line)
    if records:
        contact_records_changed.send(sender=ContactRecord, points=_named(subject for subject, _ in pairs), now=now)
    return records


# The organisation and its closed days -----------------------------------------------------------------------------------


def sender() -> Sender:
    """The organisation as a sender."""
    row = Organisation.objects.filter(pk=1).values_list(*Sender._fields).first()
    return Sender(*row) if row else NOT_ON_FILE


def _leniency(changes: Mapping[str, Any], reason: str) -> dict[str, str]:
    """The reason that stands beside the settings as they will be; nothing where it stays.

    Raises:
        RequiredParameter: something becomes a warning and no reason is given.

    """
    stored = Organisation.objects.select_for_update().filter(pk=1).first() or Organisation()
    after = [name for name in STRICT_SETTINGS if changes.get(name, getattr(stored, name)) == Strictness.WARN]
    if not after:
        return {"lenient_reason": ""}
    if set(after) <= set(stored.lenient):
        return {}
    if not reason.strip():
        raise RequiredParameter(attr="reason")
    return {"lenient_reason": reason}


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def upsert_organisation(
    *,
    changed_by: str,
    reason: str = "",
    user: User | None = None,
    expected_version: int | None = None,
    now: datetime | None = None,
    **changes: Any,
) -> Organisation:
    """Change who we are and how strict we are; what is absent stays. To be only warned of what is prohibited needs a reason,
    which is shown for as long as it lasts.

    Raises:
        RequiredParameter: something becomes a warning and no reason is given.
        VersionConflict: somebody else changed it first.

    """
    organisation = policies.upsert(
        Organisation,
        key={"id": 1},
        changes={**changes, **_leniency(changes, reason)},
        user=user,
        changed_by=changed_by,
        reason=reason,
        expected_version=expected_version,
        now=now,
    )
    contact_rules_changed.send(sender=Organisation, provinces=None, markets=None, now=organisation.updated_at)
    return organisation


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def set_closed_day(
    *,
    day: date,
    province: str = "",
    name: str,
    changed_by: str,
    reason: str = "",
    user: User | None = None,
    now: datetime | None = None,
) -> ClosedDay:
    """Contact nobody on this day in a province, or in all of them; one that is there gets this name."""
    closed = policies.put(
        ClosedDay,
        key={"day": day, "province": province},
        changes={"name": name},
        user=user,
        changed_by=changed_by,
        reason=reason,
        now=now,
    )
    _tell_of_closed_day(closed)
    return closed


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def remove_closed_day(
    *,
    day: date,
    province: str = "",
    changed_by: str,
    reason: str = "",
    user: User | None = None,
    now: datetime | None = None,
) -> bool:
    """Be open again on this day. Whether it was closed; its history stays."""
    key = {"day": day, "province": province}
    removed = policies.remove(ClosedDay, key=key, user=user, changed_by=changed_by, reason=reason, now=now)
    if removed is None:
        return False
    _tell_of_closed_day(removed)
    return True


def _tell_of_closed_day(closed: ClosedDay) -> None:
    provinces = [closed.province] if closed.province else None
    contact_rules_changed.send(sender=ClosedDay, provinces=provinces, markets=None, now=closed.updated_at)
