"""The admin of batches: the uploaded files and the results of their checks and imports."""

import csv
import io
from collections.abc import Callable
from itertools import islice
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from wholesale.plumbing.admin_base import GrowingAdmin
from wholesale.plumbing.admin_parts import SinceFilter, button, column
from wholesale.plumbing.admin_questions import Question, asking, of_row
from wholesale.plumbing.importing.batches import Importer
from wholesale.plumbing.importing.files import ENCODING, ListFile
from wholesale.plumbing.importing.kinds import RowKind
from wholesale.plumbing.importing.models import ImportBatch
from wholesale.plumbing.showing import shown_number

State = ImportBatch.State
STATE_COLOURS = {
    State.CHECKING.label: "info",
    State.CHECKED.label: "warning",
    State.IMPORTING.label: "info",
    State.DONE.label: "success",
    State.FAILED.label: "danger",
}
REFUSED_SHOWN = 20
READ_SHOWN = 5


def remarks_list(row: ImportBatch) -> str:
    """Return the batch's remarks as HTML, one paragraph each."""
    return format_html_join("", "<p>{}</p>", ((remark,) for remark in row.remarks))


def _may_be_tried_again(row: ImportBatch) -> bool:
    """Whether the batch failed and its file is still kept."""
    return row.state == State.FAILED and type(row)._default_manager.filter(pk=row.pk, content__isnull=False).exists()


class ImportBatchAdmin(GrowingAdmin):
    """The base of the admins of batches. The newest batch is first."""

    importer: Importer[Any]
    retry: Callable[[int], Any]  # the verb that checks a failed batch again
    import_permission: str
    asked_by: str  # the admin whose page asks for the confirmation, such as followups_lead
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
    search_help_text = _("Name of the file, or who brought it")
    actions_detail = ("confirm", "again", "download")
    left_fields: tuple[str, ...] = ()  # fields about values of imported rows that were ignored
    _counts_by_state = {State.CHECKED: _("What an import would do"), State.DONE: _("What the import did")}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("content", "refused_rows")

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Return the fields that the page shows. For an unreadable file these are the failure and no counts."""
        told = (("failure", obj.failure), ("unused", obj.unknown_columns), ("remarks_shown", obj.remarks))
        more = [name for name, there in told if there]
        left = [name for name in self.left_fields if getattr(obj, name)]
        counts = {"fields": (("created", "updated"), ("unchanged", "refused"), *left, "refused_shown")}
        return (
            (gettext("Import"), {"fields": (("file_name", "state_label"), *more)}),
            *((title, counts) for state, title in self._counts_by_state.items() if state == obj.state),
            (gettext("Who and when"), {"fields": (("changed_by", "user"), ("created_at", "finished_at"))}),
        )

    def has_import_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Whether the user may import batches, and download their refused rows."""
        return request.user.has_perm(self.import_permission)

    state_label = column(_("State"), lambda row: row.get_state_display(), label=STATE_COLOURS)
    unused = column(_("Columns that were not used"), lambda row: ", ".join(row.unknown_columns))
    remarks_shown = column(_("Remarks"), remarks_list)

    @display(description=_("What was refused"))
    def refused_shown(self, row: ImportBatch) -> str:
        """A table of the first refused rows as HTML."""
        return refused_table(self.importer.kind, row)

    @button(_("Import..."), "import", icon="upload", when=lambda row: row.is_ready)
    @of_row
    def confirm(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Redirect to the page on which the user confirms the import."""
        return HttpResponseRedirect(confirm_url(self.asked_by, row))

    @button(_("Try again..."), "import", icon="replay", when=_may_be_tried_again)
    @asking
    def again(self, request: HttpRequest, row: Any) -> Question:
        """Check the file of a failed import again, after a confirmation page."""

        def act() -> str:
            self.retry(row.pk)
            return gettext("The file is looked through again.")

        return Question(
            act,
            form=forms.Form,
            title=gettext("Try again"),
            explanation=gettext(
                "%(failure)s The file is looked through once more. Nothing is imported before you confirm it."
            )
            % {"failure": row.failure},
            button=gettext("Look through it again"),
        )

    @button(_("Download refused rows"), "import", icon="download", path="refused", when=lambda row: row.refused_rows)
    @of_row
    def download(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Download the refused rows as CSV, so that somebody can mend and upload them."""
        name = f"import-{row.pk}.refused.csv"
        return HttpResponse(
            row.refused_rows.encode(ENCODING),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )


def confirm_url(asked_by: str, row: ImportBatch) -> str:
    """Return the address of the page for confirming the import. `asked_by` is the page's admin, such as followups_lead."""
    return reverse(f"admin:{asked_by}_process_import", query={"import": row.pk})


def page_url(row: ImportBatch) -> str:
    """Return the address of a batch's page."""
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def counts_of(row: ImportBatch) -> list[str]:
    """Return the numbers of new, changed, unchanged and refused rows as text."""
    return [shown_number(count) for count in (row.created, row.updated, row.unchanged, row.refused)]


def unused_text(row: ImportBatch) -> str:
    """Return a text about the file's columns and values that are not used. Empty if there are none."""
    columns = (
        gettext("Columns that are not used: %(unknown_columns)s.") % {"unknown_columns": ", ".join(row.unknown_columns)}
        if row.unknown_columns
        else ""
    )
    return " ".join(filter(None, (columns, row.left_out)))


def first_rows(found: ListFile) -> str:
    """Return a table of the file's first rows as they were read, so that a person can check the columns."""
    columns = [name for name in found.kind.columns if name in found.meanings]
    rows = [[one.given.get(name) for name in columns] for one in found.first(READ_SHOWN)]
    return render_to_string("admin/importing/first_rows.html", {"columns": columns, "rows": rows})


def refused_table(kind: RowKind, row: ImportBatch) -> str:
    """Return a table of the first refused rows, each with its reason."""
    refused = csv.DictReader(io.StringIO(row.refused_rows))
    shown = [(one["row"], one.get(kind.key, ""), one["reason"]) for one in islice(refused, REFUSED_SHOWN)]
    return render_to_string(
        "admin/importing/refused.html",
        {"shown": shown, "more": max(0, row.refused - len(shown)), "refused": row.refused, "one": kind.one.capitalize()},
    )
