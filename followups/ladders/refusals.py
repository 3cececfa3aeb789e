"""Decide whether a ladder may start. The rule is a pure function, the same for every way to start or restart a ladder.

CONTRACT section 10 gives the order of the refusals, and says which of them a restart with a reason overrides.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop

from followups.ladders.errors import (
    AlreadyFollowedUp,
    LadderTemplateDisabled,
    LeadClosed,
    LeadOptedOut,
    NoLadder,
    RecentlyFollowedUp,
    WrongNumber,
)
from followups.ladders.plans import LadderPlan
from followups.ladders.prospects import Held, Prospect, holder_beside
from followups.leads.statuses import ENDS_THE_HUNT
from governance import gate
from governance.channels import Channel
from governance.gate import Minutes
from governance.people import CLOSED, PersonFacts
from wholesale.plumbing.texts import iso_utc

BY_A_RESTART = "restart=true with a reason"


def refusal_of(
    plan: LadderPlan,
    minutes: Sequence[Minutes],
    prospect: Prospect,
    held: Held,
    *,
    anew: bool,
    cooling_off: timedelta,
    now: datetime,
) -> NoLadder | None:
    """Return why no ladder may start for a lead, or None if a ladder may start. The lead's own open ladder does not count.

    `minutes` are the permitted minutes of the plan's steps. `held` has the leads with an open ladder at each number or
    address. `anew` overrides some refusals: it is true for a restart with a reason or of an open ladder.
    """
    if minutes and all(one.opted_out for one in minutes):
        return LeadOptedOut()
    if prospect.lead:
        refusal = _refusal_of_lead(prospect.lead, plan, held, anew=anew)
        if refusal:
            return refusal
    if not anew and prospect.followed_until and now < prospect.followed_until + cooling_off:
        return _too_soon(prospect.followed_until, prospect.followed_until + cooling_off)
    return None if plan.template and plan.template.enabled else LadderTemplateDisabled()


def _refusal_of_lead(lead: PersonFacts, plan: LadderPlan, held: Held, *, anew: bool) -> NoLadder | None:
    if lead.status in CLOSED or (lead.status in ENDS_THE_HUNT and not anew):
        return _closed(lead.status)
    if _all_points_are_wrong(lead, {step.channel for step in plan.steps}):
        return WrongNumber()
    other = holder_beside(lead, held)
    return _followed_by(other) if other else None


def _closed(status: str) -> LeadClosed:
    if status in CLOSED:
        what = "Change it first, with a reason (leads/upsert, or the lead's page in the admin)."
    else:
        what = f"To follow the lead up all the same, send {BY_A_RESTART}."
    return LeadClosed(gettext_noop("The lead's status is %(status)s. %(what)s"), status=status, what=what)


def _all_points_are_wrong(lead: PersonFacts, channels: Collection[str]) -> bool:
    """Whether all the lead's numbers and addresses for these channels are wrong. False if the lead has none for them."""
    if not (lead.phone_is_wrong or lead.email_is_wrong):
        return False
    reached = [one for one in channels if gate.point_of(one, phone=lead.phone, email=lead.email)]
    return bool(reached) and all(lead.email_is_wrong if one == Channel.EMAIL else lead.phone_is_wrong for one in reached)


def _followed_by(other: str) -> AlreadyFollowedUp:
    return AlreadyFollowedUp(
        gettext_noop("Lead %(other)s has the same number or address and an open ladder. Work that one, or cancel it first."),
        other=other,
    )


def _too_soon(ended_at: datetime, begins_at: datetime) -> RecentlyFollowedUp:
    return RecentlyFollowedUp(
        gettext_noop(
            "The lead was followed up until %(ended_at)s. A ladder may start from %(begins_at)s; before "
            "that, send %(by_a_restart)s."
        ),
        ended_at=iso_utc(ended_at),
        begins_at=iso_utc(begins_at),
        by_a_restart=BY_A_RESTART,
    )
