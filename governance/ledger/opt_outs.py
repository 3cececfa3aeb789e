"""Recording opt-outs and do-not-call entries, and lifting those that were recorded by mistake."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from governance.channels import Channel
from governance.decisions import ExecutionClass, verb
from governance.ledger.lines import append_lines, named_points, record_lines, subjects_reached
from governance.ledger.models import ContactPoint, ContactRecord
from governance.ledger.points import EVERY_CHANNEL, HeldPoints, Point, Subject, channels_of, digest, hold
from governance.ledger.reading import filed_in, filed_under, filing
from governance.ledger.rules import Entry, opted_out, refusals
from governance.ledger.signals import opt_outs_unreadable, opted_out_of, told
from wholesale.plumbing import writes
from wholesale.plumbing.act import Act


@verb(ExecutionClass.RECORD)
@transaction.atomic
def record_opt_out(
    *,
    points: Collection[Point] = (),
    rows: Collection[ContactPoint] = (),
    unreadable: Collection[Point] = (),
    channel: str = EVERY_CHANNEL,
    said_at: datetime | None = None,
    evidence: str = "",
    act: Act,
) -> list[ContactRecord]:
    """Record that somebody wants no more contact by a channel; by default, by every channel. It binds from `said_at`,
    or from now if `said_at` is None or in the future, so that a sender's fast clock delays no opt-out.

    `rows` are points as database rows, for erased points, which have no value. `unreadable` are points whose value is no
    number or address: each is stored as it came, and a signal tells of it, because a person may know whose it is.

    Raises:
        PointMissing: the channel reaches none of the points.

    """
    reached = subjects_reached([*points, *unreadable, *rows], channel)
    return _say_no(reached, channel, Entry.OPT_OUT, unreadable, said_at, evidence, None, act)


def write_opt_out(
    points: Collection[Subject],
    channel: str = EVERY_CHANNEL,
    *,
    said_at: datetime,
    evidence: str,
    held: HeldPoints,
    act: Act,
) -> list[ContactRecord]:
    """Do what `record_opt_out` does, in the caller's transaction, which has `held` the points with an id for each line."""
    return _say_no(subjects_reached(points, channel), channel, Entry.OPT_OUT, (), said_at, evidence, held, act)


@verb(ExecutionClass.RECORD)
@transaction.atomic
def record_do_not_call(
    *,
    points: Collection[Point] = (),
    rows: Collection[ContactPoint] = (),
    unreadable: Collection[Point] = (),
    said_at: datetime | None = None,
    evidence: str = "",
    act: Act,
) -> list[ContactRecord]:
    """Put these points on the internal do-not-call list: nobody may call them, whatever exemption there is.

    Raises:
        PointMissing: no call reaches any of the points.

    """
    reached = subjects_reached([*points, *unreadable, *rows], Channel.CALL)
    return _say_no(reached, Channel.CALL, Entry.DO_NOT_CALL, unreadable, said_at, evidence, None, act)


def _say_no(
    reached: Mapping[str, Subject],
    channel: str,
    entry: Entry,
    unreadable: Collection[Point],
    said_at: datetime | None,
    evidence: str,
    held: HeldPoints | None,
    act: Act,
) -> list[ContactRecord]:
    held = held or hold(reached.values(), len(reached))
    pairs = [(subject, channel) for subject in reached.values()]
    effective_at = min(said_at or act.now, act.now)
    with writes.gathered():
        records = append_lines(pairs, entry, effective_at=effective_at, evidence=evidence, held=held, act=act)
        points = named_points(reached.values())
        opted_out_of.send(sender=ContactRecord, envelopes=told("opted_out", act, points=points, channel=channel))
        if unreadable:
            unread = {digest(point) for point in unreadable}
            theirs = [record for record in records if record.point.digest in unread]
            opt_outs_unreadable.send(
                sender=ContactRecord, envelopes=told("opt_out_unreadable", act, records=theirs, channel=channel)
            )
    return records


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def lift_opt_out(
    *,
    points: Collection[Point] = (),
    rows: Collection[ContactPoint] = (),
    channel: str = EVERY_CHANNEL,
    evidence: str = "",
    act: Act,
) -> list[ContactRecord]:
    """Correct a mistake: lift the opt-outs and do-not-call entries of these points. Points without any are left out.

    If a point opts out while this verb waits for its lock, nothing of the point is lifted: the operator could not know.

    Raises:
        PointMissing: the channel reaches none of the points.

    """
    reached = subjects_reached([*points, *rows], channel)
    known = filed_under(reached)
    held = hold(reached.values(), len(reached), filing(reached))
    now_filed = filed_in(held.answers[0], reached)
    refused = [
        reached[known_by]
        for known_by, on_file in now_filed.items()
        if refusals(on_file.lines) == refusals(known[known_by].lines)
        and any(
            opted_out(on_file.lines, by, act.now) for by in channels_of(reached[known_by]) if channel in (EVERY_CHANNEL, by)
        )
    ]
    return record_lines(
        [(subject, channel) for subject in refused], Entry.LIFT, effective_at=act.now, evidence=evidence, held=held, act=act
    )
