"""What a contact depends on as plain values, and what of it stands in the way: for good, or at this minute.

`gate` loads the values; nothing here reads a clock or a database.
"""

from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from governance.channels import Channel
from governance.clocks.calling_hours import CALLING_HOURS, LegalHours
from governance.clocks.holidays import is_holiday
from governance.decisions import Decision
from governance.grounds import Purpose, Role
from governance.ledger.rules import (
    CALL_AGAIN_AFTER,
    SCRUB_VALID,
    Entry,
    LedgerLine,
    Validity,
    consent,
    has_relationship,
    is_exempt,
    is_held,
    may_call_again,
    opted_out,
    scrub,
)
from governance.market.rules import HolidayRule, Rules, Window
from governance.organisation.rules import OrganisationFacts, Strictness
from governance.reasons import Reason

MINUTES_OF_A_DAY = 24 * 60
NO_GAP = timedelta()


@dataclass(frozen=True, slots=True)
class PolicyFacts:
    """The market policy that governs."""

    matched_market: str
    version: int
    enabled: bool
    rules: Rules


@dataclass(frozen=True, slots=True)
class Situation:
    """All that the answer depends on, beside the channel and the time."""

    province: str
    zones: tuple[ZoneInfo, ...]  # in which the lead may live; contact must be allowed in each
    standing: Decision  # what the go-live row says
    policy: PolicyFacts | None
    organisation: OrganisationFacts
    closed_days: frozenset[date] = frozenset()  # the operator's own, in this province
    lead_score: Decimal | None = None
    ledger: tuple[LedgerLine, ...] | None = None  # of the number or address; None for an unknown lead: no consent is asked
    of_lead: tuple[LedgerLine, ...] | None = None  # of the lead as such; None where the question names no lead
    is_closed: bool = False  # the lead's status is CLOSED or DEAD
    is_wrong: bool = False  # the number or address is somebody else's
    contacted_at: datetime | None = None  # the last recorded contact of this person
    gap: timedelta = NO_GAP  # at least so long after it comes the next
    answered_at: datetime | None = None  # the last call to this number that was answered
    subscribed_until: date | None = None  # the last day of the subscription for its area code; None: there is none
    role: str = Role.HOMEOWNER.value  # in which the lead is spoken to
    purpose: str = Purpose.PROSPECT.value  # of the message; a REPLY is bound to the message that it answers
    hours: LegalHours = CALLING_HOURS

    @property
    def subjects(self) -> tuple[tuple[LedgerLine, ...], ...]:
        """The lines of each subject that the contact touches. A lift at one subject takes nothing back at another."""
        return self.ledger or (), self.of_lead or ()

    def again_from(self, channel: str) -> datetime | None:
        """When the wait after an answered call is over; None where nobody has to wait."""
        if channel != Channel.CALL or self.answered_at is None:
            return None
        policy = self.policy
        return self.answered_at + CALL_AGAIN_AFTER if policy and policy.rules.one_call_in_30_days else None


# What lasts -------------------------------------------------------------------------------------------------------------


def lasting(situation: Situation, channel: str, at: datetime) -> tuple[set[Reason], set[Reason]]:
    """What no later minute mends, and what would refuse too if it were enforced."""
    reasons: set[Reason] = set()
    warnings: set[Reason] = set()
    if not situation.standing.allowed:
        reasons.add(Reason(situation.standing.code))
    policy = situation.policy
    if policy is None:
        reasons.add(Reason.NO_POLICY)
    else:
        if not policy.enabled:
            reasons.add(Reason.POLICY_DISABLED)
        if channel not in policy.rules.channels:
            reasons.add(Reason.CHANNEL_NOT_ALLOWED)
        if is_score_too_low(situation):
            reasons.add(Reason.LEAD_SCORE_BELOW_MINIMUM)
    reasons |= _of_the_person(situation, channel, at)
    if situation.ledger is not None:
        strictness, unproven = _unproven(situation, situation.ledger, channel, at)
        (reasons if strictness == Strictness.ENFORCE else warnings).update(unproven)
        if channel != Channel.CALL and not situation.organisation.is_identified:
            (reasons if situation.organisation.identity == Strictness.ENFORCE else warnings).add(Reason.NOT_IDENTIFIED)
    return reasons, warnings


def is_opted_out(situation: Situation, channel: str, at: datetime) -> bool:
    """Whether the number, the address or the lead as such has said no to this channel by then."""
    return any(opted_out(lines, channel, at) for lines in situation.subjects)


