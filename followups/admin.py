"""All admin pages of follow-up, imported from their rooms."""

from followups.ladders.admin import FollowupLadderAdmin
from followups.ladders.bulk_admin import FollowUpFilter, reassign_leads, reassign_tasks, start_for_leads
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

# The pages of leads and of tasks know no verb of ladders.
LeadAdmin.actions = (*LeadAdmin.actions, reassign_leads, start_for_leads)
LeadAdmin.list_filter = (FollowUpFilter, *LeadAdmin.list_filter)
FollowupTaskAdmin.actions = (*FollowupTaskAdmin.actions, reassign_tasks)
