"""The simulated agents: each half hour they answer replies, then claim permitted tasks and work on them, by their habits."""

from datetime import datetime, timedelta
from functools import partial

from django.db.models import Q

from followups.leads.inbox.models import InboxItem
from followups.leads.inbox.services import close_item, waiting
from followups.leads.models import Lead
from followups.tasks.completions.services import record_completion
from followups.tasks.due.claims import claim_due, release_leases
from followups.tasks.due.services import DueTask
from followups.tasks.outcomes.rules import SEEDED, Effect, Outcome
from followups.tasks.services import skip_task, snooze_task
from governance.channels import Channel
from wholesale.demo.day import SimulatedDay
from wholesale.demo.intake import receive
from wholesale.demo.people import Agent, correlation_of, lead, number_of
from wholesale.demo.plan import DAY, QUARTER, TURN
from wholesale.plumbing.act import Act

_LEASE = TURN // timedelta(minutes=1)
# How often each outcome follows a call, as weights. A warm lead agrees to an appointment more often.
_CALLS: dict[str, float] = {
    Outcome.NO_ANSWER: 40,
    Outcome.LEFT_MESSAGE: 24,
    Outcome.REACHED: 18,
    Outcome.NOT_INTERESTED: 9,
    Outcome.WRONG_NUMBER: 3,
    Outcome.OPTED_OUT: 1,
}
_APPOINTMENTS = 22  # the weight of an appointment for the warmest lead
_TEXTS: dict[str, float] = {"": 95, Outcome.REPLIED: 4, Outcome.WRONG_NUMBER: 1}
_REPLIES: dict[str, float] = {"": 88, "interest": 9, "stop": 1.5, "doubtful": 1.5}
_STATUSES = {
    Outcome.REACHED: Lead.Status.CONTACTED,
    Outcome.REPLIED: Lead.Status.CONTACTED,
    Outcome.APPOINTMENT: Lead.Status.APPOINTMENT,
    Outcome.NOT_INTERESTED: Lead.Status.NOT_INTERESTED,
    Outcome.OPTED_OUT: Lead.Status.DEAD,
}
_CLOSING = frozenset(outcome for outcome, (effect, _) in SEEDED.items() if effect != Effect.GO_ON)
_ANSWERED = 0.8  # of the replies that wait at an agent's turn
_NOTES = (
    "Asked about the roof.",
    "Wants to talk to a sister first.",
    "Sounds motivated.",
    "Prefers evenings.",
    "Moving soon.",
)


def put(day: SimulatedDay) -> None:
    """Add to the agenda when agents take tasks: each half hour of work. Half of the team begins 15 minutes later."""
    for n, agent in enumerate(day.team):
        for turn in range(DAY // TURN):
            when = day.start + TURN * turn + QUARTER * (n % 2)
            if _is_at_work(day, agent, when):
                day.agenda.put(when, partial(_take_tasks, day, agent))


def _is_at_work(day: SimulatedDay, agent: Agent, when: datetime) -> bool:
    if when >= day.plan.work_ends:
        return False
    into_the_day = when - timedelta(hours=agent.starts)
    is_hour = into_the_day.hour < agent.hours
    return is_hour and into_the_day.weekday() in agent.weekdays and day.number not in agent.away


def _take_tasks(day: SimulatedDay, agent: Agent, now: datetime) -> None:
    """Let an agent claim permitted tasks and plan a contact for each. Tasks for which no time is left are given back."""
    if day.is_stopped:
        return
    _answer_replies(day, agent, now)
    left = []
    when = now
    for claimed in claim_due(limit=agent.at_once, lease_minutes=_LEASE, act=Act(agent.name, at=now)):
        task = claimed.task
        began, took = when, _takes(day, agent, task.channel)
        if day.random.random() < agent.forgets:
            continue  # its lease runs out
        when = began + took
        if when >= now + TURN or (task.open_until and when > task.open_until):
            left.append(task.id)
            continue
        day.taken.add(task.id)
        day.agenda.put(when, partial(_contact, day, agent, task, began))
    if left:
        release_leases(task_ids=left, act=Act(agent.name, at=now))


def _answer_replies(day: SimulatedDay, agent: Agent, now: datetime) -> None:
    """Let an agent answer most of the replies to itself or to nobody; the others wait for its next turn."""
    replies = waiting().filter(Q(owner=agent.name) | Q(owner=None), kind=InboxItem.Kind.REPLY).order_by("due_by", "id")
    for item in replies[: agent.at_once]:
        if day.random.random() < _ANSWERED:
            act = day.act(now, agent.name, correlation_of(item.lead_id or ""), reason="answered by phone")
            close_item(item.pk, act=act)


def _takes(day: SimulatedDay, agent: Agent, channel: str) -> timedelta:
    shortest, longest = (90, 360) if channel == Channel.CALL else (40, 150)
    return timedelta(seconds=round(day.random.uniform(shortest, longest) * agent.pace))


def _contact(day: SimulatedDay, agent: Agent, task: DueTask, began: datetime, now: datetime) -> None:
    """Record a contact that ends now: its beginning and its outcome. Some tasks are snoozed or skipped instead."""
    if task.id not in day.taken:
        return  # closed or put off in the meantime
    day.taken.discard(task.id)
    assert task.lead_id
    lead_id = task.lead_id
    act = day.act(now, agent.name, correlation_of(lead_id))
    chance = day.random.random()
    if chance < 0.015:
        later = now + DAY * day.random.randrange(2, 8)
        snooze_task(task.id, later, act=act.because("asked for another day"))
        return
    if chance < 0.025:
        skip_task(task.id, act=act.because("spoke to the neighbour instead"))
        return
    outcome = _outcome(day, task.channel, lead_id)
    # A lead opts out at the end of a contact, so the contact before that was lawful.
    contacted_at = now if outcome == Outcome.OPTED_OUT else began
    note = day.random.choice(_NOTES) if outcome in (Outcome.REACHED, Outcome.APPOINTMENT) else ""
    record_completion(task.id, contacted_at=contacted_at, outcome=outcome or None, note=note, act=act)
    if outcome in _STATUSES:
        day.statuses[lead_id] = _STATUSES[Outcome(outcome)]
    if outcome in _CLOSING:
        day.look_again(now)
    elif task.channel == Channel.SMS:
        _await_reply(day, lead_id, now)


def _outcome(day: SimulatedDay, channel: str, lead_id: str) -> str:
    if channel != Channel.CALL:
        return day.random.choices(list(_TEXTS), list(_TEXTS.values()))[0]
    warmth = lead(day.plan.seed, number_of(lead_id)).warmth
    chances = {**_CALLS, Outcome.APPOINTMENT: _APPOINTMENTS * warmth}
    return day.random.choices(list(chances), list(chances.values()))[0]


def _await_reply(day: SimulatedDay, lead_id: str, now: datetime) -> None:
    (kind,) = day.random.choices(list(_REPLIES), list(_REPLIES.values()))
    if kind:
        after = timedelta(seconds=60 + round(day.random.expovariate(1 / 2400)))
        day.agenda.put(now + after, partial(receive, day, lead_id, kind))
