"""Points that are held while a doubtful message waits for a person."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Unpack

from django.db import transaction
from django.utils import timezone

from governance.decisions import ExecutionClass, Signed, verb
from governance.ledger.lines import record_lines, subjects_reached
from governance.ledger.models import ContactPoint, ContactRecord
from governance.ledger.points import EVERY_CHANNEL, Point, Subject, lock_points_known_by
from governance.ledger.rules import Entry


@verb(ExecutionClass.RECORD)
@transaction.atomic
def hold_points(
    *,
    points: Collection[Point] = (),
    rows: Collection[ContactPoint] = (),
    since: datetime | None = None,
    evidence: str,
    now: datetime | None = None,
    **signed: Unpack[Signed],
) -> list[ContactRecord]:
    """A doubtful message waits for a person: until it is decided these points are contacted by no channel.

    It holds from `since`, or from now if that lies ahead. `rows` are points that the caller has read already; an erased one
    can be named by nothing else. Each call waits for one `release_points`.

    Raises:
        PointMissing: no point is given.

    """
    return _hold_or_release(
        Entry.HOLD, subjects_reached(points, rows, EVERY_CHANNEL), since, evidence=evidence, now=now, **signed
    )


@verb(ExecutionClass.RECORD)
@transaction.atomic
def release_points(
    *,
    points: Collection[Point] = (),
    rows: Collection[ContactPoint] = (),
    evidence: str,
    now: datetime | None = None,
    **signed: Unpack[Signed],
) -> list[ContactRecord]:
    """A person has decided on the doubtful message for which these points were held.

    Raises:
        PointMissing: no point is given.

    """
    return _hold_or_release(
        Entry.RELEASE, subjects_reached(points, rows, EVERY_CHANNEL), None, evidence=evidence, now=now, **signed
    )


def _hold_or_release(
    entry: Entry, reached: Mapping[str, Subject], since: datetime | None, *, now: datetime | None, **line: Any
) -> list[ContactRecord]:
    lock_points_known_by(reached)
    now = now or timezone.now()
    pairs = [(subject, EVERY_CHANNEL) for subject in reached.values()]
    return record_lines(pairs, entry, effective_at=min(since or now, now), now=now, **line)
