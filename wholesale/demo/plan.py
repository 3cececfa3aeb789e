"""The plan of a simulation, and the days that follow from it. It uses no database."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

DAY, TURN, QUARTER = timedelta(days=1), timedelta(minutes=30), timedelta(minutes=15)
LEFT_OVER = timedelta(hours=5)
_WEIGHT_OF_A_WEEKDAY = (10, 10, 10, 10, 9, 5, 3)  # the relative numbers of new leads, from Monday on


FALLEN = 0.6  # of the usual acceptance, where it has fallen: it falls by 40%


class Fall(NamedTuple):
    """From which day of the simulation on (counted from 0) the sellers of a province accept offers less often."""

    province: str
    day: int


@dataclass(frozen=True, slots=True)
class SimulationPlan:
    """The arguments of a simulation. The same plan gives the same rows."""

    seed: int
    leads: int
    days: int
    until: datetime
    fall: Fall | None = None

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

    def acceptance(self, province: str, when: datetime) -> float:
        """Return the acceptance of offers in a province at a time, as a multiple of the usual one."""
        has_fallen = self.fall is not None and province == self.fall.province and when >= self.starts(self.fall.day)
        return FALLEN if has_fallen else 1.0
