"""The pages of the admin: which area each belongs to, what it is called, and what stands beside it.

The entries are what people do. A page whose rows belong to another page (a history, a log, an import) stands beside that
page, as a tab, and not in the sidebar.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

INVITE = "wholesale.invite_agent"


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the admin: the list of a model, or its page `view`, for which a user needs `permission`.

    `beside` are the pages that are reached from this one. `mine` is its title for whom it shows only own rows.
    Both titles are translated when they are shown (`title_for`); scripts/texts.py collects them from here.
    """

    title: str
    icon: str
    app: str
    model: str
    view: str = "changelist"
    permission: str = ""
    beside: tuple["Page", ...] = ()
    mine: str = ""

    @property
    def needs(self) -> str:
        """The permission that a user needs to open the page."""
        name = self.permission or f"view_{self.model}"
        return name if "." in name else f"{self.app}.{name}"

    @property
    def link(self) -> str:
        """The address of the page."""
        return _address(f"admin:{self.app}_{self.model}_{self.view}")

    @property
    def family(self) -> tuple["Page", ...]:
        """The page and those beside it."""
        return (self, *self.beside)

    def title_for(self, user: Any) -> str:
        """Return what the page is called for this user."""
        return gettext(self.mine if self.mine and is_agent(user) else self.title)


@cache
def _address(view: str) -> str:
    # The frame of a page compares the addresses of all.
    return reverse(view)


