"""Holding points while a doubtful message waits for a person, and releasing them."""

from collections.abc import Collection

from django.db import transaction

from governance.decisions import ExecutionClass, verb
from governance.ledger.lines import record_lines, subjects_reached
from governance.ledger.models import ContactPoint, ContactRecord
from governance.ledger.points import EVERY_CHANNEL, HeldPoints, Point, hold
from governance.ledger.rules import Entry
from wholesale.plumbing.act import Act


def write_hold(points: Collection[Point], *, evidence: str, held: HeldPoints, act: Act) -> list[ContactRecord]:
    """Hold points while a doubtful message waits for a person: no channel may contact them until the decision. Each call of
    `release_points` ends one hold.

    Call it in a transaction that has locked (`held`) the points.
    """
    pairs = [(point, EVERY_CHANNEL) for point in points]
    return record_lines(pairs, Entry.HOLD, effective_at=act.now, evidence=evidence, held=held, act=act)


@verb(ExecutionClass.RECORD)
@transaction.atomic
def release_points(
    *, points: Collection[Point] = (), rows: Collection[ContactPoint] = (), evidence: str, act: Act
) -> list[ContactRecord]:
    """End one hold of these points, because a person has decided on the doubtful message for which they were held. `rows`
    are points as database rows, for points that were erased and so have no value.

    Raises:
        PointMissing: neither `points` nor `rows` has a point.

    """
    reached = subjects_reached([*points, *rows], EVERY_CHANNEL).values()
    return record_lines(
        [(subject, EVERY_CHANNEL) for subject in reached],
        Entry.RELEASE,
        effective_at=act.now,
        evidence=evidence,
        held=hold(reached, len(reached)),
        act=act,
    )
