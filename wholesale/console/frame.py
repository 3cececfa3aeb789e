"""The frame of the admin's pages: the sidebar, the names of the pages, and what stops the system.

The entries are what people do. A page whose rows belong to another page (a history, a log, an import) stands beside that
page, as a tab, and not in the sidebar.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse

from followups.models import SlaNotice
from governance.gate import go_live_state

INVITE = "wholesale.invite_agent"
BADGE_MAX = 99  # the highest number of unread notices that the sidebar shows


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the admin: the list of a model, or its page `view`, for which a user needs `permission`.

    `beside` are the pages that are reached from this one. `mine` is its title for whom it shows only own rows.
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
        return reverse(f"admin:{self.app}_{self.model}_{self.view}")

    @property
    def family(self) -> tuple["Page", ...]:
        """The page and those beside it."""
        return (self, *self.beside)

    def title_for(self, user: Any) -> str:
        """Return what the page is called for this user."""
        return self.mine if self.mine and is_agent(user) else self.title


TODAY = "Today"
QUEUE = Page("Queue", "headset_mic", "followups", "followuptask", view="queue", permission="claim_task")
INBOX = Page(
    "Inbox",
    "inbox",
    "followups",
    "inboxitem",
    beside=(
        Page("Inbound messages", "mark_chat_unread", "followups", "inboundmessage"),
        Page("Administrative replies", "reply", "followups", "administrativereply"),
    ),
)
LEADS = Page(
    "Leads",
    "contacts",
    "followups",
    "lead",
    mine="My leads",
    beside=(Page("Imports of leads", "upload_file", "followups", "leadimport"),),
)
SYSTEM, RULES, CONTROL = "System", "Rules", "Control"
# Title of the area -> its pages. Those of the area "" always stand open, below Today.
AREAS: dict[str, tuple[Page, ...]] = {
    "": (QUEUE, INBOX),
    "Leads and follow-up": (
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
    "Buyers": (
        Page(
            "Buyers",
            "group",
            "buyers",
            "buyer",
            beside=(Page("Imports of buyers", "upload_file", "buyers", "buyerimport"),),
        ),
        Page("Liquidity", "water_drop", "buyers", "buyerliquiditynode"),
        Page(
            "Deals sent",
            "outgoing_mail",
            "buyers",
            "dealsent",
            beside=(Page("Feedback", "forum", "buyers", "buyerfeedbackevent"),),
        ),
    ),
    "Deals": (
        Page("Offers made", "request_quote", "offers", "offerevidence"),
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
    "Reports": (
        Page(
            "SLA",
            "timer",
            "followups",
            "followuptask",
            view="sla",
            permission="view_sla",
            beside=(
                Page("SLA breaches", "alarm", "followups", "slabreach"),
                Page("SLA notices", "notifications", "followups", "slanotice"),
            ),
        ),
        Page("KPI log", "monitoring", "kpi", "kpievent"),
        Page("Ratio studies", "analytics", "offers", "ratiostudy"),
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
# What an agent's sidebar holds, and nothing else.
OF_AGENTS: dict[str, tuple[Page, ...]] = {"": (QUEUE, INBOX, LEADS)}


def is_agent(user: Any) -> bool:
    """Whether the user works on tasks and reads only its own leads."""
    return bool(user.has_perm("followups.claim_task") and not user.has_perm("followups.view_any_lead"))


def _areas_for(user: Any) -> dict[str, list[tuple[Page, Page]]]:
    """Return the areas of the sidebar for a user: each entry, and the page that it opens. If the user may not open that of
    the entry itself, it is the first that stands beside it."""
    areas = OF_AGENTS if is_agent(user) else AREAS
    openable = {
        title: ((first, next((page for page in first.family if user.has_perm(page.needs)), None)) for first in pages)
        for title, pages in areas.items()
    }
    return {title: [(first, page) for first, page in pages if page is not None] for title, pages in openable.items()}


def _families() -> Iterator[tuple[str, Page, Page]]:
    """Yield each page with its area and the page beside which it stands."""
    for area, pages in AREAS.items():
        for first in pages:
            yield from ((area, first, page) for page in first.family)


# The pages of Control and of the rules say what the law prohibits and we only warn of (`leniency`).
CONTROL_PAGES = frozenset(f"{page.app}_{page.model}" for area, _, page in _families() if area in (RULES, CONTROL))


# The parts of a page ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stop:
    """What stops the system: a sentence, the details, and the page with the remedy for a user who may use it."""

    what: str
    details: str
    remedy: str = ""  # the label of the link
    link: str = ""


class Frame:
    """What surrounds the content of a page: its name, its area, the pages beside it, and what stops the system."""

    def __init__(self, request: HttpRequest, path: str | None = None) -> None:
        self._user, self._path = request.user, request.path if path is None else path

    @classmethod
    def without_entry(cls, request: HttpRequest) -> "Frame":
        """Return the frame of a page that has no place, such as one that does not exist."""
        return cls(request, path="")

    @cached_property
    def _place(self) -> tuple[Page, Page] | None:
        # The longest match: the address of a list is the beginning of the addresses of its rows, and of other pages.
        found = ((first, page) for _, first, page in _families() if self._path.startswith(page.link))
        return max(found, key=lambda place: len(place[1].link), default=None)

    @property
    def title(self) -> str:
        """The name of the page, or of the list to which a row's page belongs. Empty for a page without an entry."""
        return self._place[1].title_for(self._user) if self._place else ""

    @property
    def link(self) -> str:
        """The address of the page, or of that list."""
        return self._place[1].link if self._place else ""

    @property
    def is_list(self) -> bool:
        """Whether this is the page itself, and not the page of a row or a form."""
        return self._path == self.link

    @property
    def entry(self) -> Page | None:
        """The entry of the sidebar that leads here."""
        return self._place[0] if self._place else None

    @cached_property
    def tabs(self) -> list[dict[str, Any]]:
        """The pages beside this one, and this one. Empty on pages of rows, and where there is only one."""
        if self._place is None or not self.is_list:
            return []
        open_to = [page for page in self._place[0].family if self._user.has_perm(page.needs)]
        tabs = [
            {"title": page.title_for(self._user), "link": page.link, "active": page == self._place[1]} for page in open_to
        ]
        return tabs if len(tabs) > 1 else []

    @cached_property
    def stop(self) -> Stop | None:
        """What stops the system now. None: it acts. If no state is stored, the kill switch counts as engaged (one query)."""
        state = go_live_state()
        if state is None or state.kill_switch_engaged:
            by = f"By {state.changed_by}: {state.reason or 'no reason given'}" if state else "Its row is missing"
            return self._stop("The kill switch is engaged: nothing acts.", by, "Release the kill switch", "release")
        if settings.GO_LIVE_ENFORCE and not state.go_live_enabled:
            why = "no ladder starts and there is no due list until go-live is on"
            return self._stop("The system is not live:", why, "Enable go-live", "enable")
        return None

    def _stop(self, what: str, details: str, remedy: str, view: str) -> Stop:
        permission = {"release": "governance.release_kill_switch", "enable": "governance.enable_go_live"}[view]
        if self._user.has_perm(permission):
            return Stop(what, details, remedy, reverse(f"admin:governance_golivestate_{view}"))
        if not is_agent(self._user) and self._user.has_perm("governance.view_golivestate"):
            return Stop(what, details, "Details", reverse("admin:governance_golivestate_changelist"))
        return Stop(what, details)


