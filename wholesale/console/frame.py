"""The frame of the admin's pages: the sidebar, the label of the environment, and the stylesheet."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy

from followups.models import SlaNotice

BADGE_MAX = 99  # the highest number of unread notices that the sidebar shows


@dataclass(frozen=True, slots=True)
class Page:
    """An entry of the sidebar. It opens the list of a model, or the page `view`, for which a user needs `permission`."""

    title: str
    icon: str
    app: str
    model: str
    view: str = "changelist"
    permission: str = ""

    @property
    def needs(self) -> str:
        """The permission that a user needs to see the entry in the sidebar."""
        return f"{self.app}.{self.permission or f'view_{self.model}'}"

    @property
    def link(self) -> Any:
        """The address of the page that the entry opens."""
        return reverse_lazy(f"admin:{self.app}_{self.model}_{self.view}")


# Title of the group -> its pages.
NAVIGATION: dict[str, tuple[Page, ...]] = {
    "Control": (
        Page("Go-live and kill switch", "emergency_home", "governance", "golivestate"),
        Page("Runbook", "checklist", "governance", "runbookrun", view="now", permission="view_runbook"),
        Page("Legal duties", "event_available", "governance", "legalduty"),
        Page("Runbook runs", "inventory", "governance", "runbookrun"),
        Page("Market policies", "schedule", "governance", "marketpolicy"),
        Page("Market zones", "public", "governance", "marketzone"),
        Page("Offer policies", "tune", "offers", "offerpolicy"),
        Page("Land transfer tax", "account_balance", "offers", "transfertax"),
        Page("Rules of provinces", "gavel", "offers", "provincerule"),
    ),
    "Consent and opt-outs": (
        Page("Ledger", "contract", "governance", "contactrecord"),
        Page("Contact points", "contact_phone", "governance", "contactpoint"),
        Page("Organisation", "domain", "governance", "organisation"),
        Page("Closed days", "event_busy", "governance", "closedday"),
        Page("Area codes", "dialpad", "governance", "areacodesubscription"),
    ),
    "Risk": (
        Page("Risk policies", "shield", "governance", "riskpolicy"),
        Page("Reservations", "lock_clock", "governance", "riskreservation"),
        Page("Ledgers", "account_balance", "governance", "riskday"),
        Page("Risk events", "receipt_long", "governance", "riskevent"),
    ),
    "Heimdall": (
        Page("Charters", "gavel", "governance", "heimdallpolicy"),
        Page("Scorecards", "scoreboard", "governance", "heimdallscorecard"),
        Page("Recommendations", "psychology", "governance", "heimdallrecommendation"),
        Page("Heimdall events", "list_alt", "governance", "heimdallevent"),
    ),
    "Tripwire": (
        Page("Regression policies", "trending_down", "kpi", "regressionpolicy"),
        Page("States", "monitor_heart", "kpi", "regressionstate"),
        Page("Triggers", "notifications_active", "kpi", "regressiontrigger"),
    ),
    "Follow-up": (
        Page("Work queue", "headset_mic", "followups", "followuptask", view="queue", permission="claim_task"),
        Page("Inbox", "inbox", "followups", "inboxitem"),
        Page("Administrative replies", "reply", "followups", "administrativereply"),
        Page("SLA", "timer", "followups", "followuptask", view="sla", permission="view_sla"),
        Page("Leads", "contacts", "followups", "lead"),
        Page("Imports of leads", "upload_file", "followups", "leadimport"),
        Page("Ladder templates", "format_list_numbered", "followups", "laddertemplate"),
        Page("Agents in the pool", "groups", "followups", "poolagent"),
        Page("Vendors", "support_agent", "followups", "vendor"),
        Page("Agents of vendors", "badge", "followups", "vendoragent"),
        Page("Tasks", "task_alt", "followups", "followuptask"),
        Page("Ladders", "stairs", "followups", "followupladder"),
        Page("Task history", "history", "followups", "taskevent"),
        Page("Contact attempts", "call_made", "followups", "contactattempt"),
        Page("Inbound messages", "mark_chat_unread", "followups", "inboundmessage"),
        Page("Inbound words", "dictionary", "followups", "inboundword"),
        Page("Outcomes", "rule", "followups", "outcomerule"),
        Page("SLA notices", "notifications", "followups", "slanotice"),
        Page("SLA breaches", "alarm", "followups", "slabreach"),
        Page("SLA policies", "timer", "followups", "slapolicy"),
        Page("SLA watch", "visibility", "followups", "slawatch"),
    ),
    "Buyers": (
        Page("Buyers", "group", "buyers", "buyer"),
        Page("Imports of buyers", "upload_file", "buyers", "buyerimport"),
        Page("Liquidity", "water_drop", "buyers", "buyerliquiditynode"),
        Page("Feedback", "forum", "buyers", "buyerfeedbackevent"),
        Page("Deals sent", "outgoing_mail", "buyers", "dealsent"),
    ),
    "Offers and figures": (
        Page("Offers", "handshake", "offers", "offer"),
        Page("History of offers", "history", "offers", "offerevent"),
        Page("Offers computed", "request_quote", "offers", "offerevidence"),
        Page("Sales", "real_estate_agent", "offers", "sale"),
        Page("Imports of sales", "upload_file", "offers", "saleimport"),
        Page("Ratio studies", "analytics", "offers", "ratiostudy"),
        Page("Market priors", "query_stats", "offers", "marketprior"),
        Page("KPI log", "monitoring", "kpi", "kpievent"),
        Page("Friday review", "summarize", "kpi", "fridayreview", view="now", permission="view_fridayreview"),
        Page("Kept reviews", "history_edu", "kpi", "fridayreview"),
    ),
    "Background": (
        Page("Background tasks", "manufacturing", "django_tasks_database", "dbtaskresult"),
        Page("Periodic runs", "event_repeat", "wholesale", "periodicrun"),
    ),
    "Access": (
        Page("Users", "person", "auth", "user"),
        Page("Roles", "badge", "auth", "group"),
        Page("Role grants", "verified_user", "wholesale", "rolegrant"),
        Page("API tokens", "key", "knox", "authtoken"),
        Page("Idempotency keys", "fingerprint", "wholesale", "idempotencykey"),
        Page("Admin log", "history", "admin", "logentry"),
    ),
}


def stylesheet(request: HttpRequest) -> str:
    """Return the address of the stylesheet that corrects Unfold's styles."""
    return static("wholesale/admin.css")


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sidebar: groups of entries. Entries that the user may not see are left out."""
    overview = {"title": "Overview", "icon": "space_dashboard", "link": reverse_lazy("admin:index")}
    shown = [page for pages in NAVIGATION.values() for page in pages if request.user.has_perm(page.needs)]
    # Mark only the longest match: the theme would mark every page whose address is the beginning of the current one.
    here = max((page for page in shown if request.path.startswith(str(page.link))), key=lambda p: str(p.link), default=None)
    api = {"title": "API documentation", "icon": "api", "link": reverse_lazy("docs")}
    groups = [
        {
            "title": title,
            "separator": True,
            "items": [
                {"title": page.title, "icon": page.icon, "link": page.link, "active": page == here, **_badge(page)}
                for page in pages
                if page in shown
            ],
        }
        for title, pages in NAVIGATION.items()
    ]
    return [{"items": [overview]}, *(group for group in groups if group["items"]), {"separator": True, "items": [api]}]


def _badge(page: Page) -> dict[str, Any]:
    """Return the badge of a sidebar entry. Only the entry of SLA notices has one: the number of unread notices."""
    if page.model != "slanotice":
        return {}
    unread = len(SlaNotice.objects.filter(read_at__isnull=True).values_list("pk", flat=True)[: BADGE_MAX + 1])
    if not unread:
        return {}
    return {"badge": f"{BADGE_MAX}+" if unread > BADGE_MAX else str(unread), "badge_variant": "danger"}


def environment(request: HttpRequest) -> list[str] | None:
    """Return the label of the environment, such as Development, and its colour. None on a production server (DEBUG off)."""
    return ["Development", "warning"] if settings.DEBUG else None
