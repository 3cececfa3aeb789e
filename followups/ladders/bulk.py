"""Start ladders for many leads at once, in transactions of a thousand, with an answer for each lead.

A call is safe to repeat, because a lead has at most one open ladder.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext_noop

from followups.ladders import prospects
from followups.ladders.errors import DuplicateLead
from followups.ladders.models import FollowupLadder
from followups.ladders.plans import TASK, LadderPlan, ladder_created, ladder_of, plan_of, settled, tasks_of
from followups.ladders.prospects import Prospect, ProspectsAndLadders, held_by, hold
from followups.ladders.refusals import refusal_of
from followups.ladders.starts import cooling_off
from followups.ladders.templates.patterns import patterns_of
from followups.pool.services import locking_agents, next_agents
from followups.signals import ladders_created
from followups.tasks.models import FollowupTask
from governance import gate
from governance.clocks.markets import one_markets
from governance.decisions import ExecutionClass, verb
from governance.gate import Minutes
from governance.people import PersonFacts
from wholesale.plumbing import mark, writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import together
from wholesale.plumbing.errors import DomainError, RequiredParameter
from wholesale.plumbing.lookups import among
from wholesale.plumbing.vocabulary import ALL

BATCH = 1_000
NO_PROVINCE = gettext_noop("A lead that nobody knows needs its province.")
Place = tuple[str, str]  # province, market


class Start(NamedTuple):
    """A lead for whom to start a ladder. If `province` is None, the ladder starts in the place of the known lead."""

    lead_id: str
    province: str | None = None
    market: str | None = None
    owner: str | None = None

    def place(self, lead: PersonFacts | None) -> Place:
        """The province and market of the ladder. `lead` is None if the lead is unknown.

        Raises:
            RequiredParameter: no province is given, and the lead is unknown.

        """
        if self.province:
            return self.province, self.market or ALL
        if lead is None:
            raise RequiredParameter(NO_PROVINCE, attr="province")
        return lead.province, self.market or lead.market


class Status(StrEnum):
    """What a bulk call did for a lead: started a ladder, kept an open ladder, or refused."""

    CREATED = "created"
    EXISTS = "exists"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer of a bulk call for one lead: the ladder that the lead has now, or the refusal."""

    lead_id: str
    status: Status
    ladder_id: int | None = None
    refusal: DomainError | None = None


@verb(ExecutionClass.EXECUTE)
def start_ladders(starts: Sequence[Start], *, act: Act) -> list[Answer]:
    """Start a ladder for each of these leads, as `start_ladder` does. Return the answers in the order of `starts`.

    A lead with an open ladder keeps it. A refused lead does not stop the others. A second row for the same lead is refused.
    If the kill switch or go-live stops the system in between, started ladders stay, and the remaining leads are refused.

    Raises:
        KillSwitchEngaged, GoLiveDisabled: nothing may act now, and nothing was done.

    """
    first: dict[str, Start] = {}
    for start in starts:
        first.setdefault(start.lead_id, start)
    wanted = list(first.values())
    answers: dict[str, Answer] = {}
    try:
        for begin in range(0, len(wanted), BATCH):
            batch = wanted[begin : begin + BATCH]
            answers |= _start(batch, replace(act))  # each part reads the clock anew
    except (gate.KillSwitchEngaged, gate.GoLiveDisabled) as stop:
        if not answers:
            raise
        answers |= {lead_id: _refused(lead_id, stop) for lead_id in first.keys() - answers.keys()}
    return [
        answers[start.lead_id] if first[start.lead_id] is start else _refused(start.lead_id, DuplicateLead(attr="lead_id"))
        for start in starts
    ]


