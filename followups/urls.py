"""The URL paths of follow-up."""

from rest_framework.routers import SimpleRouter

from followups.ladders.api import LadderActsViewSet, LadderViewSet
from followups.ladders.bulk_api import BulkLadderViewSet
from followups.ladders.templates.api import TemplateViewSet
from followups.leads.api import LeadViewSet
from followups.leads.inbound.api import InboundViewSet, WordViewSet
from followups.leads.inbox.api import InboxViewSet
from followups.leads.replies.api import ReplyViewSet
from followups.pool.api import PoolViewSet
from followups.pool.vendors.api import VendorViewSet
from followups.sla.api import BreachViewSet, SlaViewSet
from followups.sla.report_api import SlaReportViewSet
from followups.tasks.api import TaskActsViewSet, TaskViewSet
from followups.tasks.due.api import DueViewSet
from followups.tasks.history_api import AttemptViewSet, EventViewSet
from followups.tasks.outcomes.api import OutcomeViewSet

router = SimpleRouter(trailing_slash=False)
router.register("followups/ladders", LadderViewSet, basename="ladder")
router.register("followups/tasks", TaskViewSet, basename="task")
router.register("followups/events", EventViewSet, basename="event")
router.register("followups/attempts", AttemptViewSet, basename="attempt")
router.register("followups/inbound", WordViewSet, basename="inbound-word")
router.register("followups/inbound", InboundViewSet, basename="inbound")
router.register("followups/inbox", InboxViewSet, basename="inbox")
router.register("followups/replies", ReplyViewSet, basename="reply")
router.register("followups/sla/breaches", BreachViewSet, basename="breach")
router.register("followups/leads", LeadViewSet, basename="lead")
router.register("followups", DueViewSet, basename="due")
router.register("followups", OutcomeViewSet, basename="outcome")
router.register("followups", SlaViewSet, basename="sla")
router.register("followups", TemplateViewSet, basename="template")
router.register("followups", PoolViewSet, basename="pool")
router.register("followups", VendorViewSet, basename="vendor")
router.register("followups", BulkLadderViewSet, basename="ladder-bulk")
router.register("followups", LadderActsViewSet, basename="ladder-acts")
router.register("followups", TaskActsViewSet, basename="task-acts")
router.register("followups", SlaReportViewSet, basename="sla-report")
urlpatterns = router.urls
