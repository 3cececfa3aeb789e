"""All models of follow-up, imported from their rooms."""

from followups.ladders.models import FollowupLadder, LadderQuerySet
from followups.ladders.templates.models import LadderTemplate
from followups.leads.events.models import LeadEvent, LeadEventWords
from followups.leads.inbound.models import InboundDecision, InboundMessage, InboundWord
from followups.leads.inbox.models import InboxItem
from followups.leads.lists.models import LeadImport
from followups.leads.models import Lead, LeadReopening
from followups.leads.replies.models import AdministrativeReply
from followups.pool.models import PoolAgent
from followups.pool.vendors.models import Vendor, VendorAgent
from followups.sla.models import SlaBreach, SlaNotice, SlaPolicy, SlaWatch
from followups.tasks.held.models import HeldAct
from followups.tasks.models import ContactAttempt, FollowupTask, TaskEvent, TaskEventWords, TaskQuerySet
from followups.tasks.outcomes.models import OutcomeRule
