"""The admin's frame: its sidebar, its banner of the environment, users, roles, tokens, and the plumbing's tables."""

import json
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group, User
from django.db import models
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils import timezone
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from knox.models import AuthToken
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.utils import prettify_json

from followups.models import SlaNotice
from wholesale.plumbing.admin_base import GrowingAdmin, Kept, ReadOnlyAdmin, SinceFilter
from wholesale.plumbing.admin_input import CheckedInput
from wholesale.plumbing.models import IdempotencyKey, PeriodicRun, RoleGrant
from wholesale.plumbing.work import periodic

BADGE_MAX = 99  # unread notices that the sidebar counts

admin.site.index_title = "What needs a person now"


@dataclass(frozen=True, slots=True)
class Page:
    """An entry of the sidebar: a model's list, or another page of its admin with a permission of its own."""

    title: str
    icon: str
    app: str
    model: str
    view: str = "changelist"
    permission: str = ""

    @property
    def needs(self) -> str:
        """The permission without which it is not shown."""
        return f"{self.app}.{self.permission or f'view_{self.model}'}"

    @property
    def link(self) -> Any:
        """Its address."""
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
        Page("Liquidity", "water_drop", "buyers", "buyerliquiditynode"),
        Page("Feedback", "forum", "buyers", "buyerfeedbackevent"),
    ),
    "Offers and figures": (
        Page("Offers made", "request_quote", "offers", "offerevidence"),
        Page("KPI log", "monitoring", "kpi", "kpievent"),
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
    """What is mended of Unfold's own styles."""
    return static("console/admin.css")


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """The sidebar: the pages that this user may see, by area."""
    overview = {"title": "Overview", "icon": "space_dashboard", "link": reverse_lazy("admin:index")}
    shown = [page for pages in NAVIGATION.values() for page in pages if request.user.has_perm(page.needs)]
    # The theme would mark every page whose address the present one begins with.
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
    """How much waits on that page for somebody to read it; no more of it is read than is said."""
    if page.model != "slanotice":
        return {}
    unread = len(SlaNotice.objects.filter(read_at__isnull=True).values_list("pk", flat=True)[: BADGE_MAX + 1])
    if not unread:
        return {}
    return {"badge": f"{BADGE_MAX}+" if unread > BADGE_MAX else str(unread), "badge_variant": "danger"}


def environment(request: HttpRequest) -> list[str] | None:
    """A label beside the title where this is no production server."""
    return ["Development", "warning"] if settings.DEBUG else None


# Users and what they may do ---------------------------------------------------------------------------------------------

admin.site.unregister((User, Group, AuthToken, DBTaskResult))


@admin.register(User)
class UserAdmin(CheckedInput, Kept, BaseUserAdmin, ModelAdmin):
    """Users. They are deactivated, not deleted: what they did stays under their name."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "person", "roles", "active", "staff", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", "groups")
    search_help_text = "User name, name or e-mail"
    ordering = ("username",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    @display(description="Name", ordering="last_name")
    def person(self, user: User) -> str:
        """Who it is."""
        return user.get_full_name() or user.email

    @display(description="Roles")
    def roles(self, user: User) -> str:
        """The user's groups; a superuser needs none."""
        return ", ".join(group.name for group in user.groups.all()) or ("superuser" if user.is_superuser else "none")

    @display(description="State", ordering="is_active", label={"Active": "success", "Deactivated": "danger"})
    def active(self, user: User) -> str:
        """Whether the user may do anything at all."""
        return "Active" if user.is_active else "Deactivated"

    @display(description="Admin", ordering="is_staff", label={"Staff": "info"})
    def staff(self, user: User) -> str:
        """Whether the user may enter here."""
        return "Staff" if user.is_staff else ""


@admin.register(Group)
class GroupAdmin(CheckedInput, Kept, BaseGroupAdmin, ModelAdmin):
    """Roles. A permission taken away here stays away; a role itself stays."""

    list_display = ("name", "members", "number_of_permissions")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Group]:
        return (
            super()
            .get_queryset(request)
            .annotate(
                n_members=models.Count("user", distinct=True), n_permissions=models.Count("permissions", distinct=True)
            )
        )

    @display(description="Members", ordering="n_members")
    def members(self, group: Any) -> int:
        """How many users hold the role."""
        return group.n_members

    @display(description="Permissions", ordering="n_permissions")
    def number_of_permissions(self, group: Any) -> int:
        """How many permissions the role gives."""
        return group.n_permissions


