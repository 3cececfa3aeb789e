"""The page of a report, and the report as a file. Who may open the page may save the files.

What is made lies in memory and is sent at once: the groups of a report are markets, owners or agents, not tasks or leads.
"""

from collections.abc import Callable
from importlib import import_module
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from wholesale.console.reports.csv_file import CONTENT_TYPE, as_csv
from wholesale.plumbing.admin_questions import of_row
from wholesale.plumbing.reports import Made, ReportDocument

FORMATS = ("xlsx", "pdf")  # of a whole report; CSV has one table


def report_page(
    request: HttpRequest, model_admin: Any, form: forms.Form, make: Callable[[dict[str, Any]], ReportDocument], *, title: str
) -> HttpResponse:
    """Show the report that `make` returns of the form's values, or send it as the file that the address asks for."""
    report = make(form.cleaned_data) if form.is_valid() else None
    if report is not None and "format" in request.GET:
        return _file(request, report)
    chosen = {name: form.data[name] for name in form.fields if form.data.get(name)}
    context = {
        **model_admin.admin_site.each_context(request),
        "title": title,
        "form": form,
        "report": report,
        "made": _made(request),
        "file": f"?{urlencode(chosen | {'format': ''})}",
    }
    return TemplateResponse(request, "console/reports/page.html", context)


class ReportedRows:
    """A mixin of read-only admins: the page of a row shows the report of the row, which can be saved as a file."""

    change_form_after_template = "console/reports/of_row.html"
    opts: Any
    admin_site: Any

    def report_of(self, row: Any) -> ReportDocument | None:
        """Return the report of a row. None: there is none yet."""
        raise NotImplementedError

    def get_urls(self) -> list[Any]:
        """Add the files of a row."""
        file = path("<path:object_id>/file/", self.admin_site.admin_view(self.file_view), name=self._file_name)
        return [file, *super().get_urls()]  # type: ignore[misc]

    @property
    def _file_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_file"

    def file_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Send the report of a row as a file."""
        if not self.has_view_permission(request):  # type: ignore[attr-defined]
            raise PermissionDenied
        return _file_of_row(self, request, object_id)

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> HttpResponse:
        """Give the page the report of its row."""
        row = kwargs.get("obj")
        if row is not None and (report := self.report_of(row)) is not None:
            page = reverse(f"admin:{self._file_name}", args=[row.pk])
            context |= {"report": report, "made": _made(request), "file": f"{page}?format="}
        return super().render_change_form(request, context, *args, **kwargs)  # type: ignore[misc]


@of_row
def _file_of_row(model_admin: Any, request: HttpRequest, row: Any) -> HttpResponse:
    report = model_admin.report_of(row)
    if report is None:
        raise Http404(_("There is no report yet."))
    return _file(request, report)


def _made(request: HttpRequest) -> Made:
    return Made(request.user.get_username(), timezone.now())


def _file(request: HttpRequest, report: ReportDocument) -> HttpResponse:
    """Return a report as a file: as XLSX or PDF, or as CSV its table of the number `table` in the address, from 0."""
    wanted, made = request.GET.get("format", ""), _made(request)
    name = f"{report.name}-{timezone.localdate(made.at).isoformat()}"
    if wanted in FORMATS:
        # Both libraries take some 50 MB and half a second to load, which no process should pay that makes no such file.
        writer = import_module(f"wholesale.console.reports.{wanted}_file")
        return _sent(getattr(writer, f"as_{wanted}")(report, made), writer.CONTENT_TYPE, f"{name}.{wanted}")
    n, tables = request.GET.get("table", "0"), report.tables
    if wanted != "csv" or not (n.isascii() and n.isdecimal() and len(n) < 4 and int(n) < len(tables)):
        raise Http404(_("There is no such file."))
    return _sent(as_csv(tables[int(n)]), CONTENT_TYPE, f"{name}{f'-{int(n) + 1}' if len(tables) > 1 else ''}.csv")


def _sent(content: bytes, content_type: str, name: str) -> HttpResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return HttpResponse(content, content_type=content_type, headers=disposition)
