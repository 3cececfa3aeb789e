"""Working out the minutes at which contacts are permitted."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from governance.gate.calendar import calendar_of
from governance.gate.facts import Contact, Situation
from governance.gate.governed import InForce
from governance.gate.obstacles import is_opted_out, lasting, what_decides
from governance.gate.permission import Permission
from governance.gate.reading import GateFacts
from governance.gate.reasons import Reason
from governance.gate.situations import read_situations


class Minutes(NamedTuple):
    """When a contact is permitted. `actionable_at` is the first permitted minute at or after its due time. `open_from` and
    `open_until` bound the permitted interval that contains now, else the next interval. All three are None if no minute
    within the horizon (30 days) is permitted."""

    actionable_at: datetime | None
    open_from: datetime | None
    open_until: datetime | None  # the last instant of the interval
    opted_out: bool  # the number, the address or the lead has said no to the channel
    passed: tuple[datetime | None, ...] = ()  # for each span asked about, when it has passed

    def is_open(self, at: datetime) -> bool:
        """Whether the interval contains an instant."""
        return self.open_from is not None and self.open_until is not None and self.open_from <= at <= self.open_until


def permitted_minutes(
    contacts: Sequence[tuple[Contact, datetime]],
    *,
    now: datetime,
    spans: Sequence[tuple[timedelta, ...]] = (),
    facts: GateFacts | None = None,
) -> list[Minutes]:
    """When each contact is permitted, in the same order. Each contact comes with its due time. Takes one query, or none if a
    verb has read the `facts` already.

    `spans` lists spans of time for each contact. `Minutes.passed` says for each span when that much permitted time has
    passed since the due time. Go-live and the kill switch are ignored: they stop all contacts alike.
    """
    different = list(dict.fromkeys(contact for contact, _ in contacts))  # a ladder asks about the same contact several times
    asked = dict(zip(different, asked_about(different, now=now, facts=facts), strict=True))
    if not spans:
        return [asked[contact].minutes(due_at) for contact, due_at in contacts]
    return [asked[contact].minutes(due_at, own) for (contact, due_at), own in zip(contacts, spans, strict=True)]


def asked_about(
    contacts: Sequence[Contact], *, now: datetime, facts: GateFacts | None = None, rules: InForce | None = None
) -> list["Asked"]:
    """An `Asked` for each contact, in order. One query, or none if a verb has read the `facts` already. Go-live and the kill
    switch are ignored. `rules` are the rules that govern contact (default: those in force)."""
    shared: dict[Any, Asked] = {}
    found = []
    for contact, _, situation in read_situations(contacts, now, standing_counts=False, facts=facts, rules=rules):
        same = calendar_of(situation, contact.channel), what_decides(situation, contact.channel)
        if same not in shared:
            shared[same] = Asked(situation, contact.channel, now)
        found.append(shared[same])
    return found


class Asked:
    """Computes from what is on file now when contact is permitted in a situation. Each due time is computed once."""

    def __init__(self, situation: Situation, channel: str, now: datetime) -> None:
        self._permission = Permission(situation, channel)
        self._interval = self._permission.interval(now)
        self._opted_out = is_opted_out(situation, channel, now)
        self._known: dict[tuple[datetime, tuple[timedelta, ...]], Minutes] = {}
        self._now = situation, channel, now

    @cached_property
    def refusals(self) -> frozenset[Reason]:
        """Reasons that refuse contact now, without those of the calendar (windows, holidays, closed days, legal hours)."""
        reasons, _ = lasting(*self._now)
        return frozenset(reasons)

    def minutes(self, due_at: datetime, spans: tuple[timedelta, ...] = ()) -> Minutes:
        found = self._known.get((due_at, spans))
        if found is None:
            found = self._known[due_at, spans] = self._worked_out(due_at, spans)
        return found

    def _worked_out(self, due_at: datetime, spans: tuple[timedelta, ...]) -> Minutes:
        open_from, open_until = self._interval or (None, None)
        is_open_then = self._interval is not None and self._interval[0] <= due_at <= self._interval[1]
        actionable_at = due_at if is_open_then else self._permission.next_at(due_at)
        passed = tuple(self._permission.passed(due_at, span) for span in spans)
        return Minutes(actionable_at, open_from, open_until, self._opted_out, passed)
