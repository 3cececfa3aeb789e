"""The due list: what may be done now, with what the gate says of it.

Of the steps of a ladder that may be done now only the lowest is listed and claimed: the next one may be done a while after
the contact that has not happened yet.
"""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.contrib.auth.models import User
from django.utils import timezone

from followups.tasks.due import reading
from followups.tasks.due.readers import reader_of
from followups.tasks.due.reading import Candidate
from governance import gate
from governance.decisions import ExecutionClass, verb

DUE_LIMIT, DUE_LIMIT_MAX = 50, 500
# Read beyond the limit: so many tasks that the gate refuses may stand before the permitted ones, while the stored intervals
# are behind. A list of fewer than the limit may then have more behind it; the worker's recomputing mends it.
SPARE = 50
EARLIER_STEP_FIRST = "earlier_step_first"  # what stands in the way where the gate sees nothing


class DueTask(NamedTuple):
    """A due task, with what the contact gate says of it now. Times are UTC but for `local_time`."""

    id: int
    lead_id: str | None
    due_at: datetime
    channel: str
    step: int
    owner: str | None
    province: str
    market: str
    actionable_at: datetime | None  # the first permitted minute at or after due_at
    open_until: datetime | None  # the last instant of the permitted interval that contains now, or of the next, as stored
    leased_by: str | None  # who holds a live claim
    leased_until: datetime | None
    local_time: str | None  # the lead's clock: ISO 8601 with its offset; None where nobody knows where it lives
    timezone: str | None  # the IANA name of that clock's zone
    allowed: bool
    reason: str  # `within_window`, else what stands in the way first
    next_allowed_at: datetime | None  # where only time stands in the way


@verb(ExecutionClass.EXECUTE)
def due_tasks(
    limit: int = DUE_LIMIT,
    *,
    owner: str | None = None,
    province: str | None = None,
    market: str | None = None,
    channel: str | None = None,
    include_blocked: bool = False,
    user: User | None = None,
    now: datetime | None = None,
) -> list[DueTask]:
    """The tasks that are due and permitted now, the oldest first; those under somebody's lease too, with its holder. Of one
    ladder only the first that may be done.

    The stored intervals choose them, then the gate is asked of each and what it refuses is left out: an interval may be
    behind, the gate never. `include_blocked` lists all that is due, each with what stands in the way. An agent as `user` is
    listed what it reads (`followups.scopes`). It writes nothing, so it reads the go-live row without a lock.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.

    """
    gate.require(ExecutionClass.EXECUTE)
    now = now or timezone.now()
    filters = {"owner": owner, "province": province, "market": market, "channel": channel}
    reader = reader_of(user)
    if include_blocked:
        found = reading.due(now, limit, filters, reader=reader)
    else:
        found = reading.permitted(now, limit + SPARE, filters, reader=reader)
    pairs = with_answers(found, now)
    if not include_blocked:
        pairs = [pair for pair in pairs if pair[1].verdict.allowed][:limit]
    return [due_task(candidate, answer) for candidate, answer in pairs]


def with_answers(found: Sequence[Candidate], now: datetime) -> list[tuple[Candidate, gate.ContactAnswer]]:
    """Each with what the gate says of it now, in a constant number of queries; in none where there is none."""
    answers = gate.decide_contacts([candidate.contact for candidate in found], at=now) if found else []
    return list(zip(found, answers, strict=True))


def due_task(candidate: Candidate, answer: gate.ContactAnswer) -> DueTask:
    """The task with the gate's answer; of the lease no more than is live at the instant that was asked about."""
    is_leased = candidate.leased_until is not None and candidate.leased_until > answer.at
    verdict, zone = answer.verdict, answer.verdict.zone
    return DueTask(
        *candidate[:10],
        *((candidate.leased_by, candidate.leased_until) if is_leased else (None, None)),
        _clock(answer.at, zone) if zone else None,
        zone.key if zone else None,
        verdict.allowed and not candidate.waits,
        EARLIER_STEP_FIRST if verdict.allowed and candidate.waits else verdict.code,
        verdict.next_allowed_at,
    )


@lru_cache(maxsize=128)
def _clock(at: datetime, zone: ZoneInfo) -> str:
    """What a clock in the zone shows: the same to all who live there."""
    return at.astimezone(zone).isoformat(timespec="seconds")