def around(request: HttpRequest) -> dict[str, Any]:
    """Return the frame for the context of each page of the admin (Unfold's GLOBAL_CALLBACK)."""
    return {"frame": Frame(request)}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the sidebar: groups of entries. Entries that the user may not see are left out."""
    frame, user = Frame(request), request.user
    groups: list[dict[str, Any]] = [
        {
            "title": title,
            "collapsible": bool(title),
            "items": [
                {"title": page.title_for(user), "icon": page.icon, "link": page.link, "active": first == frame.entry}
                | _badge(page)
                for first, page in pages
            ],
        }
        for title, pages in _areas_for(user).items()
    ]
    for group in groups:  # a closed area shows the badge of its entries
        group.update(next((_badge_of(item) for item in group["items"] if "badge" in item), {}))
    if not is_agent(user):
        index = reverse("admin:index")
        today = {"title": TODAY, "icon": "space_dashboard", "link": index, "active": request.path == index}
        groups[0]["items"] = [today, *groups[0]["items"]]
        groups[-1]["items"] += [{"title": "API documentation", "icon": "api", "link": reverse("docs"), "active": False}]
    return [group for group in groups if group["items"]]


def _badge(page: Page) -> dict[str, Any]:
    """Return the badge of a sidebar entry. Only the SLA has one: the number of unread notices."""
    if page.view != "sla":
        return {}
    unread = len(SlaNotice.objects.filter(read_at__isnull=True).values_list("pk", flat=True)[: BADGE_MAX + 1])
    if not unread:
        return {}
    return {"badge": f"{BADGE_MAX}+" if unread > BADGE_MAX else str(unread), "badge_variant": "danger"}


def _badge_of(item: dict[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in ("badge", "badge_variant")}


def stylesheet(request: HttpRequest) -> str:
    """Return the address of the stylesheet that corrects Unfold's styles."""
    return static("wholesale/admin.css")


def favicon(request: HttpRequest) -> str:
    """Return the address of the symbol that the browser shows beside the title of a page."""
    return static("wholesale/favicon.svg")


def environment(request: HttpRequest) -> list[str] | None:
    """Return the label of the environment, such as Development, and its colour. None on a production server (DEBUG off)."""
    return ["Development", "warning"] if settings.DEBUG else None
