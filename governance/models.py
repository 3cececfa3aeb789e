"""The models of all rooms, imported for Django."""

from governance.area_codes.models import AreaCodeSubscription
from governance.clocks.models import MarketZone
from governance.closed_days.models import ClosedDay
from governance.duties.models import LegalDuty
from governance.golive.models import GoLiveState
from governance.heimdall.models import HeimdallEvent, HeimdallPolicy, HeimdallRecommendation, HeimdallScorecard
from governance.ledger.models import ConsentProof, ContactPoint, ContactRecord, LastContact
from governance.market.models import MarketPolicy
from governance.organisation.models import Organisation
from governance.risk.models import RiskDay, RiskEvent, RiskPolicy, RiskReservation
from governance.runbook.models import RunbookRun
