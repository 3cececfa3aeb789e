"""The local minutes of a day at which a channel may be used, as far as time alone decides it."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import NamedTuple, TypeVar

from governance.channels import Channel
from governance.compliance.holidays import is_holiday
from governance.compliance.rules import (
    LegalHours,
)
from governance.gate.facts import Situation
from governance.gate.reasons import Reason
from governance.market.rules import HolidayRule, Window

MINUTES_OF_A_DAY = 24 * 60


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
