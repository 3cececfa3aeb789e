"""The SLA page: how late the tasks are that fell due in some days, as a chart and a table."""

from datetime import UTC, timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from followups.sla.reading import PERCENTILES
from followups.sla.report import GROUPS, SPAN, SlaReport, sla_report
from wholesale.plumbing.charts import Chart, Series, chart
from wholesale.plumbing.days import WITHIN_RANGE, beginning
from wholesale.plumbing.showing import shown_number, shown_rate
from wholesale.plumbing.texts import Words

ROWS_MAX = 40  # groups in one chart; if there are more, those with the highest 90th percentile
LABEL_MAX = 28  # characters
GROUP_WORDS = {
    "province": _("Province"),
    "market": _("Market"),
    "owner": _("Owner"),
    "channel": _("Channel"),
    "step": _("Step"),
}
TONES = {50: "strong", 90: "main", 99: "soft"}
HEADERS = (
    *(_("Tasks"), _("Completed"), _("Open, overdue"), "p50", "p90", "p99", _("In 30 min"), _("In 2 h")),
    *(_("p50, wall clock"), _("In 2 h, wall clock")),
)


def _day(label: Words) -> forms.DateField:
    return forms.DateField(label=label, validators=WITHIN_RANGE, widget=UnfoldAdminTextInputWidget(attrs={"type": "date"}))


class SpanForm(forms.Form):
    """The form of the SLA page: the days of the report, and the field to group by."""

    by = forms.ChoiceField(
        label=_("By"), choices=[(name, GROUP_WORDS[name]) for name in GROUPS], widget=UnfoldAdminSelectWidget
    )
    since = _day(_("Fell due from"))
    until = _day(_("To the end of"))

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if "since" in given and "until" in given and given["since"] > given["until"]:
            self.add_error("since", gettext("Must not lie after the last day."))
        return given


def sla_page(request: HttpRequest, model_admin: ModelAdmin) -> HttpResponse:
    """Show the SLA page. By default it covers the last 7 days, today included, grouped by owner."""
    if not request.user.has_perm("followups.view_sla"):
        raise PermissionDenied
    now = timezone.now()
    today = now.astimezone(UTC).date()
    days = {"by": "owner", "since": (today - SPAN + timedelta(days=1)).isoformat(), "until": today.isoformat()}
    form = SpanForm({**days, **request.GET.dict()})
    context = {
        **model_admin.admin_site.each_context(request),
        "title": gettext("SLA"),
        "form": form,
    }
    if form.is_valid():
        by = form.cleaned_data["by"]
        since = beginning(form.cleaned_data["since"])
        # Tasks that fall due later today are left out: only those done early would count, all as in time.
        until = min(beginning(form.cleaned_data["until"] + timedelta(days=1)), now)
        report = sla_report(since=since, until=max(until, since + timedelta(microseconds=1)), by=[by], now=now)
        context |= {"report": report, "table": _table(report, by), "chart": _chart(report, by)}
    return TemplateResponse(request, "admin/followups/sla.html", context)


def _table(report: SlaReport, by: str) -> dict[str, Any]:
    rows = [_row(_name(group[by]), group) for group in report.groups]
    return {"headers": [GROUP_WORDS[by], *HEADERS], "rows": [*rows, _row(_("All"), report.whole)]}


def _name(value: Any) -> str:
    return gettext("nobody") if value is None else str(value)


def _row(name: Words, figures: dict[str, Any]) -> list[Words]:
    return [
        name,
        *(shown_number(figures[column]) for column in ("count", "completed", "open_overdue")),
        *(in_words(figures[f"p{percentile}"]) for percentile in PERCENTILES),
        *(_share(figures[column]) for column in ("within_30m", "within_2h")),
        in_words(figures["p50_wall"]),
        _share(figures["within_2h_wall"]),
    ]


def _share(part: float | None) -> str:
    return "-" if part is None else shown_rate(part)


def in_words(minutes: float | None) -> str:
    """A lateness in words: to the minute if it is below a day, else to the hour."""
    if minutes is None:
        return "-"
    whole = round(abs(minutes))
    days, hours, rest = whole // 1440, whole // 60 % 24, whole % 60
    parts = ((days, "d"), (hours, "h")) if days else ((hours, "h"), (rest, "min"))
    words = " ".join(f"{number} {unit}" for number, unit in parts if number) or gettext("0 min")
    return gettext("%(words)s early") % {"words": words} if minutes < 0 and whole else words


def _chart(report: SlaReport, by: str) -> Chart:
    """Three bars for each group, in minutes. A group that is in time has none, since the axis is logarithmic."""
    rows = chart_rows(report, by)
    return chart(
        gettext("Lateness, in permitted minutes"),
        [name for name, _ in rows],
        [Series(f"p{each}", [row[f"p{each}"] for _, row in rows], TONES[each]) for each in PERCENTILES],
        by=str(GROUP_WORDS[by]),
        unit=gettext("permitted minutes late"),
        logarithmic=True,
        shown=in_words,
    )


def chart_rows(report: SlaReport, by: str) -> list[tuple[str, dict[str, Any]]]:
    """The rows of the chart, from the left: the label and figures of each group, and then those of all tasks."""
    groups = report.groups
    if len(groups) > ROWS_MAX:
        latest = sorted(groups, key=lambda row: -row["p90"])[:ROWS_MAX]
        groups = [row for row in groups if row in latest]
    return [*((Truncator(_name(row[by])).chars(LABEL_MAX), row) for row in groups), (gettext("all"), report.whole)]
