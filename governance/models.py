"""The models of all rooms."""

from governance.golive.models import GoLiveState
from governance.market.models import MarketPolicy

__all__ = ["GoLiveState", "MarketPolicy"]
