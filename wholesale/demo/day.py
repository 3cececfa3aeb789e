"""A day of the simulation as its parts share it.

What a day needs of the days before it is in the database, and its chances follow from the seed and its number alone: so a
simulation that was interrupted goes on as if it had not been.
"""

from datetime import datetime, timedelta
from typing import Any

from followups.tasks.models import FollowupTask
from kpi.services import write_kpi
from wholesale.demo.agenda import Agenda, Item
from wholesale.demo.people import MARKER, dice, team
from wholesale.demo.plan import DAY, QUARTER, SimulationPlan
from wholesale.plumbing.act import Act

ACTOR = "simulation"  # who signs what no agent does
DRILL = timedelta(minutes=30)  # of the kill switch


class SimulatedDay:
    """One day: its agenda, its chances, and what is known only within it."""

    def __init__(self, plan: SimulationPlan, number: int) -> None:
        self.plan, self.number = plan, number  # counted from 0
        self.start = plan.starts(number)
        self.end = self.start + DAY
        self.agenda = Agenda(self.end)
        self.random = dice(plan.seed, "day", number)
        self.team = team(plan.seed, plan.leads / plan.days, plan.days)
        self.correlation_id = f"{MARKER}day-{number + 1}"
        self.taken: set[int] = set()  # tasks that an agent has claimed and will do, as far as they are still open
        self.statuses: dict[str, str] = {}  # lead_id -> what the day showed of it
        self.is_stopped = False  # by the kill switch

    def at(self, hour: int, minute: int = 0) -> datetime:
        """When a clock of UTC shows this within the day."""
        when = self.start.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return when if when >= self.start else when + DAY

    def sometime(self) -> datetime:
        """A second of the day, mostly while the country is awake."""
        starts = [self.start + QUARTER * quarter for quarter in range(DAY // QUARTER)]
        weights = [1.0 if start.hour >= 13 or start.hour < 2 else 0.1 for start in starts]
        (start,) = self.random.choices(starts, weights)
        return start + timedelta(seconds=self.random.randrange(int(QUARTER.total_seconds())))

    def act(self, now: datetime, actor: str = ACTOR, correlation_id: str = "", reason: str = "") -> Act:
        """What somebody does now."""
        return Act(actor, None, reason, correlation_id or self.correlation_id, now)

    def unless_stopped(self, item: Item) -> Item:
        """The item; while the kill switch is engaged it waits."""

        def carry_out(now: datetime) -> None:
            if self.is_stopped:
                self.agenda.put(now + DRILL, carry_out)
            else:
                item(now)

        return carry_out

    def look_again(self, now: datetime) -> None:
        """Which of the tasks on the agents' desks are still to be done, after something that may have closed some."""
        still = FollowupTask.objects.due(now).filter(pk__in=self.taken)
        self.taken.intersection_update(still.values_list("pk", flat=True))

    def put_aside(self, lead_id: str) -> None:
        """Nobody contacts the lead any more whose message must be read first: what is on the desks about it stays there."""
        waiting = FollowupTask.objects.filter(lead_id=lead_id, pk__in=self.taken)
        self.taken.difference_update(waiting.values_list("pk", flat=True))


def count(domain: str, metric: str, success: bool, subject: str, act: Act, **place: str) -> None:
    """A KPI row such as other systems of the business would send."""
    where: dict[str, Any] = {**place, "subject_type": "simulation", "subject_id": subject}
    write_kpi(domain, metric, success=success, **where, act=act)