def _of_the_person(situation: Situation, channel: str, at: datetime) -> set[Reason]:
    """What the person itself stands in the way with."""
    reasons = set()
    names_somebody = situation.ledger is not None or situation.of_lead is not None
    if names_somebody and not situation.organisation.is_ledger_readable:
        reasons.add(Reason.LEDGER_UNREADABLE)
    if is_opted_out(situation, channel, at):
        reasons.add(Reason.OPTED_OUT)
    if any(is_held(lines, at) for lines in situation.subjects):
        reasons.add(Reason.INBOUND_UNDECIDED)
    if situation.is_closed:
        reasons.add(Reason.LEAD_CLOSED)
    if situation.is_wrong:
        reasons.add(Reason.WRONG_NUMBER)
    # A contact that was recorded for a later instant says nothing of an earlier one.
    if situation.contacted_at and situation.contacted_at <= at < situation.contacted_at + situation.gap:
        reasons.add(Reason.CONTACTED_RECENTLY)
    if _calls_again_too_soon(situation, channel, at):
        reasons.add(Reason.CALL_AGAIN_TOO_SOON)
    return reasons


def _calls_again_too_soon(situation: Situation, channel: str, at: datetime) -> bool:
    over = situation.again_from(channel)
    if over is None or not over - CALL_AGAIN_AFTER <= at < over:
        return False
    return not may_call_again(situation.ledger or (), at)


def is_score_too_low(situation: Situation) -> bool:
    """Whether the lead's score is below what the policy asks for. Of a score nobody knows it is not."""
    policy, score = situation.policy, situation.lead_score
    return policy is not None and score is not None and score < policy.rules.min_score


def _unproven(
    situation: Situation, ledger: tuple[LedgerLine, ...], channel: str, at: datetime
) -> tuple[str, Iterable[Reason]]:
    """What is not on file for the channel, and how strict the organisation is about it."""
    organisation = situation.organisation
    if channel == Channel.CALL:
        unproven = [*_unproven_call(situation, ledger, at), *_unproven_area_code(situation, ledger, at)]
        return organisation.scrub, unproven
    return organisation.consent, _unproven_consent(situation, ledger, channel, at)


def _unproven_consent(situation: Situation, ledger: tuple[LedgerLine, ...], channel: str, at: datetime) -> Iterator[Reason]:
    if situation.purpose != Purpose.PROSPECT and _needs_no_consent(situation, ledger, channel, at):
        return
    standing = consent(ledger, channel, at, situation.role)
    if standing is Validity.MISSING:
        yield Reason.CONSENT_MISSING
    elif standing is Validity.EXPIRED:
        yield Reason.CONSENT_EXPIRED


def _needs_no_consent(situation: Situation, ledger: tuple[LedgerLine, ...], channel: str, at: datetime) -> bool:
    """Whether the purpose lifts the question of consent, and that alone: a reply (SOR/2013-221, 3(b)), what the lead asked
    for (CASL 6(6)), an inquiry about the lead's own business (CASL 6(5)(b))."""
    if situation.purpose == Purpose.REQUESTED:
        return has_relationship(ledger, channel, at)
    if situation.purpose == Purpose.BUSINESS_INQUIRY:
        return situation.role == Role.BUSINESS
    return situation.purpose == Purpose.REPLY


def _unproven_call(situation: Situation, ledger: tuple[LedgerLine, ...], at: datetime) -> Iterator[Reason]:
    if not situation.organisation.registered(at.astimezone(UTC).date()):
        yield Reason.NOT_REGISTERED
    standing = scrub(ledger, at, situation.role)
    if standing is Validity.MISSING:
        yield Reason.SCRUB_MISSING
    elif standing is Validity.EXPIRED:
        yield Reason.SCRUB_EXPIRED


def _unproven_area_code(situation: Situation, ledger: tuple[LedgerLine, ...], at: datetime) -> Iterator[Reason]:
    """A subscription counts through its last day, which ends in UTC. Of an exempt number none is asked for."""
    last_day = situation.subscribed_until
    is_subscribed = last_day is not None and at.astimezone(UTC).date() <= last_day
    if not is_subscribed and not is_exempt(ledger, at, situation.role):
        yield Reason.AREA_CODE_NOT_SUBSCRIBED


