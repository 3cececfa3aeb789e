"""What stands against sending an offer that a policy computed, and against a pace of offers, by the gate and the buyers."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from buyers.liquidity.scores import liquidity_score
from governance import gate
from governance.decisions import ExecutionClass
from offers.deals.life.services import ENGINE
from offers.policies.models import OfferPolicy
from offers.policy_pages.lately import SalesKnown
from offers.policy_pages.pace import Pace, limits_passed
from offers.policy_pages.shown import denial_text, limit_text
from offers.policy_pages.what_if import PolicyAnswer
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.showing import shown_number


def against_sending(policy: OfferPolicy, answer: PolicyAnswer, now: datetime) -> list[str]:
    """Why an offer of this size could not be sent now: the switches, the market's liquidity, the risk caps."""
    return [*_switches(), *_liquidity(policy, now), *_risk(answer, now)]


def _switches() -> list[str]:
    try:
        gate.require(ExecutionClass.EXECUTE)
    except DomainError as refusal:
        return [refusal.shown]
    return []


def _liquidity(policy: OfferPolicy, now: datetime) -> list[str]:
    score = liquidity_score(policy.province, policy.market, now=now)[policy.liquidity_gate]
    if Decimal(str(score)) >= policy.min_liquidity_score:
        return []
    said = _("%(named)s of single-family homes is %(score)s; the policy asks for %(least)s before an offer is sent.")
    return [
        said
        % {
            "named": policy.get_liquidity_gate_display(),
            "score": shown_number(score, 2),
            "least": shown_number(policy.min_liquidity_score, 2),
        }
    ]


def _risk(answer: PolicyAnswer, now: datetime) -> list[str]:
    denied = gate.would_deny(ENGINE, answer.stake, now) if answer.stake else None
    return [denial_text(denied, answer.stake)] if denied else []


def pace_warnings(
    policy: OfferPolicy, answer: PolicyAnswer, per_day: Decimal, risk: Sequence[gate.EngineRisk], sales: SalesKnown
) -> list[str]:
    """Why the policy's offers could not be sent at this pace (offers a day), day after day."""
    pace = Pace(per_day, answer.stake, policy.expires_after_days)
    return [limit_text(limit, pace) for limit in limits_passed(pace, risk, ENGINE, sales.per_day)]
