"""Verbs and lookups of the market room."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from governance import policies
from governance.decisions import ExecutionClass, verb
from governance.market.models import MarketPolicy
from governance.market.rules import SAFE_RULES, normalised
from governance.signals import rules_changed
from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Subject
from wholesale.plumbing.vocabulary import ALL


def get_effective_policy(province: str, market: str = ALL) -> tuple[MarketPolicy | None, dict[str, Any]]:
    """The policy that governs a market and its rules: the market's own, else the province's (guide, pack G).

    The rules are empty when no policy is found or the one found is off, so whoever looks only at them is refused.
    """
    policy = policies.effective(MarketPolicy, province, market)
    return policy, policy.rules if policy is not None and policy.enabled else {}


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def upsert_policy(
    *,
    province: str,
    market: str = ALL,
    changed_by: str,
    reason: str = "",
    user: User | None = None,
    expected_version: int | None = None,
    now: datetime | None = None,
    **changes: Any,
) -> MarketPolicy:
    """Create or change the policy of a market. `changes` may hold `enabled` and `rules`; what is absent stays.

    Raises:
        InvalidRules: the rules are not well formed.
        RequiredParameter: a new policy without rules.
        VersionConflict: somebody else changed it first.

    """
    if "rules" in changes:
        changes["rules"] = normalised(changes["rules"])
    act = Act(changed_by, user=user, reason=reason, at=now)
    policy = policies.upsert(
        MarketPolicy,
        key={"province": province, "market": market},
        changes=changes,
        expected_version=expected_version,
        required=("rules",),
        act=act,
    )
    place = Subject("market_policy", province=province, market=None if market == ALL else market)
    rules_changed(MarketPolicy, place, act=act)
    return policy


@transaction.atomic
def seed_policies(now: datetime | None = None) -> int:
    """Give each province that has none its safe default, enabled (guide, safe defaults). Returns how many were made."""
    return policies.seed_provinces(
        MarketPolicy, upsert_policy, reason="safe default", now=now, enabled=True, rules=SAFE_RULES
    )
