"""The admin of all rooms."""

from governance.clocks.admin import MarketZoneAdmin
from governance.golive.admin import GoLiveStateAdmin
from governance.heimdall.admin import (
    HeimdallEventAdmin,
    HeimdallPolicyAdmin,
    HeimdallRecommendationAdmin,
    HeimdallScorecardAdmin,
)
from governance.market.admin import MarketPolicyAdmin
from governance.risk.admin import RiskDayAdmin, RiskEventAdmin, RiskPolicyAdmin, RiskReservationAdmin
from governance.runbook.admin import RunbookRunAdmin

__all__ = [
    "GoLiveStateAdmin",
    "HeimdallEventAdmin",
    "HeimdallPolicyAdmin",
    "HeimdallRecommendationAdmin",
    "HeimdallScorecardAdmin",
    "MarketPolicyAdmin",
    "MarketZoneAdmin",
    "RiskDayAdmin",
    "RiskEventAdmin",
    "RiskPolicyAdmin",
    "RiskReservationAdmin",
    "RunbookRunAdmin",
]
