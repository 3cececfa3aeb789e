"""The figures of a ratio study as a table, which the admin and the command show."""

from typing import Any

from offers.studies.ratios import RANGES, is_within

HEADERS = {
    "n": "Sales",
    "median_ratio": "Median ratio",
    "cod": "COD",
    "prd": "PRD",
    "prb": "PRB",
    "median_error": "Median error",
    "within_10": "Within 10%",
    "within_20": "Within 20%",
    "coverage": "In the interval",
}
_PERCENT = frozenset({"median_error", "within_10", "within_20", "coverage"})
_EXPECTED = {"coverage": "80%"}


def figure_text(name: str, value: Any) -> str:
    """A measure as text; a dash where there is none."""
    if value is None:
        return "-"
    if name == "n":
        return f"{value:,}"
    return f"{value:.1%}" if name in _PERCENT else f"{value:.1f}" if name == "cod" else f"{value:.3f}"


def ratio_table(groups: list[dict[str, Any]]) -> dict[str, Any]:
    """A table of the groups, with the ranges of the standard in its last row. What lies outside is marked."""
    rows = [[_titled(group["group"]), *(_marked(name, group[name]) for name in HEADERS)] for group in groups]
    expected = [_range(name) for name in HEADERS]
    return {"headers": ["Group", *HEADERS.values()], "rows": [*rows, ["IAAO's range", *expected]]}


def _marked(name: str, value: Any) -> str:
    return f"{figure_text(name, value)} (outside)" if is_within(name, value) is False else figure_text(name, value)


def _range(name: str) -> str:
    if name not in RANGES:
        return _EXPECTED.get(name, "")
    low, high = RANGES[name]
    return f"{low:g} to {high:g}"


def _titled(group: str) -> str:
    return group[0].upper() + group[1:]
