"""The minutes at which contact is permitted: a calendar of a place and channel, cut where obstacles stand.

One way to find them serves both questions, the next permitted instant and the permitted interval. Pure.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from governance.gate.calendar import Stretch, calendar_of, merged
from governance.gate.facts import Situation
from governance.gate.obstacles import lasting, turning_points
from governance.ledger.rules import CALL_AGAIN_AFTER

HORIZON = timedelta(days=30)  # how far ahead a permitted minute is looked for
HORIZON_MAX = CALL_AGAIN_AFTER + HORIZON  # where a second call to a number must wait first
INTERVAL_MAX = timedelta(hours=24)  # of an interval before and after its instant: who stops renewing it stops acting
Interval = tuple[datetime, datetime]  # both ends belong to it


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
        """The interval in which contact is allowed that contains an instant, else the next within the horizon, else None.

        Its last instant is a microsecond before the first that is forbidden. It is cut at 24 hours after `at` or its own
        beginning, whichever is later, and at 24 hours before `at`.
        """
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
