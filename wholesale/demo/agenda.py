"""Simulated time: what is to be done when, and the doing of it in that order."""

from collections.abc import Callable
from datetime import datetime
from heapq import heappop, heappush
from itertools import count

Item = Callable[[datetime], object]  # is told the time as `now`


class Agenda:
    """What is to be done within one span of time; what would come after it is not done."""

    def __init__(self, end: datetime) -> None:
        self._end = end
        self._items: list[tuple[datetime, int, Item]] = []
        self._order = count()  # of two at the same time the one that was put down first comes first

    def put(self, when: datetime, item: Item) -> None:
        """Put an item down. It may put down others, for later."""
        if when < self._end:
            heappush(self._items, (when, next(self._order), item))

    def carry_out(self) -> None:
        """Do everything, the earliest first."""
        while self._items:
            when, _, item = heappop(self._items)
            item(when)
