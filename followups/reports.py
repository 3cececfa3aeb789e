"""Reports of follow-up, aggregated by the database: Python holds three rows a group, however many tasks there are."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, Window
from django.db.models.functions import RowNumber

from followups.models import WITHIN, FollowupTask
from governance.decisions import ExecutionClass, verb

GROUPS = ("province", "market", "owner", "channel", "step")
PERCENTILES = (50, 90, 99)
FIGURES = ("count", *(f"p{percentile}" for percentile in PERCENTILES), *WITHIN)


@verb(ExecutionClass.READ)
def sla_report(
    *, since: datetime | None = None, until: datetime | None = None, by: Sequence[str] = ()
) -> list[dict[str, Any]]:
    """How late tasks were completed from `since` until before `until`, one row for each group, in the groups' order.

    A row holds the fields of `by` (out of `GROUPS`) and the `FIGURES`: `count`; `p50`, `p90` and `p99`, the lateness in
    minutes after `due_at` that so many percent of the tasks did not exceed, negative where they were early; and the
    fractions of the SLA by both clocks. Without `by` it is one row, whose figures are None at count 0.
    """
    groups: dict[tuple[Any, ...], tuple[int, dict[str, int], dict[int, timedelta]]] = {}
    for row in _at_percentiles(since, until, by):
        key, (lateness, rank, count, *numbers) = row[: len(by)], row[len(by) :]
        within = dict(zip(WITHIN, numbers, strict=True))
        groups.setdefault(key, (count, within, {}))[2][rank] = lateness
    if not groups and not by:
        return [{**dict.fromkeys(FIGURES), "count": 0}]
    return [
        {
            **dict(zip(by, key, strict=True)),
            "count": count,
            **{f"p{percentile}": _minutes(by_rank[_rank(percentile, count)]) for percentile in PERCENTILES},
            **{name: number / count for name, number in within.items()},
        }
        for key, (count, within, by_rank) in sorted(groups.items(), key=lambda group: _order(group[0]))
    ]


def _at_percentiles(since: datetime | None, until: datetime | None, by: Sequence[str]) -> Iterable[tuple[Any, ...]]:
    """Of each group only the tasks that stand at a percentile, each with the whole group's counts beside it.

    Percentiles are by nearest rank, hence real latenesses and whole-number arithmetic: the same on every database.
    """
    span = Q(completed_at__isnull=False)
    if since is not None:
        span &= Q(completed_at__gte=since)
    if until is not None:
        span &= Q(completed_at__lt=until)
    ranked = FollowupTask.objects.filter(span).annotate(
        lateness=F("completed_at") - F("due_at"),
        rank=Window(RowNumber(), partition_by=list(by) or None, order_by=["lateness", "id"]),
        count=Window(Count("id"), partition_by=list(by) or None),
        **{name: Window(Count("id", filter=within), partition_by=list(by) or None) for name, within in WITHIN.items()},
    )
    chosen = Q()
    for percentile in PERCENTILES:
        chosen |= Q(rank=(F("count") * percentile + 99) / 100)
    return ranked.filter(chosen).order_by().values_list(*by, "lateness", "rank", "count", *WITHIN)


def _rank(percentile: int, count: int) -> int:
    """The nearest rank, counted from 1; the query computes the same."""
    return (count * percentile + 99) // 100


def _minutes(lateness: timedelta) -> float:
    return round(lateness / timedelta(minutes=1), 2)


def _order(key: tuple[Any, ...]) -> list[tuple[bool, Any]]:
    """Unowned after every owner; not the database's order, whose collations differ."""
    return [(value is None, value) for value in key]
