"""The admin pages of the runbook: what every check finds now, and the stored runs."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.runbook import services
from governance.runbook.models import RunbookRun
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import ReadOnlyAdmin
from wholesale.plumbing.admin_parts import SinceFilter, allowed, button, column, either
from wholesale.plumbing.admin_questions import act_with_reason

# The title of each group of a status.
GROUPS = (
    (_("Blockers"), "blockers"),
    (_("Warnings"), "warnings"),
    (_("Checks that pass, and what is good to know"), "info"),
)


@admin.register(RunbookRun)
class RunbookRunAdmin(ReadOnlyAdmin):
    """The admin pages of stored runs, newest first, and a page with what the checks find now."""

    list_display = ("id", "created_at", "verdict", "blockers", "warnings", "changed_by", "reason")
    list_display_links = ("id", "created_at")
    list_filter = (SinceFilter, "ok_to_enable_go_live")
    list_select_related = False
    search_fields = ("changed_by", "reason")
    search_help_text = _("Who stored it, or why")
    actions_list = ("store",)
    fieldsets = (
        (_("Run"), {"fields": ("verdict", "created_at", "changed_by", "user", "reason", "correlation_id")}),
        *((title, {"fields": (f"{group}_found",)}) for title, group in GROUPS),
    )

    def get_urls(self) -> list[Any]:
        now = path("now/", self.admin_site.admin_view(self.now), name="governance_runbookrun_now")
        return [now, *super().get_urls()]

    has_read_permission = allowed("governance.view_runbook")
    has_store_permission = allowed("governance.store_run")

    verdict = either(
        _("Verdict"), lambda run: run.ok_to_enable_go_live, (_("Nothing blocks"), "success"), (_("Blocked"), "danger")
    )
    blockers = column(_("Blockers"), lambda run: len(run.status["blockers"]))
    warnings = column(_("Warnings"), lambda run: len(run.status["warnings"]))
    blockers_found = column(_("Found"), lambda run: _findings(run, "blockers"))
    warnings_found = column(_("Found"), lambda run: _findings(run, "warnings"))
    info_found = column(_("Found"), lambda run: _findings(run, "info"))

    def now(self, request: HttpRequest) -> HttpResponse:
        """Show a page with what every check finds now."""
        if not self.has_read_permission(request):
            raise PermissionDenied
        found = services.status()
        return TemplateResponse(
            request,
            "admin/governance/runbook.html",
            {
                **self.admin_site.each_context(request),
                "title": gettext("Runbook"),
                "found": found,
                "groups": [(title, found[group]) for title, group in GROUPS],
                "runs_url": reverse("admin:governance_runbookrun_changelist") if self.has_view_permission(request) else "",
                "store_url": reverse("admin:governance_runbookrun_store") if self.has_store_permission(request) else "",
            },
        )

    @button(_("Store a run..."), "store", icon="save")
    def store(self, request: HttpRequest) -> HttpResponse:
        """Show a page that asks for the reason, then store what every check finds now."""

        def act(reason: str) -> str:
            run = services.store_run(act=Act.by(request.user, reason=reason))
            self.log_addition(request, run, "Stored.")
            return gettext("Run %(run)s is stored.") % {"run": run.pk}

        return act_with_reason(
            request,
            self,
            act,
            title=gettext("Store what the runbook finds now"),
            explanation=gettext(
                "Every check runs again, and what it finds is kept for good with your name and your reason."
            ),
            button=gettext("Store the run"),
            then=reverse("admin:governance_runbookrun_changelist"),
        )


def _findings(run: RunbookRun, group: str) -> str:
    return render_to_string("admin/governance/findings.html", {"items": run.status[group]})
