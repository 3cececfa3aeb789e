"""Holding points while a doubtful message waits for a person, and releasing them."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from governance.decisions import ExecutionClass, verb
from governance.ledger.lines import record_lines, subjects_reached
from governance.ledger.models import ContactPoint, ContactRecord
from governance.ledger.points import EVERY_CHANNEL, HeldPoints, Point, Subject, hold
from governance.ledger.rules import Entry
from wholesale.plumbing.act import Act


@verb(ExecutionClass.RECORD)
@transaction.atomic
def hold_points(
    *,
    points: Collection[Point] = (),
    rows: Collection[ContactPoint] = (),
    since: datetime | None = None,
    evidence: str,
    act: Act,
) -> list[ContactRecord]:
    """Hold points while a doubtful message waits for a person: no channel may contact them until the decision.

    The hold begins at `since`, or now if `since` is None or in the future. `rows` are points as database rows, for points
    that were erased and so have no value. Each call of `release_points` ends one hold.

    Raises:
        PointMissing: neither `points` nor `rows` has a point.

    """
    return _hold_or_release(Entry.HOLD, subjects_reached(points, rows, EVERY_CHANNEL), since, evidence, act)


def write_hold(points: Collection[Point], *, evidence: str, held: HeldPoints, act: Act) -> list[ContactRecord]:
    """Do what `hold_points` does, in the caller's transaction, which has locked (`held`) the points."""
    pairs = [(point, EVERY_CHANNEL) for point in points]
    return record_lines(pairs, Entry.HOLD, effective_at=act.now, evidence=evidence, held=held, act=act)


@verb(ExecutionClass.RECORD)
@transaction.atomic
def release_points(
    *, points: Collection[Point] = (), rows: Collection[ContactPoint] = (), evidence: str, act: Act
) -> list[ContactRecord]:
    """End one hold of these points, because a person has decided on the doubtful message for which they were held.

    Raises:
        PointMissing: neither `points` nor `rows` has a point.

    """
    return _hold_or_release(Entry.RELEASE, subjects_reached(points, rows, EVERY_CHANNEL), None, evidence, act)


def _hold_or_release(
    entry: Entry, reached: Mapping[str, Subject], since: datetime | None, evidence: str, act: Act
) -> list[ContactRecord]:
    held = hold(reached.values(), len(reached))
    pairs = [(subject, EVERY_CHANNEL) for subject in reached.values()]
    return record_lines(pairs, entry, effective_at=min(since or act.now, act.now), evidence=evidence, held=held, act=act)
