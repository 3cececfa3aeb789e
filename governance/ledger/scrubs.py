"""Recording that numbers were checked against the National Do Not Call List."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from governance.channels import Channel
from governance.decisions import ExecutionClass, verb
from governance.ledger.lines import record_lines, require_past, subjects_reached
from governance.ledger.models import ContactRecord
from governance.ledger.points import Point, hold
from governance.ledger.rules import Entry
from wholesale.plumbing.act import Act


@verb(ExecutionClass.RECORD)
@transaction.atomic
def record_scrub(*, points: Collection[Point], checked_at: datetime, evidence: str, act: Act) -> list[ContactRecord]:
    """Record that these numbers were checked against the National Do Not Call List and are not on it. `checked_at` is the
    date of the list's version. Ten thousand numbers take as few statements as one.

    Raises:
        PointMissing: no phone number is among the points.
        InTheFuture: `checked_at` is later than now.

    """
    require_past("checked_at", checked_at, act.now)
    reached = subjects_reached(points, Channel.CALL).values()
    return record_lines(
        [(point, Channel.CALL) for point in reached],
        Entry.SCRUB,
        effective_at=checked_at,
        evidence=evidence,
        held=hold(reached, len(reached)),
        act=act,
    )
