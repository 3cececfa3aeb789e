"""Situations of the contact gate, and an oracle: the rules written a second time, as plainly as possible."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

import holidays

from governance.decisions import Decision
from governance.gate.facts import PolicyFacts, Situation
from governance.ledger.rules import LedgerLine
from governance.market.rules import Rules, Window
from governance.organisation.rules import OrganisationFacts, Sender

MINUTE = timedelta(minutes=1)
EVERY_DAY = range(7)
SENDER = Sender("Maple Homes", "1 King Street, Toronto", "416-555-0100")
ALWAYS = (EVERY_DAY, "00:00", "23:59")


def zone(name: str) -> ZoneInfo:
    return ZoneInfo(f"America/{name}")


def window(days: Iterable[int], start: str, end: str) -> Window:
    return Window(frozenset(days), start, end)


def rules(*windows: tuple[Iterable[int], str, str], **changes: Any) -> Rules:
    """Rules with these windows that allow every channel to everybody."""
    given: dict[str, Any] = {"channels": frozenset({"SMS", "CALL", "EMAIL"}), "min_score": Decimal(0), **changes}
    return Rules(tuple(window(*w) for w in windows), **given)


def situation(*windows: tuple[Iterable[int], str, str], **changes: Any) -> Situation:
    """A person in Toronto with no other known facts, under a policy with these windows (by default always open)."""
    given_rules = changes.pop("rules", None) or rules(*(windows or (ALWAYS,)))
    given: dict[str, Any] = {
        "province": "ON",
        "zones": (zone("Toronto"),),
        "standing": Decision(True, "standing"),
        "policy": PolicyFacts("ALL", 1, True, given_rules),
        "organisation": OrganisationFacts(sender=SENDER),
        **changes,
    }
    return Situation(**given)


# The oracle -------------------------------------------------------------------------------------------------------------


def is_calling_hour(weekday: int, hhmm: str) -> bool:
    """CRTC: 09:00 to 21:30 from Monday to Friday, 10:00 to 18:00 on Saturday and Sunday."""
    return "10:00" <= hhmm < "18:00" if weekday in (5, 6) else "09:00" <= hhmm < "21:30"


def has_said_no(lines: tuple[LedgerLine, ...], channel: str, at: datetime) -> bool:
    """Whether an opt-out before then still holds: no lift was recorded after it, dated at the same time or later."""
    told = [one for one in lines if one.effective_at <= at and one.channel in ("", channel)]
    return any(
        one.kind in ("OPT_OUT", "DO_NOT_CALL")
        and not any(later.kind == "LIFT" and later.effective_at >= one.effective_at for later in told[n:])
        for n, one in enumerate(told)
    )


def waits_for_a_decision(lines: tuple[LedgerLine, ...], at: datetime) -> bool:
    """Whether more messages arrived than were decided. A decision needs a message that had arrived."""
    waiting: list[LedgerLine] = []
    for one in lines:
        if one.kind == "HOLD" and one.effective_at <= at:
            waiting.append(one)
        if one.kind == "RELEASE" and one.effective_at <= at and waiting:
            waiting.pop()
    return bool(waiting)


def is_left_alone(given: Situation, channel: str, at: datetime) -> bool:
    """Whether an opt-out or a hold of the number, the address or the lead itself forbids contact."""
    return any(
        has_said_no(lines, channel, at) or waits_for_a_decision(lines, at)
        for lines in (given.ledger or (), given.of_person or ())
    )


def is_rested(given: Situation, at: datetime) -> bool:
    """Whether the last contact is long enough ago, or in the future."""
    return given.contacted_at is None or not given.contacted_at <= at < given.contacted_at + given.gap


def waits_after_a_call(given: Situation, channel: str, at: datetime) -> bool:
    """Whether BC's rule, if the policy enables it, forbids a call: 30 days after an answered one, without permission."""
    if channel != "CALL" or given.policy is None or not given.policy.rules.one_call_in_30_days:
        return False
    agreed = any(
        line.kind == "CONSENT" and line.basis == "EXPRESS" and line.channel in ("", "CALL") and line.effective_at <= at
        for line in given.ledger or ()
        if line.expires_at is None or at < line.expires_at
    )
    answered_at = given.answered_at
    return answered_at is not None and timedelta() <= at - answered_at < timedelta(days=30) and not agreed


def is_allowed(given: Situation, channel: str, at: datetime) -> bool:
    """Whether law, policy and person all allow the contact."""
    assert given.policy is not None
    is_usable = given.policy.enabled and channel in given.policy.rules.channels
    return (
        is_usable
        and not given.is_closed
        and not given.is_wrong
        and is_open(given, channel, at)
        and is_permitted_on_file(given, channel, at)
        and is_rested(given, at)
        and not waits_after_a_call(given, channel, at)
    )


def is_proven(given: Situation, channel: str, at: datetime) -> bool:
    """Whether every required proof is on file."""
    if given.ledger is None:
        return True
    lines = [line for line in given.ledger if line.effective_at <= at]
    organisation = given.organisation
    if channel != "CALL" and organisation.identity == "enforce" and not all(organisation.sender):
        return False
    strictness = organisation.scrub if channel == "CALL" else organisation.consent
    if strictness == "warn":
        return True
    consented = any(is_ground(given, n, channel, at) for n in range(len(given.ledger)))
    if channel != "CALL":
        return consented or needs_none(given, lines, channel)
    scrubbed = any(line.kind == "SCRUB" and at - line.effective_at <= timedelta(days=31) for line in lines)
    if not _is_registered(given.organisation, at):
        return False
    return consented or given.role == "BUSINESS" or (scrubbed and _is_by(given.subscribed_until, at))


