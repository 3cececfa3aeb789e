"""The figures of a ratio study as a table, which the console, the Friday review and the command show."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_lazy as _

from offers.studies.ratios import RANGES, TERCILES, is_within
from wholesale.plumbing.reports import Column, Kind, Table
from wholesale.plumbing.texts import Words

COLUMNS: Mapping[str, Column] = {
    "n": Column(_("Sales"), Kind.COUNT),
    "median_ratio": Column(_("Median ratio"), Kind.NUMBER, 3),
    "cod": Column(_("COD"), Kind.NUMBER, 1),
    "prd": Column(_("PRD"), Kind.NUMBER, 3),
    "prb": Column(_("PRB"), Kind.NUMBER, 3),
    "median_error": Column(_("Median error"), Kind.RATE, 1),
    "within_10": Column(_("Within 10%"), Kind.RATE, 1),
    "within_20": Column(_("Within 20%"), Kind.RATE, 1),
    "coverage": Column(_("In the interval"), Kind.RATE, 1),
}
_GROUPS: Mapping[str, Words] = dict(
    zip(("all", *TERCILES), (_("All"), _("Cheapest third"), _("Middle third"), _("Dearest third")), strict=True)
)


def ratio_table(groups: list[dict[str, Any]]) -> Table:
    """A table of the groups. The last column names the measures that lie outside the range of the standard."""
    rows = [
        [str(_GROUPS.get(group["group"], group["group"])), *(group[name] for name in COLUMNS), _outside(group)]
        for group in groups
    ]
    return Table([Column(_("Group")), *COLUMNS.values(), Column(_("Outside the range"))], rows)


def _outside(group: Mapping[str, Any]) -> str:
    return ", ".join(str(COLUMNS[name].title) for name in RANGES if is_within(name, group[name]) is False)


def ranges_text() -> str:
    """The ranges of the standard, as a sentence."""
    ranges = []
    for name, (low, high) in RANGES.items():
        bounds = {"low": COLUMNS[name].shown(low), "high": COLUMNS[name].shown(high)}
        ranges.append(f"{COLUMNS[name].title} {pgettext('interval', '%(low)s to %(high)s') % bounds}")
    return gettext("IAAO's ranges: %(ranges)s.") % {"ranges": "; ".join(ranges)}
