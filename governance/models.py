"""The models of all rooms."""

from governance.golive.models import GoLiveState
from governance.heimdall.models import HeimdallEvent, HeimdallPolicy, HeimdallRecommendation, HeimdallScorecard
from governance.market.models import MarketPolicy
from governance.risk.models import RiskDay, RiskEvent, RiskPolicy, RiskReservation
from governance.runbook.models import RunbookRun

__all__ = [
    "GoLiveState",
    "HeimdallEvent",
    "HeimdallPolicy",
    "HeimdallRecommendation",
    "HeimdallScorecard",
    "MarketPolicy",
    "RiskDay",
    "RiskEvent",
    "RiskPolicy",
    "RiskReservation",
    "RunbookRun",
]
