"""The minutes at which contact is permitted: a calendar of a place and channel, cut where what lasts stands in the way.

One way to find them serves both questions, the next permitted instant and the permitted interval. Pure, as `contact` is.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from governance.ledger.rules import CALL_AGAIN_AFTER
from governance.situation import MINUTES_OF_A_DAY, Situation, Timetable, lasting, merged, timetable_of, turning_points

HORIZON = timedelta(days=30)  # how far ahead a permitted minute is looked for
HORIZON_MAX = CALL_AGAIN_AFTER + HORIZON  # where a second call to a number must wait first
INTERVAL_MAX = timedelta(hours=24)  # of an interval before and after its instant: who stops renewing it stops acting
_MINUTE = timedelta(minutes=1)
_EPOCH = date(1970, 1, 1).toordinal()  # any day would do
_DAYS_MAX = 400  # of a calendar in memory

Stretch = tuple[datetime, datetime]  # from an instant (UTC) to before another
Interval = tuple[datetime, datetime]  # both ends belong to it


class Calendar:
    """What time alone permits in some zones, all of which must permit it; worked out once for each day of UTC."""

    def __init__(self, timetable: Timetable, zones: tuple[ZoneInfo, ...]) -> None:
        self.timetable = timetable
        self.zones = zones
        self.is_never_open = not zones or not timetable.windows  # nobody knows where, or no window at all
        self._days: dict[int, list[Stretch]] = {}

    def within(self, start: datetime, end: datetime) -> Iterator[Stretch]:
        """The stretches between two instants, in order; those of two days may touch."""
        if self.is_never_open:
            return
        for day in range(start.toordinal(), end.toordinal() + 1):
            for opens, ends in self._on(day):
                if ends > start and opens < end:
                    yield max(opens, start), min(ends, end)

    def _on(self, day: int) -> list[Stretch]:
        """The stretches of a day of UTC, given by its ordinal."""
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
        """What one zone permits of a day of UTC, in minutes from its midnight."""
        offset = _offset(zone, day)
        if offset is None:
            return self._minute_by_minute(zone, day)
        found = []
        first = offset // MINUTES_OF_A_DAY  # the local days that this day touches, counted from it
        for local in range(first, (offset + MINUTES_OF_A_DAY - 1) // MINUTES_OF_A_DAY + 1):
            shift = local * MINUTES_OF_A_DAY - offset
            for start, end in self.timetable.minutes(date.fromordinal(day + local)):
                if start + shift < MINUTES_OF_A_DAY and end + shift > 0:
                    found.append((max(start + shift, 0), min(end + shift, MINUTES_OF_A_DAY)))
        return found

    def _minute_by_minute(self, zone: ZoneInfo, day: int) -> list[tuple[int, int]]:
        """The same for a day on which the clock changes: each minute is asked, so that none is skipped or doubled."""
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
    """The calendar of a place and channel, which all who are in the same one share."""
    return _calendar(timetable_of(situation, channel), situation.zones)


class Permission:
    """When contact is allowed in a situation by a channel."""

    def __init__(self, situation: Situation, channel: str) -> None:
        self._situation = situation
        self._channel = channel
        self._calendar = calendar_of(situation, channel)
        self._again_from = situation.again_from(channel)
        self._turns = turning_points(situation, channel)
        self._refused: dict[int, bool] = {}  # after so many turns: between two of them what lasts is the same

    def next_at(self, after: datetime) -> datetime | None:
        """As `next_allowed_at`."""
        return next((opens for opens, _ in self._within(after, self._horizon(after) + datetime.resolution)), None)

    def passed(self, since: datetime, span: timedelta) -> datetime | None:
        """The instant at which so much permitted time has passed since another, or None within the horizon."""
        for opens, ends in self._within(since, self._horizon(since)):
            if ends - opens >= span:
                return opens + span
            span -= ends - opens
        return None

    def _horizon(self, after: datetime) -> datetime:
        """30 days from an instant; where a second call must wait, 30 days from the end of that wait."""
        return max(after, self._again_from or after) + HORIZON

    def interval(self, at: datetime) -> Interval | None:
        """As `permitted_interval`."""
        first = self.next_at(at)
        if first is None:
            return None
        start = first - INTERVAL_MAX if first == at else first
        stretches = merged(self._within(start, first + INTERVAL_MAX + datetime.resolution))
        opens, ends = next((opens, ends) for opens, ends in stretches if ends > first)
        return opens, ends - datetime.resolution

    def _within(self, start: datetime, end: datetime) -> Iterator[Stretch]:
        """The stretches between two instants in which contact is allowed, in order; two may touch."""
        if self._is_refused_from(start):
            return
        for opens, ends in self._calendar.within(start, end):
            at = opens
            while at < ends:
                n = bisect_right(self._turns, at)
                turn = min(self._turns[n], ends) if n < len(self._turns) else ends
                if not self._is_refused_after(n, at):
                    yield at, turn
                at = turn

    def _is_refused_from(self, at: datetime) -> bool:
        """Whether what refuses at an instant lasts for ever: no turn is ahead."""
        n = bisect_right(self._turns, at)
        return n == len(self._turns) and self._is_refused_after(n, at)

    def _is_refused_after(self, n: int, at: datetime) -> bool:
        """Whether something lasting refuses after so many turns, of which `at` is one instant."""
        if n not in self._refused:
            self._refused[n] = bool(lasting(self._situation, self._channel, at)[0])
        return self._refused[n]


def next_allowed_at(situation: Situation, channel: str, after: datetime) -> datetime | None:
    """The first instant at or after another at which contact is allowed, `after` itself perhaps, or None within 30 days of
    it, or of the end of the wait for a second call."""
    return Permission(situation, channel).next_at(after.astimezone(UTC))


def permitted_interval(situation: Situation, channel: str, at: datetime) -> Interval | None:
    """The interval in which contact is allowed that contains an instant, else the next within the same horizon, else None.

    Its last instant is a microsecond before the first that is forbidden. It is cut at 24 hours after `at` or its own
    beginning, whichever is later, and at 24 hours before `at`.
    """
    return Permission(situation, channel).interval(at.astimezone(UTC))


@lru_cache(maxsize=4096)
def _offset(zone: ZoneInfo, day: int) -> int | None:
    """What a zone's clocks are ahead of UTC on a day of UTC, in minutes; None where they change, or show odd seconds."""
    midnight = _midnight(day)
    offsets = {at.astimezone(zone).utcoffset() for at in (midnight, midnight + timedelta(days=1) - datetime.resolution)}
    minutes, odd = divmod(offsets.pop() or timedelta(), _MINUTE)
    return None if offsets or odd else minutes


def _midnight(day: int) -> datetime:
    return datetime.combine(date.fromordinal(day), datetime.min.time(), UTC)


def _common(some: list[tuple[int, int]], others: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """What two lists of stretches share. In each they come in order; none overlaps another."""
    shared = [(max(a, c), min(b, d)) for a, b in some for c, d in others]
    return [(start, end) for start, end in shared if start < end]