def turning_points(situation: Situation, channel: str) -> list[datetime]:
    """The instants, in order, at which what lasts may change: from each on, until the next, it is the same."""
    ledger = situation.ledger or ()
    turns = {line.effective_at for lines in situation.subjects for line in lines}
    turns |= {until for line in ledger if (until := line.counts_until)}
    if situation.contacted_at and situation.gap:
        turns |= {situation.contacted_at, situation.contacted_at + situation.gap}
    over = situation.again_from(channel)
    if over:
        turns |= {over - CALL_AGAIN_AFTER, over}
    if channel == Channel.CALL:
        # 31 days after it a scrub is still in force.
        turns |= {line.effective_at + SCRUB_VALID + datetime.resolution for line in ledger if line.kind == Entry.SCRUB}
        last_days = situation.organisation.registration_expires_on, situation.subscribed_until
        if situation.ledger is not None:
            turns |= {datetime.combine(last_day, time(), UTC) + timedelta(days=1) for last_day in last_days if last_day}
    return sorted(turns)


def what_decides(situation: Situation, channel: str) -> Hashable:
    """All of a situation that `lasting` and `turning_points` look at: whoever has the same may share an answer."""
    return (
        channel,
        situation.standing,
        situation.policy and (situation.policy.enabled, situation.policy.rules.channels),
        is_score_too_low(situation),
        situation.organisation,
        *situation.subjects,
        (situation.ledger is None, situation.of_lead is None),
        (situation.is_closed, situation.is_wrong),
        (situation.contacted_at, situation.gap) if situation.gap else None,
        situation.again_from(channel),
        situation.subscribed_until,
        (situation.role, situation.purpose),
    )


# What passes with time --------------------------------------------------------------------------------------------------


class Timetable(NamedTuple):
    """The local minutes of each day at which a channel may be used in a province."""

    province: str
    windows: (
        tuple[Window, ...] | None
    )  # None where no policy governs: then no window is asked for, and no minute is permitted
    holidays: str  # a HolidayRule
    closed_days: frozenset[date]
    legal: LegalHours | None  # None where the law leaves the hours free

    def refusals(self, day: date | None, weekday: int, hhmm: str) -> set[Reason]:
        """What stands in the way of a local minute. Without its day no holiday is known."""
        reasons = set()
        if self.legal and not self.legal.allow(weekday, hhmm):
            reasons.add(Reason.OUTSIDE_LEGAL_HOURS)
        if day is not None and self._is_closed(day):
            reasons.add(Reason.CLOSED_DAY)
        if self.windows is not None:
            weekday = weekday if day is None else self._weekday_of_windows(day)
            if not any(window.contains(weekday, hhmm) for window in self.windows):
                reasons.add(Reason.OUTSIDE_CONTACT_WINDOW)
        return reasons

    def minutes(self, day: date) -> list[tuple[int, int]]:
        """The minutes of a local day that nothing stands in the way of: from one to before another, counted from 00:00."""
        if self._is_closed(day):
            return []
        first, last = 0, MINUTES_OF_A_DAY
        if self.legal:
            first, last = map(_minute, self.legal.on(day.weekday()))
        weekday = self._weekday_of_windows(day)
        within = [
            (max(_minute(window.start), first), min(_minute(window.end) + 1, last))
            for window in self.windows or ()
            if weekday in window.days
        ]
        return merged(sorted((start, end) for start, end in within if start < end))

    def _is_closed(self, day: date) -> bool:
        return day in self.closed_days or (self.holidays == HolidayRule.CLOSED and is_holiday(self.province, day))

    def _weekday_of_windows(self, day: date) -> int:
        """A holiday may have Saturday's windows. The CRTC's calling hours name no holidays."""
        weekday = day.weekday()
        if weekday < 5 and self.holidays == HolidayRule.WEEKEND and is_holiday(self.province, day):
            return 5
        return weekday


def timetable_of(situation: Situation, channel: str) -> Timetable:
    """When the channel may be used, as far as time alone decides it."""
    policy = situation.policy
    return Timetable(
        situation.province,
        policy.rules.windows_of(channel) if policy else None,
        policy.rules.holidays_of(channel, situation.province) if policy else HolidayRule.NORMAL,
        situation.closed_days,
        situation.hours if channel == Channel.CALL else None,
    )


def _minute(hhmm: str) -> int:
    return int(hhmm[:2]) * 60 + int(hhmm[3:])


At = TypeVar("At", int, datetime)


def merged(stretches: Iterable[tuple[At, At]]) -> list[tuple[At, At]]:
    """Stretches that come in order, each from one point to before another, where those that touch or overlap are one."""
    found: list[tuple[At, At]] = []
    for start, end in stretches:
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found
