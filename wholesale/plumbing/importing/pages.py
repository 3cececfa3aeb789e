"""The admin pages for uploading, reviewing and importing a file, and for exporting rows (by django-import-export)."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.functional import lazy
from django.utils.html import format_html_join
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from import_export.admin import ExportMixin
from import_export.formats.base_formats import CSV, XLSX
from unfold.contrib.import_export.forms import ExportForm
from unfold.widgets import UnfoldAdminFileFieldWidget

from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_input import row_id
from wholesale.plumbing.admin_parts import button
from wholesale.plumbing.admin_questions import confirmation
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.importing.admin import (
    confirm_url,
    counts_of,
    first_rows,
    page_url,
    refused_table,
    remarks_list,
    unused_text,
)
from wholesale.plumbing.importing.batches import BYTES_MAX, ROWS_AT_ONCE, Importer
from wholesale.plumbing.importing.errors import ImportNotReady
from wholesale.plumbing.importing.models import ImportBatch
from wholesale.plumbing.showing import shown_number
from wholesale.plumbing.texts import Words

RELOAD = _("Reload this page to see what came of it.")


class UploadForm(forms.Form):
    """The form for uploading a file."""

    import_file = forms.FileField(
        label=_("File"),
        widget=UnfoldAdminFileFieldWidget(attrs={"accept": ".csv,.xlsx"}),
        help_text=format_lazy(
            _(
                "CSV or XLSX; a row at its top names the columns. Nothing is imported before you have seen what "
                "it would do. The worker takes files of more than {rows_at_once} rows."
            ),
            rows_at_once=lazy(shown_number, str)(ROWS_AT_ONCE),
        ),
    )


class ImportPages(ExportMixin):
    """A mixin that adds pages for import and export to the admin of the imported rows."""

    importer: Importer[Any]
    begin_import: Callable[..., ImportBatch]
    confirm_import: Callable[[int], ImportBatch]
    columns_shown: list[tuple[Words, list[str]]]  # the columns that a file may have, in titled groups
    export_form_class = ExportForm

    def get_export_queryset(self, request: HttpRequest) -> Any:
        """Return the rows to export: those of the admin's list with its filters.

        Raises:
            SuspiciousOperation: a filter is not valid.

        """
        try:
            return super().get_export_queryset(request)
        except IncorrectLookupParameters as error:
            raise SuspiciousOperation("no such filter") from error

    def get_export_formats(self) -> list[Any]:
        return [CSV, XLSX]

    def get_urls(self) -> list[Any]:
        page, name = self.admin_site.admin_view(self.process_import), f"{self._name}_process_import"
        return [path("process_import/", page, name=name), *super().get_urls()]

    @property
    def _name(self) -> str:
        """The prefix of the URL names of these pages, such as followups_lead."""
        return f"{self.opts.app_label}_{self.opts.model_name}"

    def has_import_permission(self, request: HttpRequest) -> bool:
        """Whether the user may import files of these rows."""
        return request.user.has_perm(f"{self.opts.app_label}.import_{self.opts.model_name}")

    @button(_("Import"), "import", icon="upload", path="import")
    def import_file(self, request: HttpRequest) -> HttpResponse:
        """Show the form for uploading a file. After the upload, show what an import of the file would do."""
        form = UploadForm(request.POST or None, request.FILES or None)
        if form.is_valid():
            file = form.cleaned_data["import_file"]
            content = file.read(BYTES_MAX + 1)
            try:
                begun = self.begin_import(file_name=file.name, content=content, act=Act.by(request.user))
            except DomainError as refusal:
                form.add_error("import_file", refusal.shown)
            else:
                return self._begun(request, begun)
        columns = ((about, ", ".join(names)) for about, names in self.columns_shown)
        return confirmation(
            request,
            self,
            title=gettext("Import %(plural)s") % {"plural": gettext(self.importer.kind.plural)},
            form=form,
            explanation=gettext("A file may have these columns, under these names or others that people use:"),
            details=format_html_join("", '<p class="leading-relaxed"><b>{}</b>: <code>{}</code></p>', columns),
            button=gettext("Look through it"),
        )

    def _begun(self, request: HttpRequest, begun: ImportBatch) -> HttpResponse:
        if begun.is_ready:
            return HttpResponseRedirect(confirm_url(self._name, begun))
        if begun.is_large:
            messages.info(request, gettext("The worker looks through it. %(reload)s") % {"reload": RELOAD})
        return HttpResponseRedirect(page_url(begun))

    def process_import(self, request: HttpRequest) -> HttpResponse:
        """Show what a checked file contains. A POST confirms the import."""
        if not self.has_import_permission(request):
            raise PermissionDenied
        asked = get_object_or_404(self.importer.model, pk=row_id(request.GET.get("import", "")))
        if request.method == "POST":
            return self._confirmed(request, asked)
        if not asked.is_ready or asked.content is None:
            messages.error(request, ImportNotReady().shown)
            return HttpResponseRedirect(page_url(asked))
        first, refused = first_rows(self.importer.open(asked)), refused_table(self.importer.kind, asked)
        return confirmation(
            request,
            self,
            title=gettext("Import %(file_name)s") % {"file_name": asked.file_name},
            form=forms.Form(),
            explanation=gettext(
                "The file was looked through; nothing is imported yet. What is empty in it keeps its stored value."
            ),
            warning=unused_text(asked),
            table={
                "headers": [gettext("New"), gettext("Changed"), gettext("Unchanged"), gettext("Refused")],
                "rows": [counts_of(asked)],
            },
            details=remarks_list(asked) + first + refused,
            button=gettext("Import %(updated)s %(plural)s")
            % {"updated": shown_number(asked.created + asked.updated), "plural": gettext(self.importer.kind.plural)},
        )

    def _confirmed(self, request: HttpRequest, asked: ImportBatch) -> HttpResponse:
        try:
            done = self.confirm_import(asked.pk)
        except DomainError as refusal:
            messages.error(request, refusal.shown)
        else:
            said = (
                gettext("The worker imports it. %(reload)s") % {"reload": RELOAD}
                if done.is_large
                else gettext("The %(plural)s are imported.") % {"plural": gettext(self.importer.kind.plural)}
            )
            messages.success(request, said)
        return HttpResponseRedirect(page_url(asked))
