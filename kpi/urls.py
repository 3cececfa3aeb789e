"""Paths of KPI."""

from rest_framework.routers import SimpleRouter

from kpi.api import KPIEventViewSet, KpiViewSet
from kpi.review.api import FridayReviewViewSet
from kpi.trace.api import TraceViewSet
from kpi.tripwire.api import RegressionViewSet

router = SimpleRouter(trailing_slash=False)
router.register("kpi/events", KPIEventViewSet, basename="event")
router.register("kpi", TraceViewSet, basename="trace")
router.register("kpi", KpiViewSet, basename="kpi")
router.register("kpi", FridayReviewViewSet, basename="friday-review")
router.register("governance/regression", RegressionViewSet, basename="regression")
urlpatterns = router.urls