TODAY = _("Today")
QUEUE = Page("Queue", "headset_mic", "followups", "followuptask", view="queue", permission="claim_task")
INBOX = Page(
    "Inbox",
    "inbox",
    "followups",
    "followuptask",
    view="inbox",
    permission="view_inboxitem",
    beside=(
        Page("Inbox items", "all_inbox", "followups", "inboxitem"),
        Page("Inbound messages", "mark_chat_unread", "followups", "inboundmessage"),
        Page("Administrative replies", "reply", "followups", "administrativereply"),
    ),
)
LEADS = Page(
    "Leads",
    "contacts",
    "followups",
    "lead",
    mine=_("My leads"),
    beside=(Page("Imports of leads", "upload_file", "followups", "leadimport"),),
)
NUMBERS = Page(_("My numbers"), "leaderboard", "followups", "followuptask", view="numbers", permission="claim_task")
SYSTEM, RULES, CONTROL = _("System"), _("Rules"), _("Control")
# Title of the area -> its pages. Those of the area "" always stand open, below Today.
AREAS: dict[str, tuple[Page, ...]] = {
    "": (QUEUE, INBOX),
    _("Leads and follow-up"): (
        LEADS,
        Page(
            "Tasks",
            "task_alt",
            "followups",
            "followuptask",
            beside=(
                Page("Task history", "history", "followups", "taskevent"),
                Page("Contact attempts", "call_made", "followups", "contactattempt"),
            ),
        ),
        Page("Ladders", "stairs", "followups", "followupladder"),
        Page(
            "Agents in the pool",
            "groups",
            "followups",
            "poolagent",
            beside=(
                Page("Invite an agent", "person_add", "auth", "user", view="invite", permission=INVITE),
                Page("Vendors", "support_agent", "followups", "vendor"),
                Page("Agents of vendors", "badge", "followups", "vendoragent"),
            ),
        ),
        Page(
            "Consents and opt-outs",
            "contract",
            "governance",
            "contactrecord",
            beside=(Page("Contact points", "contact_phone", "governance", "contactpoint"),),
        ),
    ),
    _("Buyers"): (
        Page(
            "Buyers",
            "group",
            "buyers",
            "buyer",
            beside=(Page("Imports of buyers", "upload_file", "buyers", "buyerimport"),),
        ),
        Page(
            "Liquidity",
            "water_drop",
            "buyers",
            "buyerliquiditynode",
            view="heat",
            permission="view_buyerliquiditynode",
            beside=(
                Page(
                    "Liquidity graph",
                    "hub",
                    "buyers",
                    "buyerliquiditynode",
                    view="graph",
                    permission="view_buyerliquiditynode",
                ),
                Page("Liquidity nodes", "scatter_plot", "buyers", "buyerliquiditynode"),
            ),
        ),
        Page(
            "Deals sent",
            "outgoing_mail",
            "buyers",
            "dealsent",
            beside=(Page("Feedback", "forum", "buyers", "buyerfeedbackevent"),),
        ),
    ),
    _("Deals"): (
        Page("Board", "view_kanban", "offers", "offer", view="board", permission="view_offer"),
        Page(
            "Offers",
            "handshake",
            "offers",
            "offer",
            beside=(
                Page("History of offers", "history", "offers", "offerevent"),
                Page("Offers computed", "request_quote", "offers", "offerevidence"),
                Page(_("Offer calculator"), "calculate", "offers", "offer", view="calculator", permission="estimate_arv"),
            ),
        ),
        Page(
            "Sales",
            "real_estate_agent",
            "offers",
            "sale",
            beside=(
                Page("Imports of sales", "upload_file", "offers", "saleimport"),
                Page("Market priors", "query_stats", "offers", "marketprior"),
            ),
        ),
    ),
    RULES: (
        Page(
            "Market policies",
            "schedule",
            "governance",
            "marketpolicy",
            beside=(
                Page("Market zones", "public", "governance", "marketzone"),
                Page("Closed days", "event_busy", "governance", "closedday"),
            ),
        ),
        Page(
            "Organisation",
            "domain",
            "governance",
            "organisation",
            beside=(Page("Area codes", "dialpad", "governance", "areacodesubscription"),),
        ),
        Page("Ladder templates", "format_list_numbered", "followups", "laddertemplate"),
        Page(
            "Outcomes",
            "rule",
            "followups",
            "outcomerule",
            beside=(Page("Inbound words", "dictionary", "followups", "inboundword"),),
        ),
        Page(
            "SLA policies",
            "timer",
            "followups",
            "slapolicy",
            beside=(Page("SLA watch", "visibility", "followups", "slawatch"),),
        ),
        Page(
            "Offer policies",
            "tune",
            "offers",
            "offerpolicy",
            beside=(
                Page("Land transfer tax", "account_balance", "offers", "transfertax"),
                Page("Rules of provinces", "gavel", "offers", "provincerule"),
            ),
        ),
        Page("Risk policies", "shield", "governance", "riskpolicy"),
        Page("Charters", "psychology", "governance", "heimdallpolicy"),
        Page("Regression policies", "trending_down", "kpi", "regressionpolicy"),
    ),
    CONTROL: (
        Page("Go-live and kill switch", "emergency_home", "governance", "golivestate"),
        Page(
            "Runbook",
            "checklist",
            "governance",
            "runbookrun",
            view="now",
            permission="view_runbook",
            beside=(Page("Runbook runs", "inventory", "governance", "runbookrun"),),
        ),
        Page("Legal duties", "event_available", "governance", "legalduty"),
        Page(
            "Reservations of risk",
            "lock_clock",
            "governance",
            "riskreservation",
            beside=(
                Page("Ledgers of risk", "account_balance", "governance", "riskday"),
                Page("Risk events", "receipt_long", "governance", "riskevent"),
            ),
        ),
        Page(
            "Recommendations",
            "recommend",
            "governance",
            "heimdallrecommendation",
            beside=(
                Page("Scorecards", "scoreboard", "governance", "heimdallscorecard"),
                Page("Heimdall events", "list_alt", "governance", "heimdallevent"),
            ),
        ),
        Page(
            "Tripwires",
            "notifications_active",
            "kpi",
            "regressiontrigger",
            beside=(Page("States of tripwires", "monitor_heart", "kpi", "regressionstate"),),
        ),
    ),
    _("Reports"): (
        Page(
            "SLA",
            "timer",
            "followups",
            "followuptask",
            view="sla",
            permission="view_sla",
            beside=(
                Page("SLA breaches", "alarm", "followups", "slabreach"),
                Page("Looks for breaches", "search", "followups", "slanotice"),
            ),
        ),
        Page(
            "Friday review",
            "summarize",
            "kpi",
            "fridayreview",
            view="now",
            permission="view_fridayreview",
            beside=(Page("Kept reviews", "history_edu", "kpi", "fridayreview"),),
        ),
        Page(
            "KPI log",
            "monitoring",
            "kpi",
            "kpievent",
            beside=(Page("Requests", "route", "kpi", "kpievent", view="traces", permission="view_trace"),),
        ),
        Page("Ratio studies", "analytics", "offers", "ratiostudy"),
        Page(_("Agents"), "leaderboard", "followups", "followuptask", view="agents", permission="view_agent_numbers"),
    ),
    SYSTEM: (
        Page(
            "Users",
            "person",
            "auth",
            "user",
            beside=(
                Page("Roles", "badge", "auth", "group"),
                Page("Role grants", "verified_user", "wholesale", "rolegrant"),
            ),
        ),
        Page(
            "API tokens",
            "key",
            "knox",
            "authtoken",
            beside=(Page("Idempotency keys", "fingerprint", "wholesale", "idempotencykey"),),
        ),
        Page("Admin log", "history", "admin", "logentry"),
        Page(
            "Background tasks",
            "manufacturing",
            "django_tasks_database",
            "dbtaskresult",
            beside=(Page("Periodic runs", "event_repeat", "wholesale", "periodicrun"),),
        ),
    ),
}
ONLY_OF_AGENTS = (NUMBERS,)
# What an agent's sidebar holds, and nothing else.
OF_AGENTS: dict[str, tuple[Page, ...]] = {"": (QUEUE, INBOX, LEADS, *ONLY_OF_AGENTS)}


def is_agent(user: Any) -> bool:
    """Whether the user works on tasks and reads only its own leads."""
    return bool(user.has_perm("followups.claim_task") and not user.has_perm("followups.view_any_lead"))


def areas_for(user: Any) -> dict[str, list[tuple[Page, Page]]]:
    """Return the areas of the sidebar for a user: each entry, and the page that it opens. If the user may not open that of
    the entry itself, it is the first that stands beside it."""
    areas = OF_AGENTS if is_agent(user) else AREAS
    openable = {
        title: ((first, next((page for page in first.family if user.has_perm(page.needs)), None)) for first in pages)
        for title, pages in areas.items()
    }
    return {title: [(first, page) for first, page in pages if page is not None] for title, pages in openable.items()}


def families() -> Iterator[tuple[str, Page, Page]]:
    """Yield each page with its area and the page beside which it stands."""
    for area, pages in AREAS.items():
        for first in pages:
            yield from ((area, first, page) for page in first.family)
    yield from (("", page, page) for page in ONLY_OF_AGENTS)


# The pages of Control and of the rules say what the law prohibits and we only warn of (`leniency`).
CONTROL_PAGES = frozenset(f"{page.app}_{page.model}" for area, _, page in families() if area in (RULES, CONTROL))
