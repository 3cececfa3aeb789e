"""Paths of follow-up."""

from rest_framework.routers import SimpleRouter

from followups.api import FollowupViewSet, LadderViewSet, TaskViewSet

router = SimpleRouter(trailing_slash=False)
router.register("followups/ladders", LadderViewSet, basename="ladder")
router.register("followups/tasks", TaskViewSet, basename="task")
router.register("followups", FollowupViewSet, basename="followup")
urlpatterns = router.urls
