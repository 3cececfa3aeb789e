"""The report of the SLA: how late the tasks are that fell due in some days."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget

from followups.sla.reading import PERCENTILES
from followups.sla.report import GROUPS, SlaReport, sla_report
from governance.channels import Channel
from wholesale.console.reports.pages import report_page
from wholesale.console.reports.periods import PeriodForm, day_field
from wholesale.plumbing.charts import Chart, Series, chart
from wholesale.plumbing.codes import spelled
from wholesale.plumbing.reports import Column, Figure, ReportDocument, ReportTable, Section, ValueKind
from wholesale.plumbing.showing import shown_span
from wholesale.plumbing.texts import Words
from wholesale.plumbing.vocabulary import ALL, Province

BARS_MAX = 40  # groups in the chart; if there are more, those with the highest 90th percentile
LABEL_MAX = 28  # characters
GROUP_WORDS = {
    "province": _("Province"),
    "market": _("Market"),
    "owner": _("Owner"),
    "channel": _("Channel"),
    "step": _("Step"),
}
TONES = {50: "soft", 90: "main", 99: "amber"}
# The figures of a row, in the order of the columns.
COLUMNS: dict[str, Column] = {
    "count": Column(_("Tasks"), ValueKind.COUNT),
    "completed": Column(_("Completed"), ValueKind.COUNT),
    "open_overdue": Column(_("Open, overdue"), ValueKind.COUNT),
    **{f"p{each}": Column(f"p{each}", ValueKind.MINUTES) for each in PERCENTILES},
    "within_30m": Column(_("In 30 min"), ValueKind.RATE),
    "within_2h": Column(_("In 2 h"), ValueKind.RATE),
    "p50_wall": Column(_("p50, wall clock"), ValueKind.MINUTES),
    "within_2h_wall": Column(_("In 2 h, wall clock"), ValueKind.RATE),
}


class SlaForm(PeriodForm):
    """The form of the report: its days, and the field to group by."""

    by = forms.ChoiceField(
        label=_("By"), choices=[(name, GROUP_WORDS[name]) for name in GROUPS], widget=UnfoldAdminSelectWidget
    )
    since = day_field(_("Fell due from"))

    field_order = ("by", "since", "until")


def sla_page(request: HttpRequest, model_admin: Any) -> HttpResponse:
    """Show the report. By default it covers the last 7 days, today included, grouped by owner."""
    if not request.user.has_perm("followups.view_sla"):
        raise PermissionDenied
    now = timezone.now()
    form = SlaForm({"by": "owner", **request.GET.dict()}, now)

    def make(given: dict[str, Any]) -> ReportDocument:
        # Tasks that fall due later today are left out: only those done early would count, all as in time.
        since, until = form.span()
        return report_of(sla_report(since=since, until=until, by=[given["by"]], now=now), given["by"], form.period())

    return report_page(request, model_admin, form, make, title=gettext("SLA"))


def report_of(found: SlaReport, by: str, period: str) -> ReportDocument:
    """Return what was found as a report."""
    return ReportDocument("sla", _("SLA"), period, [_section(found, by)], _note(found.whole["by_wall_clock"]))


def _section(found: SlaReport, by: str) -> Section:
    title = gettext("Lateness, in permitted minutes")
    if not found.whole["count"]:
        return Section(title, note=_("Nothing fell due in these days. Choose other days."))
    named = [*((_name(by, group[by]), group) for group in found.groups), (gettext("All"), found.whole)]
    rows = [[name, *(figures[column] for column in COLUMNS)] for name, figures in named]
    return Section(
        title,
        ReportTable((Column(GROUP_WORDS[by]), *COLUMNS.values()), rows, total=True),
        figures=[
            Figure(COLUMNS[name].title, found.whole[name], COLUMNS[name].kind) for name in ("count", "within_2h", "p90")
        ],
        charts=[_chart(found, by)],
    )


def _name(by: str, value: Any) -> str:
    if value is None:
        return gettext("nobody")
    if by == "market":
        return gettext("Whole province") if value == ALL else spelled(value)
    labels: dict[str, Any] = {"province": Province, "channel": Channel}
    return str(labels[by](value).label if by in labels else value)


def _note(by_wall_clock: int) -> Words:
    how = gettext(
        "The report counts the tasks that fell due in these days and are completed, or open and overdue. An open task "
        "counts with its lateness until now. A cancelled task is left out. Half of the tasks were no later than p50, nine "
        "of ten no later than p90, 99 of 100 no later than p99. Only permitted minutes count: nobody is late while contact "
        "is forbidden. The last two columns use the wall clock: they count all minutes."
    )
    if not by_wall_clock:
        return how
    earlier = ngettext(
        "%(n)s of these tasks was completed before permitted minutes were counted: all columns count all minutes for it.",
        "%(n)s of these tasks were completed before permitted minutes were counted: all columns count all minutes for them.",
        by_wall_clock,
    )
    return f"{how} {earlier % {'n': by_wall_clock}}"


def _chart(found: SlaReport, by: str) -> Chart:
    """Three bars for each group, in minutes. A group that is in time has none, since the axis is logarithmic."""
    rows = chart_rows(found, by)
    return chart(
        gettext("Lateness, in permitted minutes"),
        [name for name, _row in rows],
        [Series(f"p{each}", [row[f"p{each}"] for _name, row in rows], TONES[each]) for each in PERCENTILES],
        by=str(GROUP_WORDS[by]),
        unit=gettext("permitted minutes late"),
        logarithmic=True,
        across=True,
        shown=shown_span,
    )


def chart_rows(found: SlaReport, by: str) -> list[tuple[str, dict[str, Any]]]:
    """The rows of the chart, from the left: the label and figures of each group, and then those of all tasks."""
    groups = found.groups
    if len(groups) > BARS_MAX:
        latest = sorted(groups, key=lambda row: -row["p90"])[:BARS_MAX]
        groups = [row for row in groups if row in latest]
    return [*((Truncator(_name(by, row[by])).chars(LABEL_MAX), row) for row in groups), (gettext("all"), found.whole)]
