"""The API paths of governance."""

from rest_framework.routers import SimpleRouter

from governance.area_codes.api import AreaCodeViewSet
from governance.closed_days.api import ClosedDayViewSet
from governance.duties.api import DutyViewSet
from governance.gate.api import ContactViewSet
from governance.golive.api import GoLiveViewSet
from governance.heimdall.api import HeimdallViewSet
from governance.ledger.api.consents import ConsentViewSet
from governance.ledger.api.records import RecordViewSet
from governance.ledger.api.wishes import WishViewSet
from governance.market.api import MarketViewSet
from governance.organisation.api import OrganisationViewSet
from governance.risk.api import RiskViewSet
from governance.runbook.api import RunbookViewSet, RunViewSet

router = SimpleRouter(trailing_slash=False)
router.register("governance/market", MarketViewSet, basename="market")
router.register("governance/contact", ContactViewSet, basename="contact")
router.register("governance/contact/records", RecordViewSet, basename="contact-record")
router.register("governance/contact/closed-days", ClosedDayViewSet, basename="closed-day")
router.register("governance/contact/area-codes", AreaCodeViewSet, basename="area-code")
router.register("governance/contact", ConsentViewSet, basename="consent")
router.register("governance/contact", WishViewSet, basename="wish")
router.register("governance/contact", OrganisationViewSet, basename="organisation")
router.register("governance/go-live", GoLiveViewSet, basename="go-live")
router.register("governance/risk", RiskViewSet, basename="risk")
router.register("governance/heimdall", HeimdallViewSet, basename="heimdall")
router.register("governance/runbook/runs", RunViewSet, basename="run")
router.register("governance/runbook", RunbookViewSet, basename="runbook")
router.register("governance", DutyViewSet, basename="duty")
urlpatterns = router.urls
