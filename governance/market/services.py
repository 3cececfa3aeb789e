"""Looking up market policies."""

from copy import deepcopy
from typing import Any

from governance import policies
from governance.market.models import MarketPolicy
from wholesale.plumbing import mark
from wholesale.plumbing.vocabulary import ALL


def get_effective_policy(province: str, market: str = ALL) -> tuple[MarketPolicy | None, dict[str, Any]]:
    """The effective policy of a market, with its rules: the market's own, else the province's (customer's guide, pack G).

    If there is no policy or it is off, the rules are empty. So a caller that looks only at the rules finds nothing allowed.
    """
    policy = policies.effective(MarketPolicy, mark.current(), province, market)
    return policy, deepcopy(policy.rules) if policy is not None and policy.enabled else {}
