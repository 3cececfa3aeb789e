"""The admin of imports: the files of leads that were brought, what would come of them and what came."""

import csv
import io
from itertools import islice
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html_join
from unfold.decorators import action, display

from followups.leads import files
from followups.leads.fields import COLUMNS
from followups.leads.imports import retry_import
from followups.leads.models import LeadImport
from wholesale.plumbing.admin_base import GrowingAdmin, SinceFilter, confirmation
from wholesale.plumbing.admin_input import row_id
from wholesale.plumbing.errors import DomainError

IMPORT_COLOURS = {
    LeadImport.State.CHECKING.label: "info",
    LeadImport.State.CHECKED.label: "warning",
    LeadImport.State.IMPORTING.label: "info",
    LeadImport.State.DONE.label: "success",
    LeadImport.State.FAILED.label: "danger",
}
REFUSED_SHOWN = 20
READ_SHOWN = 5


@admin.register(LeadImport)
class LeadImportAdmin(GrowingAdmin):
    """Files of leads that were brought here, the newest first."""

    list_display = (
        "id",
        "file_name",
        "state_label",
        "created",
        "updated",
        "unchanged",
        "refused",
        "changed_by",
        "created_at",
    )
    list_display_links = ("id", "file_name")
    list_filter = ("state", SinceFilter)
    list_select_related = False
    search_fields = ("file_name__icontains", "changed_by__exact")
    search_help_text = "Name of the file, or who brought it"
    actions_detail = ("confirm", "again", "download")
    _counts_by_state = {LeadImport.State.CHECKED: "What an import would do", LeadImport.State.DONE: "What the import did"}

    def get_queryset(self, request: HttpRequest) -> QuerySet[LeadImport]:
        return super().get_queryset(request).defer("content", "refused_rows")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Only what there is: a file that cannot be read has a fault and no counts."""
        told = (("failure", obj.failure), ("unused", obj.unknown_columns), ("remarks_shown", obj.remarks))
        more = [name for name, there in told if there]
        left = ("statuses_left",) if obj.statuses_left else ()
        counts = {"fields": (("created", "updated"), ("unchanged", "refused"), *left, "refused_shown")}
        return (
            ("Import", {"fields": (("file_name", "state_label"), *more)}),
            *((title, counts) for state, title in self._counts_by_state.items() if state == obj.state),
            ("Who and when", {"fields": (("changed_by", "user"), ("created_at", "finished_at"))}),
        )

    def has_import_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Who may import leads, and take home what was refused."""
        return request.user.has_perm("followups.import_lead")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        row = LeadImport.objects.defer("content").filter(pk=object_id).first()
        possible = {
            "confirm": row is not None and is_ready(row),
            "again": row is not None and may_be_tried_again(row),
            "download": row is not None and bool(row.refused_rows),
        }
        return [
            detail
            for detail in super().get_actions_detail(request, object_id)
            if possible[detail.action_name.rpartition("_")[2]]
        ]

    @display(description="State", label=IMPORT_COLOURS)
    def state_label(self, row: LeadImport) -> str:
        """How far it is."""
        return row.get_state_display()

    @display(description="Columns that were not used")
    def unused(self, row: LeadImport) -> str:
        """Whose names mean nothing here."""
        return ", ".join(row.unknown_columns)

    @display(description="Remarks")
    def remarks_shown(self, row: LeadImport) -> str:
        """How the file was read, and what it says of contact."""
        return remarks_list(row)

    @display(description="What was refused")
    def refused_shown(self, row: LeadImport) -> str:
        """The first of the refused rows."""
        return refused_table(row)

    @action(description="Import...", permissions=["import"], icon="upload", url_path="confirm")
    def confirm(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To what will be imported."""
        return HttpResponseRedirect(confirm_url(get_object_or_404(LeadImport, pk=row_id(object_id))))

    @action(description="Try again...", permissions=["import"], icon="replay", url_path="again")
    def again(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Look through the file once more."""
        row = get_object_or_404(LeadImport, pk=row_id(object_id))
        if request.method == "POST":
            try:
                retry_import(row.pk)
            except DomainError as refusal:
                messages.error(request, refusal.detail)
            return HttpResponseRedirect(page_url(row))
        return confirmation(
            request,
            self,
            title="Try again",
            form=forms.Form(),
            explanation=f"{row.failure} The file is looked through once more. Nothing is imported before you confirm it.",
            button="Look through it again",
        )

    @action(description="Download refused rows", permissions=["import"], icon="download", url_path="refused")
    def download(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """What was refused, to be mended and brought again."""
        row = get_object_or_404(LeadImport, pk=row_id(object_id))
        name = f"import-{row.pk}.refused.csv"
        return HttpResponse(
            row.refused_rows.encode(files.ENCODING),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def is_ready(row: LeadImport) -> bool:
    """Whether it waits for somebody to confirm it."""
    return row.state == LeadImport.State.CHECKED


def may_be_tried_again(row: LeadImport) -> bool:
    """Whether it failed and its file is still here."""
    return row.state == LeadImport.State.FAILED and LeadImport.objects.filter(pk=row.pk, content__isnull=False).exists()


def confirm_url(row: LeadImport) -> str:
    """The page that asks whether to import it."""
    return reverse("admin:followups_lead_process_import", query={"import": row.pk})


def page_url(row: LeadImport) -> str:
    """The page of an import."""
    return reverse("admin:followups_leadimport_change", args=[row.pk])


def counts_of(row: LeadImport) -> list[str]:
    """New, changed, unchanged and refused."""
    return [f"{count:,}" for count in (row.created, row.updated, row.unchanged, row.refused)]


def unused_text(row: LeadImport) -> str:
    """Which of its columns mean nothing here, and which statuses are left out, if any."""
    columns = f"Columns that are not used: {', '.join(row.unknown_columns)}." if row.unknown_columns else ""
    return " ".join(filter(None, (columns, row.statuses_left)))


def remarks_list(row: LeadImport) -> str:
    """How the file was read, and what it says of contact, a line each."""
    return format_html_join("", "<p>{}</p>", ((remark,) for remark in row.remarks))


def first_rows(row: LeadImport) -> str:
    """How the beginning of the file was read: whether its columns are the right ones is seen at a glance."""
    lead_file = files.read(io.BytesIO(row.content or b""), files.Format.of(row.file_name))
    columns = [name for name in COLUMNS if name in lead_file.meanings]
    rows = [[one.given.get(name) for name in columns] for one in lead_file.first(READ_SHOWN)]
    return render_to_string("admin/followups/first_rows.html", {"columns": columns, "rows": rows})


def refused_table(row: LeadImport) -> str:
    """The first of its refused rows, each with its reason."""
    refused = csv.DictReader(io.StringIO(row.refused_rows))
    shown = [(one["row"], one.get("lead_id", ""), one["reason"]) for one in islice(refused, REFUSED_SHOWN)]
    return render_to_string(
        "admin/followups/refused.html", {"shown": shown, "more": max(0, row.refused - len(shown)), "refused": row.refused}
    )
