"""Simulated time: what is to be done when, and the doing of it in that order."""

from collections.abc import Callable
from datetime import datetime
from heapq import heappop, heappush
from itertools import count

Act = Callable[[datetime], object]  # is told the time as `now`


class Agenda:
    """The acts of one span of time; what would come after it is not done."""

    def __init__(self, end: datetime) -> None:
        self._end = end
        self._acts: list[tuple[datetime, int, Act]] = []
        self._order = count()  # of two at the same time the one that was put down first comes first

    def put(self, when: datetime, act: Act) -> None:
        """Put an act down. An act may put down others, for later."""
        if when < self._end:
            heappush(self._acts, (when, next(self._order), act))

    def carry_out(self) -> None:
        """Do everything, the earliest first."""
        while self._acts:
            when, _, act = heappop(self._acts)
            act(when)
