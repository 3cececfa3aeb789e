"""Paths of follow-up."""

from rest_framework.routers import SimpleRouter

from followups.api import FollowupViewSet, LadderViewSet, TaskViewSet
from followups.leads.api import LeadViewSet

router = SimpleRouter(trailing_slash=False)
router.register("followups/ladders", LadderViewSet, basename="ladder")
router.register("followups/tasks", TaskViewSet, basename="task")
router.register("followups/leads", LeadViewSet, basename="lead")
router.register("followups", FollowupViewSet, basename="followup")
urlpatterns = router.urls
