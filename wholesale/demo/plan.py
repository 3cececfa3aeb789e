"""What a simulation is asked to be, and the days and chances that follow from it. No database here."""

from dataclasses import dataclass
from datetime import datetime, timedelta

DAY, TURN, QUARTER = timedelta(days=1), timedelta(minutes=30), timedelta(minutes=15)
LEFT_OVER = timedelta(hours=5)
_WEIGHT_OF_A_WEEKDAY = (10, 10, 10, 10, 9, 5, 3)  # how many leads come in


@dataclass(frozen=True, slots=True)
class SimulationPlan:
    """A simulation: what its rows follow from."""

    seed: int
    leads: int
    days: int
    until: datetime

    @property
    def work_ends(self) -> datetime:
        """From then on nobody works, so that whoever looks finds something to do."""
        return self.until - LEFT_OVER

    def starts(self, day: int) -> datetime:
        """When the n-th day begins, counted from 0."""
        return self.until - DAY * (self.days - day)

    def arriving(self, day: int) -> range:
        """The numbers of the leads that come in on a day."""
        shares = [_WEIGHT_OF_A_WEEKDAY[self.starts(n).weekday()] for n in range(self.days)]
        before, after = sum(shares[:day]), sum(shares[: day + 1])
        return range(self.leads * before // sum(shares), self.leads * after // sum(shares))

    def on(self, fraction: float) -> int:
        """The day at a fraction of the span."""
        return min(int(self.days * fraction), self.days - 1)
