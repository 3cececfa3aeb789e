"""The numbers of agents: what one did today and this week against its own usual, and what each did in a span."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from django.contrib.auth.models import User
from django.db.models import Count, F, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from followups.tasks.models import FollowupTask
from followups.tasks.outcomes.rules import Outcome
from governance.channels import Channel
from governance.decisions import ExecutionClass, verb

USUAL_WEEKS = 4  # full weeks before this one, of which the usual day and week are made
SPOKEN_TO = (Outcome.REACHED, Outcome.REPLIED, Outcome.APPOINTMENT, Outcome.NOT_INTERESTED, Outcome.OPTED_OUT)
OUTCOMES = {f"outcome_{outcome.value.lower()}": Q(outcome=outcome) for outcome in Outcome}
_BREACHED = Q(breached_due_at__isnull=False, breached_due_at=F("due_at"))
COUNTS: dict[str, Q] = {
    "calls": Q(channel=Channel.CALL),
    "texts": Q(channel=Channel.SMS),
    "emails": Q(channel=Channel.EMAIL),
    "reached": Q(outcome__in=SPOKEN_TO),
    "appointments": Q(outcome=Outcome.APPOINTMENT),
    "completed": Q(),
    "kept": ~_BREACHED,
}


@dataclass(frozen=True, slots=True)
class OwnSpan:
    """The numbers of a span, or of the usual span: the `COUNTS`, and the times to the first contact.

    `spans` is how many spans are added up, such as the days on which the agent worked in four weeks.
    """

    counts: Mapping[str, int]
    first_contacts: Collection[timedelta]  # from the start of a ladder to its first contact, by the wall clock
    spans: int = 1

    def number(self, name: str) -> float | None:
        """A count, on average over the spans. None without a span."""
        return self.counts[name] / self.spans if self.spans else None

    @property
    def kept(self) -> float | None:
        """The fraction (0..1) of completed tasks of which no breach of the SLA is on record. None without a task."""
        return self.counts["kept"] / self.counts["completed"] if self.counts["completed"] else None

    @property
    def speed(self) -> float | None:
        """The median time from the start of a ladder to its first contact, in minutes. None without one."""
        return median(took / timedelta(minutes=1) for took in self.first_contacts) if self.first_contacts else None


@dataclass(frozen=True, slots=True)
class OwnNumbers:
    """Today and this week (from Monday), and the usual day and week of the `USUAL_WEEKS` before."""

    today: OwnSpan
    usual_day: OwnSpan
    week: OwnSpan
    usual_week: OwnSpan


@verb(ExecutionClass.READ)
def numbers_of(user: User, now: datetime) -> OwnNumbers:
    """Return the numbers of what a user completed, by days of the active time zone. Tasks of walkthroughs are left out.

    A usual day is one on which the user completed a task, and a usual week one with such a day. Two queries, by an index.
    """
    zone = timezone.get_current_timezone()
    today = timezone.localdate(now)
    monday = today - timedelta(days=today.weekday())
    since = monday - timedelta(weeks=USUAL_WEEKS)
    begins = datetime.combine(since, datetime.min.time(), zone)
    done = FollowupTask.objects.counted().filter(completed_user=user, completed_at__gte=begins).order_by()
    counted = done.annotate(day=TruncDate("completed_at", tzinfo=zone)).values("day")
    days = {row["day"]: row for row in counted.annotate(**{name: Count("pk", filter=q) for name, q in COUNTS.items()})}
    firsts = [
        (timezone.localdate(at), at - started)
        for at, started in done.filter(step=1).values_list("completed_at", "ladder__created_at")
    ]

    def span(within: Collection[date], spans: int = 1) -> OwnSpan:
        counts = {name: sum(days[day][name] for day in within) for name in COUNTS}
        return OwnSpan(counts, [took for day, took in firsts if day in within], spans)

    this_week, before = [day for day in days if day >= monday], {day for day in days if day < monday}
    weeks = {day.isocalendar()[:2] for day in before}
    return OwnNumbers(
        span([day for day in this_week if day == today]),
        span(before, len(before)),
        span(this_week),
        span(before, len(weeks)),
    )


@dataclass(frozen=True, slots=True)
class AgentNumbers:
    """What an agent did in a span, in the days on which it completed a task, and how many tasks it has claimed now."""

    name: str
    done: OwnSpan
    outcomes: Mapping[str, int]  # how many tasks ended so
    claims: int


@verb(ExecutionClass.READ)
def numbers_of_agents(*, since: datetime, until: datetime, now: datetime) -> list[AgentNumbers]:
    """Return the numbers of everybody who completed a task from `since` until before `until`, by name.

    An agent is the name under which tasks were completed: that of a user, or that which another system gave. Days are those
    of the active time zone. Tasks of walkthroughs are left out. Three queries, whatever the number of agents.
    """
    zone = timezone.get_current_timezone()
    span = Q(completed_at__gte=since, completed_at__lt=until, completed_by__isnull=False)
    done = FollowupTask.objects.counted().filter(span).order_by()
    counts = {name: Count("pk", filter=q) for name, q in (COUNTS | OUTCOMES).items()}
    days = Count(TruncDate("completed_at", tzinfo=zone), distinct=True)
    firsts: dict[str, list[timedelta]] = defaultdict(list)
    for name, at, started in done.filter(step=1).values_list("completed_by", "completed_at", "ladder__created_at"):
        firsts[name].append(at - started)
    claims = dict(FollowupTask.objects.claimed(now).order_by().values_list("leased_by").annotate(Count("pk")))
    found = [
        AgentNumbers(
            row["completed_by"],
            OwnSpan({name: row[name] for name in COUNTS}, firsts[row["completed_by"]], row["days"]),
            {outcome: row[name] for name, outcome in zip(OUTCOMES, Outcome, strict=True)},
            claims.get(row["completed_by"], 0),
        )
        for row in done.values("completed_by").annotate(days=days, **counts)
    ]
    return sorted(found, key=lambda agent: agent.name)