@transaction.atomic
def _start(starts: Sequence[Start], act: Act) -> dict[str, Answer]:
    """Start these ladders in one transaction. Until it ends, nobody else can start a ladder or change a lead."""
    gate.require(ExecutionClass.EXECUTE)
    gate.lock_all_points()
    found = prospects.find([start.lead_id for start in starts])
    answers, plans = _planned(starts, found.prospects)
    drafts = _drafted(plans, found, act, answers)
    if drafts:
        writes.insert_objects([draft.ladder for draft in drafts])
        _give_to_the_pool([draft.ladder for draft in drafts if draft.ladder.owner is None], act.now)
        tasks = [task for draft in drafts for task in tasks_of(draft.ladder, draft.plan, draft.minutes)]
        writes.insert(FollowupTask, TASK, tasks)
        made = [ladder_created(draft.ladder, len(draft.plan.steps), act) for draft in drafts]
        ladders_created.send(sender=FollowupLadder, envelopes=made)
    return answers | {draft.lead_id: Answer(draft.lead_id, Status.CREATED, draft.ladder.pk) for draft in drafts}


@dataclass(frozen=True, slots=True)
class _Draft:
    """A new ladder that may start, but is not in the database yet."""

    lead_id: str
    plan: LadderPlan
    minutes: Sequence[Minutes]
    ladder: FollowupLadder


def _planned(
    starts: Sequence[Start], known: Mapping[str, Prospect]
) -> tuple[dict[str, Answer], list[tuple[str, LadderPlan]]]:
    """Return answers for the leads with an open ladder or without a known place, and plans for all other leads."""
    answers: dict[str, Answer] = {}
    places: dict[Start, Place] = {}
    for start in starts:
        prospect = known[start.lead_id]
        if prospect.ladder_id:
            answers[start.lead_id] = Answer(start.lead_id, Status.EXISTS, prospect.ladder_id)
            continue
        try:
            places[start] = start.place(prospect.lead)
        except RequiredParameter as refusal:
            answers[start.lead_id] = _refused(start.lead_id, refusal)
    own_names = one_markets(set(places.values()))
    places = {start: (province, own_names[province, market]) for start, (province, market) in places.items()}
    mark_now = mark.current()
    plans = [
        (start.lead_id, plan_of(known[start.lead_id].lead, start.lead_id, place, start.owner, patterns_of(mark_now, *place)))
        for start, place in places.items()
    ]
    return answers, plans


def _drafted(
    plans: Sequence[tuple[str, LadderPlan]], found: ProspectsAndLadders, act: Act, answers: dict[str, Answer]
) -> list[_Draft]:
    """Return the ladders that may start. For each lead whose ladder is refused, add the refusal to `answers`.

    If several leads share a number or address, only the first of them gets a ladder.
    """
    held = held_by(found.ladders)
    asked: dict[str, Any] = {"anew": False, "cooling_off": cooling_off(), "now": act.now}
    drafts = []
    for (lead_id, _), (plan, minutes) in zip(plans, settled([plan for _, plan in plans], act), strict=True):
        refusal = refusal_of(plan, minutes, found.prospects[lead_id], held, **asked)
        if refusal:
            answers[lead_id] = _refused(lead_id, refusal)
            continue
        drafts.append(_Draft(lead_id, plan, minutes, ladder_of(plan, minutes, act)))
        if plan.lead:
            hold(held, plan.lead)
    return drafts


def _give_to_the_pool(ladders: Sequence[FollowupLadder], now: datetime) -> None:
    """Assign each ladder to the next agent of its place's pool. Lock ladders before pools, as `start_ladder` does."""
    given: dict[str, list[int]] = defaultdict(list)
    places = [(ladder.province, ladder.market) for ladder in ladders]
    (agents,) = together(locking_agents(places)) if places else [[]]
    for ladder, owner in zip(ladders, next_agents(agents, places, now), strict=True):
        if owner is not None:
            ladder.owner = owner
            given[owner].append(ladder.pk)
    for owner, ladder_ids in given.items():
        FollowupLadder.objects.filter(pk__in=among(ladder_ids, "bigint")).update(owner=owner)


def _refused(lead_id: str, refusal: DomainError) -> Answer:
    return Answer(lead_id, Status.REFUSED, refusal=refusal)
