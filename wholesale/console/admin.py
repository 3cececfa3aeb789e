"""The admin of users, roles, tokens, the admin log, background tasks and the plumbing's tables."""

import json
from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.contrib.auth.admin import GroupAdmin as BaseGroupAdmin
from django.contrib.auth.admin import UserAdmin as BaseUserAdmin
from django.contrib.auth.models import Group, User
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django_tasks.base import TaskResultStatus
from django_tasks_db.models import DBTaskResult
from knox.models import AuthToken
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from wholesale.console.deals.offer_admin import DealPages
from wholesale.console.invitations import pages
from wholesale.console.people.buyer_admin import BuyerPages
from wholesale.console.people.lead_admin import LeadPages
from wholesale.console.reports.agents import TaskPages
from wholesale.console.reports.friday import ReviewPages
from wholesale.console.reports.ratios import StudyPages
from wholesale.console.timeline.request_admin import TracePages
from wholesale.plumbing.admin_base import GrowingAdmin, Logged, ReadOnlyAdmin, Undeletable
from wholesale.plumbing.admin_input import CheckedInput
from wholesale.plumbing.admin_parts import SinceFilter, WordFilter, allowed, column, either
from wholesale.plumbing.models import IdempotencyKey, PeriodicRun, RoleGrant
from wholesale.plumbing.showing import MISSING
from wholesale.plumbing.spoken import code_words, folded, with_code
from wholesale.plumbing.work import periodic

ACTS = {ADDITION: _("Added"), CHANGE: _("Changed"), DELETION: _("Deleted")}
ACT_COLOURS = {ACTS[ADDITION]: "success", ACTS[CHANGE]: "info", ACTS[DELETION]: "danger"}
STAFF = _("Staff")
STATUS_COLOURS = {
    TaskResultStatus.READY.label: "info",
    TaskResultStatus.RUNNING.label: "warning",
    TaskResultStatus.FAILED.label: "danger",
    TaskResultStatus.SUCCESSFUL.label: "success",
}

admin.site.index_title = _("Today")

admin.site.unregister((User, Group, AuthToken, DBTaskResult))


