"""The minutes at which the calendar permits a channel in a place. The calendar is made of the policy's windows, the
holidays, the operator's closed days and the legal hours. Pure functions."""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from governance.channels import Channel
from governance.clocks.calling_hours import LegalHours
from governance.clocks.holidays import is_holiday
from governance.gate.facts import Situation
from governance.gate.reasons import Reason
from governance.market.rules import HolidayRule, Window

MINUTES_OF_A_DAY = 24 * 60


class Timetable(NamedTuple):
    """The local minutes of each day at which a channel may be used in a province."""

    province: str
    windows: tuple[Window, ...] | None  # None without a policy: `refusals` names no window, and `minutes` permits none
    holidays: str  # a HolidayRule
    closed_days: frozenset[date]
    legal: LegalHours | None  # None where the law sets no hours

    def refusals(self, day: date | None, weekday: int, hhmm: str) -> set[Reason]:
        """The reasons that refuse contact at a local minute. If `day` is None, holidays and closed days are ignored."""
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
        """The permitted minutes of a local day as ranges (first, end), counted from 00:00. The end is not included."""
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
        """The weekday whose windows apply: Saturday on a holiday if the policy says WEEKEND. Legal hours ignore holidays."""
        weekday = day.weekday()
        if weekday < 5 and self.holidays == HolidayRule.WEEKEND and is_holiday(self.province, day):
            return 5
        return weekday


def timetable_of(situation: Situation, channel: str) -> Timetable:
    """The timetable of a channel in a situation: when windows, holidays, closed days and the legal hours permit it."""
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
    """Join stretches (start, end) that touch or overlap. Stretches are given in order; the end is not part of a stretch."""
    found: list[tuple[At, At]] = []
    for start, end in stretches:
        if found and start <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], end)
        else:
            found.append((start, end))
    return found


_MINUTE = timedelta(minutes=1)
_DAYS_MAX = 400  # a calendar in memory keeps at most this many days
Stretch = tuple[datetime, datetime]  # start and end (UTC); the end is not included


class Calendar:
    """The times that a timetable permits in several time zones at once. Each UTC day is computed once and kept."""

    def __init__(self, timetable: Timetable, zones: tuple[ZoneInfo, ...]) -> None:
        self.timetable = timetable
        self.zones = zones
        self.is_never_open = not zones or not timetable.windows  # the zone is not known, or there is no window
        self._days: dict[int, list[Stretch]] = {}

    def within(self, start: datetime, end: datetime) -> Iterator[Stretch]:
        """The permitted stretches between two instants, in order. Stretches of neighbouring days are not joined."""
        if self.is_never_open:
            return
        for day in range(start.toordinal(), end.toordinal() + 1):
            for opens, ends in self._on(day):
                if ends > start and opens < end:
                    yield max(opens, start), min(ends, end)

    def _on(self, day: int) -> list[Stretch]:
        """The permitted stretches of one UTC day. The day is given by its ordinal number (`date.toordinal`)."""
        found = self._days.get(day)
        if found is None:
            if len(self._days) >= _DAYS_MAX:
                self._days.clear()
            found = self._days[day] = self._worked_out(day)
        return found

    def _worked_out(self, day: int) -> list[Stretch]:
        common = [(0, MINUTES_OF_A_DAY)]
        for zone in self.zones:
            common = _common(common, self._minutes_in(zone, day))
        midnight = _midnight(day)
        return [(midnight + start * _MINUTE, midnight + end * _MINUTE) for start, end in common]

    def _minutes_in(self, zone: ZoneInfo, day: int) -> list[tuple[int, int]]:
        """The minutes of one UTC day that are permitted in one zone, as ranges counted from midnight UTC."""
        offset = _offset(zone, day)
        if offset is None:
            return self._minute_by_minute(zone, day)
        found = []
        first = offset // MINUTES_OF_A_DAY  # the first local day that this day of UTC touches, relative to it
        for local in range(first, (offset + MINUTES_OF_A_DAY - 1) // MINUTES_OF_A_DAY + 1):
            shift = local * MINUTES_OF_A_DAY - offset
            for start, end in self.timetable.minutes(date.fromordinal(day + local)):
                if start + shift < MINUTES_OF_A_DAY and end + shift > 0:
                    found.append((max(start + shift, 0), min(end + shift, MINUTES_OF_A_DAY)))
        return found

    def _minute_by_minute(self, zone: ZoneInfo, day: int) -> list[tuple[int, int]]:
        """Like `_minutes_in`, for a day on which the zone's clock changes: each minute is checked separately."""
        midnight = _midnight(day)
        permitted: dict[date, list[tuple[int, int]]] = {}
        found = []
        for minute in range(MINUTES_OF_A_DAY):
            local = (midnight + minute * _MINUTE).astimezone(zone)
            if local.date() not in permitted:
                permitted[local.date()] = self.timetable.minutes(local.date())
            shown = local.hour * 60 + local.minute
            if any(start <= shown < end for start, end in permitted[local.date()]):
                found.append((minute, minute + 1))
        return merged(found)


@lru_cache(maxsize=1024)
def _calendar(timetable: Timetable, zones: tuple[ZoneInfo, ...]) -> Calendar:
    return Calendar(timetable, zones)


def calendar_of(situation: Situation, channel: str) -> Calendar:
    """The calendar of a channel in a situation. Situations with the same timetable and zones share one calendar."""
    return _calendar(timetable_of(situation, channel), situation.zones)


@lru_cache(maxsize=4096)
def _offset(zone: ZoneInfo, day: int) -> int | None:
    """The zone's offset from UTC on a UTC day, in minutes. None if it changes on that day or is no whole minute."""
    midnight = _midnight(day)
    offsets = {at.astimezone(zone).utcoffset() for at in (midnight, midnight + timedelta(days=1) - datetime.resolution)}
    minutes, odd = divmod(offsets.pop() or timedelta(), _MINUTE)
    return None if offsets or odd else minutes


def _midnight(day: int) -> datetime:
    return datetime.combine(date.fromordinal(day), datetime.min.time(), UTC)


def _common(some: list[tuple[int, int]], others: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ranges of minutes that are in both lists. Each list is in order, and its ranges do not overlap."""
    shared = [(max(a, c), min(b, d)) for a, b in some for c, d in others]
    return [(start, end) for start, end in shared if start < end]
