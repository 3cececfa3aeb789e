"""One day of the simulation. The modules that simulate the agents, the leads and so on all add to it.

What happened on earlier days is read from the database, and the random numbers depend only on the seed and the day's number.
So an interrupted simulation continues as if it had not been interrupted.
"""

from datetime import datetime, timedelta
from typing import Any

from followups.tasks.models import FollowupTask
from kpi.services import write_kpi
from wholesale.demo.agenda import Agenda, Item
from wholesale.demo.people import MARKER, dice, team
from wholesale.demo.plan import DAY, QUARTER, SimulationPlan
from wholesale.plumbing.act import Act

ACTOR = "simulation"  # the actor of everything that no agent does
DRILL = timedelta(minutes=30)  # how long the drill of the kill switch takes


class SimulatedDay:
    """One simulated day: its agenda, its random numbers, and state that is kept only during the day."""

    def __init__(self, plan: SimulationPlan, number: int) -> None:
        self.plan, self.number = plan, number  # counted from 0
        self.start = plan.starts(number)
        self.end = self.start + DAY
        self.agenda = Agenda(self.end)
        self.random = dice(plan.seed, "day", number)
        self.team = team(plan.seed, plan.leads / plan.days, plan.days)
        self.correlation_id = f"{MARKER}day-{number + 1}"
        self.taken: set[int] = set()  # open tasks that agents have claimed and will work on
        self.statuses: dict[str, str] = {}  # lead_id -> the status that the day has shown
        self.is_stopped = False  # whether the kill switch is engaged

    def at(self, hour: int, minute: int = 0) -> datetime:
        """Return the time within this day at which a clock in UTC shows this hour and minute."""
        when = self.start.replace(hour=hour, minute=minute, second=0, microsecond=0)
        return when if when >= self.start else when + DAY

    def sometime(self) -> datetime:
        """Return a random time of the day. Most of these times are while Canada is awake."""
        starts = [self.start + QUARTER * quarter for quarter in range(DAY // QUARTER)]
        weights = [1.0 if start.hour >= 13 or start.hour < 2 else 0.1 for start in starts]
        (start,) = self.random.choices(starts, weights)
        return start + timedelta(seconds=self.random.randrange(int(QUARTER.total_seconds())))

    def act(self, now: datetime, actor: str = ACTOR, correlation_id: str = "", reason: str = "") -> Act:
        """Return an act at the time `now`. By default the actor is the simulation, the correlation id that of the day."""
        return Act(actor, None, reason, correlation_id or self.correlation_id, now)

    def unless_stopped(self, item: Item) -> Item:
        """Wrap an item of the agenda: if the kill switch is engaged at the item's time, the item runs later."""

        def carry_out(now: datetime) -> None:
            if self.is_stopped:
                self.agenda.put(now + DRILL, carry_out)
            else:
                item(now)

        return carry_out

    def look_again(self, now: datetime) -> None:
        """Remove from `taken` (claimed tasks) those that are not due any more, because an event closed or moved them."""
        still = FollowupTask.objects.due(now).filter(pk__in=self.taken)
        self.taken.intersection_update(still.values_list("pk", flat=True))

    def put_aside(self, lead_id: str) -> None:
        """Remove a lead's tasks from `taken` (claimed tasks), because a person must first read the lead's message."""
        waiting = FollowupTask.objects.filter(lead_id=lead_id, pk__in=self.taken)
        self.taken.difference_update(waiting.values_list("pk", flat=True))


def count(domain: str, metric: str, success: bool, subject: str, act: Act, **place: str) -> None:
    """Write a KPI event that, in a real business, another system would send."""
    where: dict[str, Any] = {**place, "subject_type": "simulation", "subject_id": subject}
    write_kpi(domain, metric, success=success, **where, act=act)
