"""The due list: the tasks that may be done now, with the gate's answer about each.

If several steps of a ladder may be done now, only the lowest is listed and claimed. The next one has to wait for a while
after that contact, which has not happened yet.
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
# The gate may refuse tasks while their stored intervals are out of date. Then so many are read beyond the limit. If it
# refuses more, the list is shorter than it should be, until the worker has recomputed the intervals.
SPARE = 50
EARLIER_STEP_FIRST = "earlier_step_first"  # the reason against a task that the gate itself allows


class DueTask(NamedTuple):
    """A due task, with the gate's answer about it now. All times but `local_time` are UTC. The first are `reading.SHOWN`."""

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
    local_time: str | None  # the lead's clock: ISO 8601 with its offset; None if its zone is unknown
    timezone: str | None  # the IANA name of that clock's zone
    allowed: bool
    reason: str  # the first refusal reason, or `within_window`
    next_allowed_at: datetime | None  # if only the time forbids the contact


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
    """Return the tasks that are due and permitted now, the oldest first, also leased ones, with the claimant's name. A
    ladder gives only its first permitted step.

    The stored intervals choose the tasks. Then the gate is asked about each, because an interval may be out of date, and
    refused tasks are left out. `include_blocked` lists all due tasks, each with the first reason against it. An agent as
    `user` gets what it may read (`followups.scopes`). Nothing is written, so the go-live row is read without a lock.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: nothing may act now.

    """
    now = now or timezone.now()
    filters = {"owner": owner, "province": province, "market": market, "channel": channel}
    reader = reader_of(user)
    if include_blocked:
        pairs = _asked(reading.due(now, limit, filters, reader=reader), now)
        return [due_task(*pair) for pair in pairs]
    for most in (limit, limit + SPARE):
        found = reading.permitted(now, most, filters, reader=reader)
        allowed = [pair for pair in _asked(found, now) if pair[1].verdict.allowed]
        if len(allowed) >= limit or len(found) < most:
            break
    return [due_task(*pair) for pair in allowed[:limit]]


def _asked(found: Sequence[Candidate], now: datetime) -> list[tuple[Candidate, gate.ContactAnswer]]:
    """Do what `with_answers` does, and refuse if nothing may act now. One query reads both."""
    facts = gate.read_facts(gate.subjects_of(candidate.contact for candidate in found))
    gate.require_standing(ExecutionClass.EXECUTE, engaged=facts.engaged, live=facts.live)
    return with_answers(found, now, facts)


def with_answers(
    found: Sequence[Candidate], now: datetime, facts: gate.GateFacts | None = None
) -> list[tuple[Candidate, gate.ContactAnswer]]:
    """Pair each candidate with the gate's answer now, in one query; in none if there is no candidate or facts are given."""
    answers = gate.decide_contacts([candidate.contact for candidate in found], at=now, facts=facts)
    return list(zip(found, answers, strict=True))


def due_task(candidate: Candidate, answer: gate.ContactAnswer) -> DueTask:
    """Return a candidate as a due task with the gate's answer. A lease that is not live at that time is left out."""
    is_leased = candidate.leased_until is not None and candidate.leased_until > answer.at
    verdict, zone = answer.verdict, answer.verdict.zone
    return DueTask._make(
        (
            *candidate.shown,
            *((candidate.leased_by, candidate.leased_until) if is_leased else (None, None)),
            _clock(answer.at, zone) if zone else None,
            zone.key if zone else None,
            verdict.allowed and not candidate.waits,
            EARLIER_STEP_FIRST if verdict.allowed and candidate.waits else verdict.code,
            verdict.next_allowed_at,
        )
    )


@lru_cache(maxsize=128)
def _clock(at: datetime, zone: ZoneInfo) -> str:
    """Return what a clock in the zone shows, in ISO 8601. The text is cached, because it is the same for all leads there."""
    return at.astimezone(zone).isoformat(timespec="seconds")
