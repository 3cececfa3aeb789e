"""The measures of a ratio study, and the ranges that assessors hold theirs to. A ratio is an estimate over a price.

The ranges are those of the IAAO Standard on Ratio Studies (2013, part 1, section 9, table 1-3): a COD of 5 to 15 for older
or mixed residential areas; below 5 an assessor is suspected of having chased sales. The statistics are those of `assesspy`,
which Chicago's assessor publishes.
"""

from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from statistics import median
from typing import Any, NamedTuple

RANGES = {"median_ratio": (0.90, 1.10), "cod": (5.0, 15.0), "prd": (0.98, 1.03), "prb": (-0.05, 0.05)}
WITHIN = (10, 20)  # percent
TERCILES = ("cheapest third", "middle third", "dearest third")
_LEAST = 3  # values that a measure of spread needs
_BIN, _BINS = 0.05, 20  # of the histogram, from half the price to one and a half


class Valued(NamedTuple):
    """An estimate, and the price that the house was then sold for. In CAD; `low` and `high` may not be known."""

    place: str
    price: float
    estimate: float
    low: float | None
    high: float | None

    @property
    def ratio(self) -> float:
        """The estimate over the price."""
        return self.estimate / self.price


def figures(rows: Sequence[Valued]) -> dict[str, Any]:
    """The measures of these estimates; None where there are too few."""
    ratios = [row.ratio for row in rows]
    errors = [round(abs(ratio - 1), 9) for ratio in ratios]  # 1.1 - 1 is a little more than 0.1
    bounded = [row for row in rows if row.low is not None and row.high is not None]
    covered = sum(row.low <= row.price <= row.high for row in bounded)  # type: ignore[operator]
    return {
        "n": len(rows),
        "median_ratio": _rounded(median(ratios)) if rows else None,
        **_spread(rows),
        "median_error": _rounded(median(errors)) if rows else None,
        **{f"within_{share}": _share(sum(error <= share / 100 for error in errors), len(rows)) for share in WITHIN},
        "coverage": _share(covered, len(bounded)),
    }


def _spread(rows: Sequence[Valued]) -> dict[str, float | None]:
    if len(rows) < _LEAST:
        return dict.fromkeys(("cod", "prd", "prb"))
    import assesspy  # noqa: PLC0415  # with pandas it takes seconds to load, which no other page or command should wait for

    estimates, prices = [row.estimate for row in rows], [row.price for row in rows]
    measures: dict[str, Callable[..., float]] = {"cod": assesspy.cod, "prd": assesspy.prd, "prb": assesspy.prb}
    return {name: _rounded(measure(estimates, prices)) for name, measure in measures.items()}


def is_within(name: str, value: float | None) -> bool | None:
    """Whether a measure lies in its range. None if there is no range or no value."""
    if value is None or name not in RANGES:
        return None
    low, high = RANGES[name]
    return low <= value <= high


def groups(rows: Sequence[Valued]) -> list[dict[str, Any]]:
    """The measures of all estimates, of each place, and of each third by price."""
    found = [{"group": "all", **figures(rows)}]
    for place in sorted({row.place for row in rows}):
        found.append({"group": place, **figures([row for row in rows if row.place == place])})
    by_price = sorted(rows, key=lambda row: row.price)
    cuts = [round(len(rows) * third / len(TERCILES)) for third in range(len(TERCILES) + 1)]
    for name, begin, end in zip(TERCILES, cuts[:-1], cuts[1:], strict=True):
        found.append({"group": name, **figures(by_price[begin:end])})
    return found


def histogram(rows: Iterable[Valued]) -> list[tuple[float, int]]:
    """How many ratios lie in each bin: the bin's beginning, and the count. The outer bins hold what lies beyond them."""
    counts = [0] * _BINS
    for row in rows:
        counts[min(max(int((row.ratio - 0.5) / _BIN), 0), _BINS - 1)] += 1
    return [(round(0.5 + number * _BIN, 2), count) for number, count in enumerate(counts)]


def by_decile(rows: Sequence[Valued]) -> list[tuple[float, float]]:
    """The median price and the median ratio of each tenth by price."""
    by_price = sorted(rows, key=lambda row: row.price)
    cuts = [round(len(rows) * tenth / 10) for tenth in range(11)]
    tenths = [by_price[begin:end] for begin, end in pairwise(cuts) if end > begin]
    return [(round(median(r.price for r in tenth)), _rounded(median(r.ratio for r in tenth))) for tenth in tenths]


def _share(part: int, whole: int) -> float | None:
    return _rounded(part / whole) if whole else None


def _rounded(value: float) -> float:
    return round(float(value), 4)
