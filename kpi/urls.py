"""Paths of KPI."""

from rest_framework.routers import SimpleRouter

from kpi.api import KPIEventViewSet, KpiViewSet
from kpi.tripwire.api import RegressionViewSet

router = SimpleRouter(trailing_slash=False)
router.register("kpi/events", KPIEventViewSet, basename="event")
router.register("kpi", KpiViewSet, basename="kpi")
router.register("governance/regression", RegressionViewSet, basename="regression")
urlpatterns = router.urls
