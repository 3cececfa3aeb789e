"""The models of all rooms."""

from governance.area_codes.models import AreaCodeSubscription
from governance.clocks.models import MarketZone
from governance.compliance.models import (
    ClosedDay,
    ConsentProof,
    ContactPoint,
    ContactRecord,
    LastContact,
    Organisation,
)
from governance.duties.models import LegalDuty
from governance.golive.models import GoLiveState
from governance.heimdall.models import HeimdallEvent, HeimdallPolicy, HeimdallRecommendation, HeimdallScorecard
from governance.market.models import MarketPolicy
from governance.risk.models import RiskDay, RiskEvent, RiskPolicy, RiskReservation
from governance.runbook.models import RunbookRun

__all__ = [
    "AreaCodeSubscription",
    "ClosedDay",
    "ConsentProof",
    "ContactPoint",
    "ContactRecord",
    "GoLiveState",
    "HeimdallEvent",
    "HeimdallPolicy",
    "HeimdallRecommendation",
    "HeimdallScorecard",
    "LastContact",
    "LegalDuty",
    "MarketPolicy",
    "MarketZone",
    "Organisation",
    "RiskDay",
    "RiskEvent",
    "RiskPolicy",
    "RiskReservation",
    "RunbookRun",
]
