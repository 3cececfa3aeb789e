"""Points that are held while a doubtful message waits for a person."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction

from governance.decisions import ExecutionClass, verb
from governance.ledger.lines import record_lines, subjects_reached
from governance.ledger.models import ContactPoint, ContactRecord
from governance.ledger.points import EVERY_CHANNEL, Point, Subject, lock_points_known_by
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
    """A doubtful message waits for a person: until it is decided these points are contacted by no channel.

    It holds from `since`, or from now if that lies ahead. `rows` are points that the caller has read already; an erased one
    can be named by nothing else. Each call waits for one `release_points`.

    Raises:
        PointMissing: no point is given.

    """
    return _hold_or_release(Entry.HOLD, subjects_reached(points, rows, EVERY_CHANNEL), since, evidence, act)


@verb(ExecutionClass.RECORD)
@transaction.atomic
def release_points(
    *, points: Collection[Point] = (), rows: Collection[ContactPoint] = (), evidence: str, act: Act
) -> list[ContactRecord]:
    """A person has decided on the doubtful message for which these points were held.

    Raises:
        PointMissing: no point is given.

    """
    return _hold_or_release(Entry.RELEASE, subjects_reached(points, rows, EVERY_CHANNEL), None, evidence, act)


def _hold_or_release(
    entry: Entry, reached: Mapping[str, Subject], since: datetime | None, evidence: str, act: Act
) -> list[ContactRecord]:
    lock_points_known_by(reached)
    pairs = [(subject, EVERY_CHANNEL) for subject in reached.values()]
    return record_lines(pairs, entry, effective_at=min(since or act.now, act.now), evidence=evidence, act=act)
