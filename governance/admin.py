"""The admin pages of all rooms, imported for Django."""

from governance.area_codes.admin import AreaCodeSubscriptionAdmin
from governance.clocks.admin import MarketZoneAdmin
from governance.closed_days.admin import ClosedDayAdmin
from governance.duties.admin import LegalDutyAdmin
from governance.golive.admin import GoLiveStateAdmin
from governance.heimdall.admin import (
    HeimdallEventAdmin,
    HeimdallPolicyAdmin,
    HeimdallRecommendationAdmin,
    HeimdallScorecardAdmin,
)
from governance.ledger.admin.points import ContactPointAdmin
from governance.ledger.admin.records import ContactRecordAdmin
from governance.market.admin import MarketPolicyAdmin
from governance.organisation.admin import OrganisationAdmin
from governance.risk.admin.days import RiskDayAdmin
from governance.risk.admin.events import RiskEventAdmin
from governance.risk.admin.policies import RiskPolicyAdmin
from governance.risk.admin.reservations import RiskReservationAdmin
from governance.runbook.admin import RunbookRunAdmin