@admin.register(User)
class UserAdmin(CheckedInput, Logged, Undeletable, BaseUserAdmin, ModelAdmin):
    """The admin of users. A user is deactivated, never deleted, because rows name the user who wrote them."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "person", "roles", "active", "staff", "last_login")
    list_filter = ("is_active", "is_staff", "is_superuser", "groups")
    search_help_text = _("User name, name or e-mail")
    ordering = ("username",)

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[User]:
        return super().get_queryset(request).prefetch_related("groups")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The field of a user's roles says what roles do; Django calls them groups."""
        if db_field.name == "groups":
            kwargs["help_text"] = _("A user may do what any of its roles may.")
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    person = column(_("Name"), lambda user: user.get_full_name() or user.email, ordering="last_name")

    @display(description=_("Roles"))
    def roles(self, user: User) -> str:
        """The names of the user's roles as text. Without a role it is "superuser" or "none"."""
        return ", ".join(group.name for group in user.groups.all()) or gettext("superuser" if user.is_superuser else "none")

    def get_urls(self) -> list[Any]:
        """Add the page that invites, and that of an invitation."""
        page = self.admin_site.admin_view
        return [
            path("invite/", page(self.invite), name="auth_user_invite"),
            path("invite/<path:object_id>/", page(self.invitation), name="auth_user_invitation"),
            *super().get_urls(),
        ]

    def invite(self, request: HttpRequest) -> HttpResponse:
        """Invite an agent, or whom else the user may invite."""
        return pages.invite_page(request, self)

    def invitation(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the link by which an invited user sets a password."""
        return pages.invitation_page(request, self, object_id)

    active = either(
        _("State"), lambda user: user.is_active, (_("Active"), "success"), (_("Deactivated"), "danger"), ordering="is_active"
    )
    staff = column(_("Admin"), lambda user: STAFF if user.is_staff else "", ordering="is_staff", label={STAFF: "info"})


@admin.register(Group)
class GroupAdmin(CheckedInput, Logged, Undeletable, BaseGroupAdmin, ModelAdmin):
    """The admin of roles. A role cannot be deleted. `migrate` does not grant again a permission that is removed here."""

    list_display = ("name", "members", "number_of_permissions")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[Group]:
        return (
            super()
            .get_queryset(request)
            .annotate(
                n_members=models.Count("user", distinct=True), n_permissions=models.Count("permissions", distinct=True)
            )
        )

    members = column(_("Members"), lambda group: group.n_members, ordering="n_members")
    number_of_permissions = column(_("Permissions"), lambda group: group.n_permissions, ordering="n_permissions")


def _is_expired(token: AuthToken) -> bool:
    return token.expiry is not None and token.expiry < timezone.now()


@admin.register(AuthToken)
class AuthTokenAdmin(ReadOnlyAdmin):
    """The admin of API tokens. It revokes tokens; only the command `create_api_token` creates them, and shows each once."""

    list_display = ("key", "user", "state", "created", "expiry")
    list_select_related = ("user",)
    search_fields = ("user__username", "token_key")
    search_help_text = _("User name, or the token's first characters")
    ordering = ("-created",)
    fields = ("key", "user", "state", "created", "expiry")

    has_delete_permission = allowed("knox.delete_authtoken")

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        _names, counts, perms_needed, protected = super().get_deleted_objects(objs, request)
        return (
            [gettext("Token %(token)s of %(user)s") % {"token": self.key(token), "user": token.user} for token in objs],
            counts,
            perms_needed,
            protected,
        )

    key = column(_("Begins with"), lambda token: f"{token.token_key[:8]}...", ordering="token_key")
    state = either(_("State"), _is_expired, (_("Expired"), "danger"), (_("Valid"), "success"))


@admin.register(RoleGrant)
class RoleGrantAdmin(ReadOnlyAdmin):
    """The admin of grants: which permission the product has granted to which role. It grants each permission only once."""

    list_display = ("group", "permission", "held")
    list_filter = ("group",)
    list_select_related = ("group", "permission__content_type")
    search_fields = ("permission__codename", "permission__name")
    search_help_text = _("Permission")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[RoleGrant]:
        through = Group.permissions.through._default_manager
        held = through.filter(group_id=models.OuterRef("group_id"), permission_id=models.OuterRef("permission_id"))
        return super().get_queryset(request).annotate(is_held=models.Exists(held))

    held = either(_("Now"), lambda grant: grant.is_held, (_("Granted"), "success"), (_("Taken away"), "warning"))


@admin.register(IdempotencyKey)
class IdempotencyKeyAdmin(GrowingAdmin):
    """The admin of idempotency keys. The page of a key shows the answer that a repeated request gets."""

    list_display = ("key", "user", "status", "created_at")
    list_filter = (SinceFilter,)
    list_select_related = ("user",)
    search_fields = ("key__exact", "user__username__exact")
    search_help_text = _("Key or user name, in full")
    fields = ("key", "user", "status", "created_at", "fingerprint", "answer")

    answer = column(_("Answer"), lambda row: folded(json.loads(row.body)) if row.body else MISSING)


def in_language(logged: str) -> str:
    """Return a message of the log, which is stored in English, in the active language."""
    return gettext(logged) if logged else ""


@admin.register(LogEntry)
class LogEntryAdmin(GrowingAdmin):
    """The admin of Django's log: who pressed which button. The history of a policy tells what changed, and why."""

    list_display = ("action_time", "user", "kind", "content_type", "object_repr", "what")
    list_filter = ("action_flag",)
    list_select_related = ("user", "content_type")
    search_fields = ("object_repr", "user__username")
    search_help_text = _("Object or user name")
    fields = ("action_time", "user", "kind", "content_type", "object_repr", "what")

    kind = column(_("Act"), lambda entry: ACTS[entry.action_flag], ordering="action_flag", label=ACT_COLOURS)
    what = column(_("What"), lambda entry: in_language(entry.get_change_message()))


@admin.register(DBTaskResult)
class DBTaskResultAdmin(GrowingAdmin):
    """The admin of background tasks. The latest task is first."""

    list_display = ("named", "state", "enqueued_at", "started_at", "finished_at")
    list_filter = ("status",)
    list_select_related = False
    search_fields = ("task_path",)
    search_help_text = _("Name of the task")
    ordering = ("-enqueued_at",)
    fields = ("task_path", "queue_name", "state", "args_kwargs", "enqueued_at", "started_at", "finished_at", "traceback")
    actions = ("try_again",)

    has_change_task_permission = allowed("django_tasks_database.change_dbtaskresult")

    @action(description=_("Try again"), permissions=["change_task"])
    def try_again(self, request: HttpRequest, tasks: models.QuerySet[DBTaskResult]) -> None:
        """Requeue those of the selected background tasks that have failed."""
        again = periodic.try_again(list(tasks.values_list("pk", flat=True)))
        messages.success(
            request,
            ngettext(
                "%(count)s failed task waits for the worker again.",
                "%(count)s failed tasks wait for the worker again.",
                again,
            )
            % {"count": again},
        )

    named = column(_("Name of the task"), lambda task: task.task_name)
    state = column(_("State"), lambda task: task.get_status_display(), ordering="status", label=STATUS_COLOURS)


class JobFilter(WordFilter):
    """A filter of turns by the job."""

    title = _("job")
    parameter_name = "name"

    def words(self) -> Iterable[tuple[str, str]]:
        return [(job.name, code_words(job.name, "task_path")) for job in periodic.jobs()]


@admin.register(PeriodicRun)
class PeriodicRunAdmin(ReadOnlyAdmin):
    """The admin of the turns of periodic jobs. Each row is one turn that was enqueued for the worker."""

    list_display = ("job", "slot")
    list_filter = (JobFilter,)
    fields = ("job_and_code", "slot")

    job = column(_("Job"), lambda run: code_words(run.name, "task_path"), ordering="name")
    job_and_code = column(_("Job"), lambda run: with_code(run.name, "task_path"))


__all__ = ["BuyerPages", "DealPages", "LeadPages", "ReviewPages", "StudyPages", "TaskPages", "TracePages"]
