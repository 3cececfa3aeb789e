"""The minutes at which contact is permitted: the calendar permits them, and no obstacle refuses.

The next permitted instant and the permitted interval are found in the same way. Pure functions.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from governance.gate.calendar import Stretch, calendar_of, merged
from governance.gate.facts import Situation
from governance.gate.obstacles import lasting, turning_points

HORIZON = timedelta(days=30)  # how far ahead a permitted minute is looked for
INTERVAL_MAX = timedelta(hours=24)  # how far an interval reaches; a stored one that is not renewed ends
Interval = tuple[datetime, datetime]  # both ends are included


class Permission:
    """When contact by a channel is permitted in a situation."""

    def __init__(self, situation: Situation, channel: str) -> None:
        self._situation = situation
        self._channel = channel
        self._calendar = calendar_of(situation, channel)
        self._again_from = situation.again_from(channel)
        self._turns = turning_points(situation, channel)
        self._refused: dict[int, bool] = {}  # by the number of turns passed: between two turns it stays the same

    def next_at(self, after: datetime) -> datetime | None:
        """The first permitted instant at or after `after`. None if there is none within the horizon (`_horizon`)."""
        return next((opens for opens, _ in self._within(after, self._horizon(after) + datetime.resolution)), None)

    def passed(self, since: datetime, span: timedelta) -> datetime | None:
        """The instant at which `span` of permitted time has passed since `since`. None if beyond the horizon."""
        for opens, ends in self._within(since, self._horizon(since)):
            if ends - opens >= span:
                return opens + span
            span -= ends - opens
        return None

    def _horizon(self, after: datetime) -> datetime:
        """How far to search: 30 days from `after`, or from the end of the wait after an answered call if that is later."""
        return max(after, self._again_from or after) + HORIZON

    def interval(self, at: datetime) -> Interval | None:
        """The permitted interval that contains `at`, else the next interval. None if there is none within the horizon.

        The end is the last permitted instant, a microsecond before the first forbidden one. The interval begins
        at most 24 hours before `at`. It ends at most 24 hours after `at`, or after its own beginning if that is later.
        """
        first = self.next_at(at)
        if first is None:
            return None
        start = first - INTERVAL_MAX if first == at else first
        stretches = merged(self._within(start, first + INTERVAL_MAX + datetime.resolution))
        opens, ends = next((opens, ends) for opens, ends in stretches if ends > first)
        return opens, ends - datetime.resolution

    def _within(self, start: datetime, end: datetime) -> Iterator[Stretch]:
        """The permitted stretches between two instants, in order. Stretches may touch: they are not joined."""
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
        """Whether contact is refused at this instant and no later turning point can change that."""
        n = bisect_right(self._turns, at)
        return n == len(self._turns) and self._is_refused_after(n, at)

    def _is_refused_after(self, n: int, at: datetime) -> bool:
        """Whether an obstacle refuses contact between turning point `n` and the next. `at` is any instant in between."""
        if n not in self._refused:
            self._refused[n] = bool(lasting(self._situation, self._channel, at)[0])
        return self._refused[n]


def next_allowed_at(situation: Situation, channel: str, after: datetime) -> datetime | None:
    """The first permitted instant at or after `after`. None if there is none within 30 days. The 30 days begin at `after`,
    or when the number may be called again after an answered call, if that is later."""
    return Permission(situation, channel).next_at(after.astimezone(UTC))
