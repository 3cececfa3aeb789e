"""Paths of KPI."""

from rest_framework.routers import SimpleRouter

from kpi.api import EventViewSet, KpiViewSet

router = SimpleRouter(trailing_slash=False)
router.register("kpi/events", EventViewSet, basename="event")
router.register("kpi", KpiViewSet, basename="kpi")
urlpatterns = router.urls
