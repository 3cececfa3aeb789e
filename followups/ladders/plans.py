"""Compute the rows of new ladders and of their tasks, for any number of ladders at once. Nothing here writes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from followups.ladders.models import FollowupLadder
from followups.ladders.templates.models import LadderTemplate
from followups.ladders.templates.patterns import Contacted, Pattern, Patterns
from followups.ladders.templates.steps import Step, gap_minutes
from followups.leads.facts import contact_of
from followups.sla.lateness import spans
from followups.sla.rulebook import rulebook
from followups.sla.rules import Rulebook
from followups.tasks.cancellations import OPTED_OUT
from followups.tasks.lapses import GROUNDS
from governance import gate
from governance.channels import Channel
from governance.gate import Minutes, Reason
from governance.people import PersonFacts
from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Envelope, Subject


@dataclass(frozen=True, slots=True)
class LadderPlan:
    """A ladder to create: for whom, where, and from which template."""

    lead: PersonFacts | None  # None if the lead is unknown
    lead_id: str | None
    province: str
    market: str
    owner: str | None
    pattern: Pattern | None  # None if the place has no template: then there are no steps
    cold: Pattern | None = None  # replaces `pattern` if the lead gave no ground for the first step

    @property
    def template(self) -> LadderTemplate | None:
        """The template of the ladder; None if the place has no template."""
        return self.pattern.template if self.pattern else None

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the template; empty if the place has no template."""
        return self.pattern.steps if self.pattern else ()


def plan_of(
    lead: PersonFacts | None, lead_id: str | None, place: tuple[str, str], owner: str | None, patterns: Patterns
) -> LadderPlan:
    """Plan a ladder from the standard template. If the lead is known, the standard template is on, and its first step is a
    message, the plan also has the COLD template, as the alternative."""
    standard, cold = patterns
    may_be_cold = lead and standard and standard.template.enabled and standard.steps[0].channel != Channel.CALL
    return LadderPlan(lead, lead_id, *place, owner, standard, cold if may_be_cold else None)


def settled(
    plans: Sequence[LadderPlan], act: Act, facts: gate.GateFacts | None = None
) -> list[tuple[LadderPlan, list[Minutes]]]:
    """Choose the template of each planned ladder, and compute the permitted minutes of each of its steps. The field
    `passed` of these minutes says when the step will be at risk, and when it will be a breach.

    What the gate has to know about all of them is read in one query, if the caller has not read these `facts` already.
    """
    contacts = [_contacts(plan) for plan in plans]
    every = [contact for own in contacts for contact in own.values()]
    facts = facts or gate.read_facts(gate.subjects_of(every), standing_counts=False)
    rules = rulebook(facts.mark)
    answers = iter(gate.asked_about(every, now=act.now, facts=facts))
    found = []
    for plan, own in zip(plans, contacts, strict=True):
        asked = {contacted: next(answers) for contacted in own}
        fitting = replace(plan, pattern=plan.cold) if plan.cold and _has_no_ground(plan, asked) else plan
        found.append((fitting, _minutes(fitting, asked, rules, act.now)))
    return found


def _contacts(plan: LadderPlan) -> dict[Contacted, gate.Contact]:
    """The contacts that the steps of the plan's two templates need, by channel and gap, without repeats."""
    somebody: dict[str, Any] = {"lead_id": plan.lead_id, "province": plan.province, "market": plan.market}
    return {
        (channel, gap): contact_of(plan.lead, **somebody, channel=channel, gap_minutes=gap)
        for pattern in (plan.pattern, plan.cold)
        for channel, gap in (pattern.different if pattern else ())
    }


def _has_no_ground(plan: LadderPlan, asked: Mapping[Contacted, gate.Asked]) -> bool:
    """Whether the gate refuses the first step, a message, because the lead gave no ground for it.

    False if the lead opted out, its number is wrong, or the ledger cannot be read: the ladder keeps the standard template.
    """
    message, call = (asked[pattern.contacted[0]].refusals for pattern in (plan.pattern, plan.cold) if pattern)
    if message.isdisjoint(GROUNDS):
        return False
    return message.isdisjoint(_STAYS_STANDARD) and call.isdisjoint(_STAYS_STANDARD)


_STAYS_STANDARD = (Reason.OPTED_OUT, Reason.WRONG_NUMBER, Reason.LEDGER_UNREADABLE)


def _minutes(plan: LadderPlan, asked: Mapping[Contacted, gate.Asked], rules: Rulebook, now: datetime) -> list[Minutes]:
    contacted = plan.pattern.contacted if plan.pattern else ()
    return [
        asked[one].minutes(now + step.delay, spans(rules.of(plan.province, plan.market, step.channel)))
        for step, one in zip(plan.steps, contacted, strict=True)
    ]


def ladder_of(plan: LadderPlan, minutes: Sequence[Minutes], act: Act, *, reason: str = "") -> FollowupLadder:
    """The row of a new ladder, from a plan that nothing refuses. `reason` is the reason of a restart, or empty."""
    assert plan.template is not None
    return FollowupLadder(
        lead_id=plan.lead_id or None,
        province=plan.province,
        market=plan.market,
        owner=plan.owner,
        template=plan.template,
        template_version=plan.template.version,
        template_kind=plan.template.kind,
        created_by=act.actor,
        user=act.user,
        reason=reason,
        correlation_id=act.correlation_id,
        created_at=act.now,
        open_steps=sum(not one.opted_out for one in minutes),
    )


def ladder_created(ladder: FollowupLadder, tasks: int, act: Act) -> Envelope:
    """The envelope that tells of a new ladder. `tasks` is the number of its tasks."""
    subject = Subject("ladder", str(ladder.pk), ladder.lead_id, ladder.province, ladder.market)
    return Envelope("ladder_created", subject, act, {"tasks": tasks}, act.now)


# The columns of a task that are set when it is created.
TASK = (
    *("ladder_id", "step", "channel", "due_at", "gap_minutes", "actionable_at", "open_from", "open_until", "lead_id"),
    *("province", "market", "owner", "correlation_id", "created_at", "cancelled_at", "cancel_reason"),
    *("warns_at", "breaches_at"),
)


def tasks_of(ladder: FollowupLadder, plan: LadderPlan, minutes: Sequence[Minutes]) -> list[tuple[Any, ...]]:
    """The rows of a new ladder's tasks, each with the columns of `TASK`. If the lead opted out of a task's channel, the row
    is that of a cancelled task."""
    now, ladder_id = ladder.created_at, ladder.pk
    gaps = gap_minutes(plan.steps, first=plan.template.min_gap_minutes if plan.template else 0)
    whose = ladder.lead_id, ladder.province, ladder.market, ladder.owner, ladder.correlation_id, now
    return [
        (
            *(ladder_id, number, step.channel, now + step.delay, gap),
            *(allowed.actionable_at, allowed.open_from, allowed.open_until),
            *whose,
            *((now, OPTED_OUT) if allowed.opted_out else (None, "")),
            *(allowed.passed or (None, None)),
        )
        for number, (step, gap, allowed) in enumerate(zip(plan.steps, gaps, minutes, strict=True), start=1)
    ]
