"""The agenda of simulated time. It runs functions in the order of their simulated times."""

from collections.abc import Callable
from datetime import datetime
from heapq import heappop, heappush
from itertools import count

Item = Callable[[datetime], object]  # gets its simulated time


class Agenda:
    """The agenda of a span of time. An item is a function that runs at its time. Items at or after the end are dropped."""

    def __init__(self, end: datetime) -> None:
        self._end = end
        self._items: list[tuple[datetime, int, Item]] = []
        self._order = count()  # items with the same time run in the order in which they were added

    def put(self, when: datetime, item: Item) -> None:
        """Add an item that runs at the time `when`. A running item may add items for later."""
        if when < self._end:
            heappush(self._items, (when, next(self._order), item))

    def carry_out(self) -> None:
        """Run all items, the earliest first."""
        while self._items:
            when, _, item = heappop(self._items)
            item(when)
