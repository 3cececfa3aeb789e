"""The plan of a simulation, and the days that follow from it. It uses no database."""

from dataclasses import dataclass
from datetime import datetime, timedelta

DAY, TURN, QUARTER = timedelta(days=1), timedelta(minutes=30), timedelta(minutes=15)
LEFT_OVER = timedelta(hours=5)
_WEIGHT_OF_A_WEEKDAY = (10, 10, 10, 10, 9, 5, 3)  # the relative numbers of new leads, from Monday on


@dataclass(frozen=True, slots=True)
class SimulationPlan:
    """The arguments of a simulation. The same plan gives the same rows."""

    seed: int
    leads: int
    days: int
    until: datetime

    @property
    def work_ends(self) -> datetime:
        """The time at which the agents stop, so that due tasks are left for whoever tries the demo."""
        return self.until - LEFT_OVER

    def starts(self, day: int) -> datetime:
        """Return the time at which a day begins. Days are counted from 0."""
        return self.until - DAY * (self.days - day)

    def arriving(self, day: int) -> range:
        """Return the numbers of the leads that come in on a day. Leads and days are counted from 0."""
        shares = [_WEIGHT_OF_A_WEEKDAY[self.starts(n).weekday()] for n in range(self.days)]
        before, after = sum(shares[:day]), sum(shares[: day + 1])
        return range(self.leads * before // sum(shares), self.leads * after // sum(shares))

    def on(self, fraction: float) -> int:
        """Return the number of the day at this fraction of the simulation, such as 0.5 for the middle."""
        return min(int(self.days * fraction), self.days - 1)