def is_ground(given: Situation, n: int, channel: str, at: datetime) -> bool:
    """Whether the n-th line of the ledger is a ground to contact a lead in this role."""
    ledger = given.ledger or ()
    line = ledger[n]
    if line.kind != "CONSENT" or line.channel not in ("", channel) or line.effective_at > at:
        return False
    if line.basis in ("PUBLICATION", "DISCLOSED"):
        return channel != "CALL" and given.role == "BUSINESS"
    if line.basis == "REFERRAL":
        used = [one.effective_at for one in ledger if one.kind == "USED" and one.effective_at <= at]
        return channel != "CALL" and all(sent_at < line.effective_at for sent_at in used)
    if line.basis == "CONTRACT":
        ends = [one for one in ledger[n + 1 :] if one.kind == "ENDED" and one.channel in ("", channel)]
        own = [end for end in ends if line.effective_at < end.effective_at + timedelta(days=1)]
        return all(end.expires_at is not None and at < end.expires_at for end in own)
    return line.expires_at is None or at < line.expires_at


def needs_none(given: Situation, lines: list[LedgerLine], channel: str) -> bool:
    """Whether the purpose of a message needs no consent, by the lines that count at that time."""
    related = [line for line in lines if line.kind == "CONSENT" and line.channel in ("", channel)]
    return {
        "PROSPECT": False,
        "REPLY": True,
        "REQUESTED": any(line.basis in ("PURCHASE_BY_LEAD", "CONTRACT", "INQUIRY") for line in related),
        "BUSINESS_INQUIRY": given.role == "BUSINESS",
    }[given.purpose]


def _is_registered(organisation: OrganisationFacts, at: datetime) -> bool:
    return bool(organisation.registration_number) and _is_by(organisation.registration_expires_on, at)


def _is_by(last_day: date | None, at: datetime) -> bool:
    """Whether an instant is before the end of a day in UTC."""
    return last_day is not None and at <= datetime.combine(last_day, time.max, UTC)


def is_legal(given: Situation, channel: str, at: datetime) -> bool:
    """Whether the law allows the contact in each zone."""
    in_hours = all(channel != "CALL" or is_calling_hour(*clock(at, z)[1:]) for z in given.zones)
    return in_hours and is_permitted_on_file(given, channel, at)


def is_permitted_on_file(given: Situation, channel: str, at: datetime) -> bool:
    """Whether nothing on file about the person forbids the contact."""
    return is_proven(given, channel, at) and not is_left_alone(given, channel, at)


def is_open(given: Situation, channel: str, at: datetime) -> bool:
    """Whether the hours of law and policy are open in each zone."""
    return bool(given.zones) and all(_is_open_there(given, channel, *clock(at, z)) for z in given.zones)


def _is_open_there(given: Situation, channel: str, day: date, weekday: int, hhmm: str) -> bool:
    assert given.policy is not None
    policy = given.policy.rules
    is_holiday = day in _holidays(given.province, day.year)
    holiday = policy.holidays
    if channel == "CALL":
        holiday = policy.call_holidays or ("closed" if given.province == "BC" else policy.holidays)
    if day in given.closed_days or (holiday == "closed" and is_holiday):
        return False
    if channel == "CALL" and not is_calling_hour(weekday, hhmm):
        return False
    if holiday == "weekend_hours" and is_holiday and weekday < 5:
        weekday = 5
    windows = policy.channel_windows.get(channel, policy.windows)
    return any(weekday in w.days and w.start <= hhmm <= w.end for w in windows)


@cache
def _holidays(province: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("CA", subdiv=province, years=year))


def clock(at: datetime, z: ZoneInfo) -> tuple[date, int, str]:
    """The local date and time."""
    return _clocks(z, at.date())[at.hour * 60 + at.minute]


@lru_cache(maxsize=4096)
def _clocks(z: ZoneInfo, day: date) -> list[tuple[date, int, str]]:
    """The local times of each minute of a UTC day, cached because searches repeat them."""
    midnight = datetime.combine(day, time(), UTC)
    local = [(midnight + n * MINUTE).astimezone(z) for n in range(24 * 60)]
    return [(shown.date(), shown.weekday(), f"{shown.hour:02}:{shown.minute:02}") for shown in local]


def by_search(given: Situation, channel: str, after: datetime, span: timedelta) -> datetime | None:
    """The first permitted instant at or after `after`, searched minute by minute, or None within the span."""
    at, end = after, after + span
    while at <= end:
        rested = is_rested(given, at) and not waits_after_a_call(given, channel, at)
        if is_open(given, channel, at) and is_permitted_on_file(given, channel, at) and rested:
            return at
        at = at.replace(second=0, microsecond=0) + MINUTE
    return None


def line(kind: str, effective_at: datetime, channel: str = "", **more: Any) -> LedgerLine:
    return LedgerLine(kind, channel, effective_at, **more)
