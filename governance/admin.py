"""The admin of all rooms."""

from governance.golive.admin import GoLiveStateAdmin
from governance.market.admin import MarketPolicyAdmin

__all__ = ["GoLiveStateAdmin", "MarketPolicyAdmin"]
