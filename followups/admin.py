"""All admin pages of follow-up, imported from their rooms."""

from followups.ladders.admin import FollowupLadderAdmin
from followups.ladders.templates.admin import LadderTemplateAdmin
from followups.leads.admin import LeadAdmin
from followups.leads.inbound.admin import InboundMessageAdmin
from followups.leads.inbound.words_admin import InboundWordAdmin
from followups.leads.inbox.admin import InboxItemAdmin
from followups.leads.lists.imports_admin import LeadImportAdmin
from followups.leads.replies.admin import AdministrativeReplyAdmin
from followups.pool.admin import PoolAgentAdmin
from followups.pool.vendors.admin import VendorAdmin, VendorAgentAdmin
from followups.sla.admin import SlaBreachAdmin, SlaNoticeAdmin, SlaPolicyAdmin, SlaWatchAdmin
from followups.tasks.admin.attempts import ContactAttemptAdmin
from followups.tasks.admin.events import TaskEventAdmin
from followups.tasks.admin.tasks import FollowupTaskAdmin
from followups.tasks.outcomes.admin import OutcomeRuleAdmin
