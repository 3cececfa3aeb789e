"""Lookups of the market room."""

from typing import Any

from governance import policies
from governance.market.models import MarketPolicy
from wholesale.plumbing.vocabulary import ALL


def get_effective_policy(province: str, market: str = ALL) -> tuple[MarketPolicy | None, dict[str, Any]]:
    """The policy that governs a market and its rules: the market's own, else the province's (guide, pack G).

    The rules are empty when no policy is found or the one found is off, so whoever looks only at them is refused.
    """
    policy = policies.effective(MarketPolicy, province, market)
    return policy, policy.rules if policy is not None and policy.enabled else {}
