"""The figures of a ratio study as a table, which the console, the Friday review and the command show."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from offers.studies.ratios import RANGES, TERCILES, is_within
from wholesale.plumbing.reports import Column, ReportTable, ValueKind
from wholesale.plumbing.texts import Words

COLUMNS: Mapping[str, Column] = {
    "n": Column(_("Sales"), ValueKind.COUNT),
    "median_ratio": Column(_("Median ratio"), ValueKind.NUMBER, 3),
    "cod": Column(_("COD"), ValueKind.NUMBER, 1),
    "prd": Column(_("PRD"), ValueKind.NUMBER, 3),
    "prb": Column(_("PRB"), ValueKind.NUMBER, 3),
    "median_error": Column(_("Median error"), ValueKind.RATE, 1),
    "within_10": Column(_("Within 10%"), ValueKind.RATE, 1),
    "within_20": Column(_("Within 20%"), ValueKind.RATE, 1),
    "coverage": Column(_("In the interval"), ValueKind.RATE, 1),
}
_GROUPS: Mapping[str, Words] = dict(
    zip(("all", *TERCILES), (_("All"), _("Cheapest third"), _("Middle third"), _("Dearest third")), strict=True)
)


def ratio_table(groups: list[dict[str, Any]]) -> ReportTable:
    """A table of the groups. The last column names the measures that lie outside the range of the standard."""
    rows = [
        [str(_GROUPS.get(group["group"], group["group"])), *(group[name] for name in COLUMNS), _outside(group)]
        for group in groups
    ]
    return ReportTable([Column(_("Group")), *COLUMNS.values(), Column(_("Outside the range"))], rows)


def _outside(group: Mapping[str, Any]) -> str:
    return ", ".join(str(COLUMNS[name].title) for name in RANGES if is_within(name, group[name]) is False)


def ranges_text() -> str:
    """The ranges of the standard, as a sentence."""
    ranges = []
    for name, (low, high) in RANGES.items():
        bounds = {"low": COLUMNS[name].shown(low), "high": COLUMNS[name].shown(high)}
        ranges.append(f"{COLUMNS[name].title} {pgettext('interval', '%(low)s to %(high)s') % bounds}")
    return gettext("IAAO's ranges: %(ranges)s.") % {"ranges": "; ".join(ranges)}