@admin.register(AuthToken)
class AuthTokenAdmin(ReadOnlyAdmin):
    """API tokens. `create_api_token` makes them, since only it can show one; here they are seen and revoked."""

    list_display = ("key", "user", "state", "created", "expiry")
    list_select_related = ("user",)
    search_fields = ("user__username", "token_key")
    search_help_text = "User name, or the token's first characters"
    ordering = ("-created",)
    fields = ("key", "user", "state", "created", "expiry")

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return request.user.has_perm("knox.delete_authtoken")

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        _, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        return [f"Token {self.key(token)} of {token.user}" for token in objs], counts, perms_needed, protected

    @display(description="Begins with", ordering="token_key")
    def key(self, token: AuthToken) -> str:
        """The token's first characters; the rest is known to its owner alone."""
        return f"{token.token_key[:8]}..."

    @display(description="State", label={"Valid": "success", "Expired": "danger"})
    def state(self, token: AuthToken) -> str:
        """Whether it still opens the door."""
        return "Expired" if token.expiry is not None and token.expiry < timezone.now() else "Valid"


@admin.register(RoleGrant)
class RoleGrantAdmin(ReadOnlyAdmin):
    """The permissions that the product gave to roles, each once."""

    list_display = ("group", "permission", "held")
    list_filter = ("group",)
    list_select_related = ("group", "permission__content_type")
    search_fields = ("permission__codename", "permission__name")
    search_help_text = "Permission"

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[RoleGrant]:
        through = Group.permissions.through._default_manager
        held = through.filter(group_id=models.OuterRef("group_id"), permission_id=models.OuterRef("permission_id"))
        return super().get_queryset(request).annotate(is_held=models.Exists(held))

    @display(description="Today", label={"Held": "success", "Taken away": "warning"})
    def held(self, grant: Any) -> str:
        """Whether the role still has it."""
        return "Held" if grant.is_held else "Taken away"


# The plumbing -----------------------------------------------------------------------------------------------------------


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(GrowingAdmin):
    """POSTs that were named by their sender, with the answer that a repetition gets."""

    list_display = ("key", "user", "status", "created_at")
    list_filter = (SinceFilter,)
    list_select_related = ("user",)
    search_fields = ("key__exact", "user__username__exact")
    search_help_text = "Key or user name, in full"
    fields = ("key", "user", "status", "created_at", "fingerprint", "answer")

    @display(description="Answer")
    def answer(self, row: IdempotencyKey) -> str:
        """The answer's JSON."""
        return prettify_json(json.loads(row.body), None) or row.body


@admin.register(LogEntry)
class LogEntryAdmin(GrowingAdmin):
    """Who pressed which button here. What changed, and why, is in the history of each policy."""

    list_display = ("action_time", "user", "kind", "content_type", "object_repr", "what")
    list_filter = ("action_flag",)
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "user__username")
    search_help_text = "Object or user name"
    fields = ("action_time", "user", "kind", "content_type", "object_repr", "what")

    @display(description="Act", ordering="action_flag", label={"Added": "success", "Changed": "info", "Deleted": "danger"})
    def kind(self, entry: LogEntry) -> str:
        """What kind of act."""
        return {ADDITION: "Added", CHANGE: "Changed", DELETION: "Deleted"}[entry.action_flag]

    @display(description="What")
    def what(self, entry: LogEntry) -> str:
        """The act in words."""
        return entry.get_change_message()


@admin.register(DBTaskResult)
class DBTaskResultAdmin(GrowingAdmin):
    """Work that was handed to the worker, the latest first."""

    list_display = ("task_name", "state", "enqueued_at", "started_at", "finished_at")
    list_filter = ("status",)
    list_select_related = False
    search_fields = ("task_path",)
    search_help_text = "Name of the task"
    ordering = ("-enqueued_at",)
    fields = ("task_path", "queue_name", "state", "args_kwargs", "enqueued_at", "started_at", "finished_at", "traceback")
    actions = ("try_again",)

    def has_change_task_permission(self, request: HttpRequest) -> bool:
        """Who may have a failed task done again."""
        return request.user.has_perm("django_tasks_database.change_dbtaskresult")

    @action(description="Try again", permissions=["change_task"])
    def try_again(self, request: HttpRequest, tasks: models.QuerySet[DBTaskResult]) -> None:
        """Have the failed ones among the selected done once more."""
        again = periodic.try_again(list(tasks.values_list("pk", flat=True)))
        messages.success(request, f"{again} failed tasks wait for the worker again.")

    @display(
        description="State",
        ordering="status",
        label={
            TaskResultStatus.READY.label: "info",
            TaskResultStatus.RUNNING.label: "warning",
            TaskResultStatus.FAILED.label: "danger",
            TaskResultStatus.SUCCESSFUL.label: "success",
        },
    )
    def state(self, task: DBTaskResult) -> str:
        """Where the task stands."""
        return str(TaskResultStatus(task.status).label)


@admin.register(PeriodicRun)
class PeriodicRunAdmin(ReadOnlyAdmin):
    """Turns of the periodic jobs that were handed to the worker."""

    list_display = ("name", "slot")
    list_filter = ("name",)
    fields = ("name", "slot")
