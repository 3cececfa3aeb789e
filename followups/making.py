"""What a ladder is made of: its row and those of its tasks, however many are made at once. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from followups.cancelling import OPTED_OUT
from followups.history import Act
from followups.leads.facts import contact_of
from followups.models import FollowupLadder, LadderTemplate
from followups.sla.lateness import spans
from followups.sla.rulebook import rulebook
from followups.steps.rules import Step, gap_minutes
from governance import gate
from governance.gate import Minutes
from governance.leads import LeadFacts


@dataclass(frozen=True, slots=True)
class Plan:
    """A ladder that is to be made: for whom, where, from which template, whose steps come with it."""

    lead: LeadFacts | None  # None where nobody knows the lead
    lead_id: str | None
    province: str
    market: str
    owner: str | None
    template: LadderTemplate | None  # None where the place has none: then there is no step
    steps: tuple[Step, ...]


def minutes_of(plans: Sequence[Plan], act: Act) -> list[list[Minutes]]:
    """When each step of each ladder may be done, in their order; `passed` has when it is at risk, and when a breach.

    The gate is asked once, whatever their number.
    """
    contacts: list[tuple[gate.Contact, datetime]] = []
    left: list[tuple[timedelta, ...]] = []
    rules = rulebook({plan.province for plan in plans})
    for plan in plans:
        channels = {
            channel: contact_of(plan.lead, lead_id=plan.lead_id, province=plan.province, market=plan.market, channel=channel)
            for channel in {step.channel for step in plan.steps}
        }
        asked = [channels[step.channel] for step in plan.steps]
        # A later step need not ask for its gap: it falls due no sooner than that after now, and so after the last contact.
        if plan.template and asked:
            asked[0] = asked[0]._replace(gap=timedelta(minutes=plan.template.min_gap_minutes))
        contacts += zip(asked, [act.now + step.delay for step in plan.steps], strict=True)
        left += [spans(rules.of(plan.province, plan.market, step.channel)) for step in plan.steps]
    minutes = iter(gate.permitted_minutes(contacts, now=act.now, spans=left))
    return [[next(minutes) for _ in plan.steps] for plan in plans]


def ladder_of(plan: Plan, minutes: Sequence[Minutes], act: Act, *, reason: str = "") -> FollowupLadder:
    """The ladder's row, of a plan that nothing stands in the way of. `reason`: why it begins anew."""
    assert plan.template is not None
    return FollowupLadder(
        lead_id=plan.lead_id or None,
        province=plan.province,
        market=plan.market,
        owner=plan.owner,
        template=plan.template,
        template_version=plan.template.version,
        created_by=act.actor,
        user=act.user,
        reason=reason,
        correlation_id=act.correlation_id,
        created_at=act.now,
        open_steps=sum(not one.opted_out for one in minutes),
    )


# The columns of a task that its making decides.
TASK = (
    *("ladder_id", "step", "channel", "due_at", "gap_minutes", "actionable_at", "open_from", "open_until", "lead_id"),
    *("province", "market", "owner", "correlation_id", "created_at", "cancelled_at", "cancel_reason"),
    *("warns_at", "breaches_at"),
)


def tasks_of(ladder: FollowupLadder, plan: Plan, minutes: Sequence[Minutes]) -> list[tuple[Any, ...]]:
    """The rows of its tasks, as `TASK` names them. Steps of a channel that the lead opted out of are made cancelled."""
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
