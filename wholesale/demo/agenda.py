"""The agenda of simulated time, which runs items in the order of their times."""

from collections.abc import Callable
from datetime import datetime
from heapq import heappop, heappush
from itertools import count

Item = Callable[[datetime], object]  # gets its simulated time


class Agenda:
    """The items of one span of time. Items after its end are dropped."""

    def __init__(self, end: datetime) -> None:
        self._end = end
        self._items: list[tuple[datetime, int, Item]] = []
        self._order = count()  # items with the same time run in the order in which they were added

    def put(self, when: datetime, item: Item) -> None:
        """Add an item. A running item may add others for later."""
        if when < self._end:
            heappush(self._items, (when, next(self._order), item))

    def carry_out(self) -> None:
        """Run all items, the earliest first."""
        while self._items:
            when, _, item = heappop(self._items)
            item(when)
