"""Writing and summing KPI events."""

import json
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from functools import reduce
from operator import itemgetter, or_
from time import perf_counter
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Avg, Count, Max, Min, Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from governance.decisions import ExecutionClass, verb
from kpi.models import COUNTED, KPIEvent, KPIEventWords, RegressionPolicy
from kpi.tasks import evaluate_tripwire
from wholesale.plumbing import correlation, writes
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import Rows, Select

SUMMARY_SPAN = timedelta(days=7)
# The columns of the rows for `keep`.
COLUMNS = (
    *("domain", "metric", "occurred_at", "success", "value", "province", "market", "subject_type", "subject_id", "lead_id"),
    *("correlation_id", "actor", "user_id", "detail"),
)
_WATCHED = itemgetter(*map(COLUMNS.index, RegressionPolicy.key))  # what of such a row a regression policy watches


def emit_kpi(
    domain: str,
    metric: str,
    *,
    correlation_id: str | None = None,
    actor: str = "system",
    user: User | None = None,
    now: datetime | None = None,
    **event: Any,
) -> KPIEvent:
    """Write a KPI event. The customer's guide prescribes this function. `event` takes the other keywords of `write_kpi`."""
    return write_kpi(domain, metric, **event, act=Act(actor, user, "", correlation_id or correlation.current(), now))


@verb(ExecutionClass.RECORD)
@transaction.atomic(savepoint=False)
def write_kpi(
    domain: str,
    metric: str,
    *,
    success: bool | None = None,
    value: Decimal | None = None,
    province: str | None = None,
    market: str | None = None,
    subject_type: str = "",
    subject_id: str = "",
    detail: dict[str, Any] | None = None,
    act: Act,
) -> KPIEvent:
    """Write one KPI event, in the caller's transaction if there is one."""
    event = KPIEvent(
        occurred_at=act.now,
        domain=domain.upper(),
        metric=metric.lower(),
        success=success,
        value=value,
        province=province,
        market=market,
        subject_type=subject_type,
        subject_id=subject_id,
        correlation_id=act.correlation_id,
        actor=act.actor,
        user=act.user,
        detail=detail or {},
    )
    writes.insert_object(event)
    _evaluate({(event.domain, event.metric, event.province)})
    return event


@verb(ExecutionClass.RECORD)
@transaction.atomic
def record_kpi(*, domain: str, metric: str, detail: Any = None, act: Act, **event: Any) -> KPIEvent:
    """Write a KPI event for a client. Its `detail` may name a person, so it is stored apart and can be erased."""
    written = write_kpi(domain, metric, **event, act=act)
    if detail:
        KPIEventWords.objects.create(event=written, detail=detail)
    return written


def erase_words(texts: Collection[str]) -> int:
    """Delete the details (words) in which one of these texts occurs. The events stay. Return the number of deleted rows."""
    spellings = {spelling for text in texts for spelling in (text, json.dumps(text)[1:-1])}
    naming = reduce(or_, (Q(text__contains=spelling) for spelling in spellings), Q(pk__in=[]))
    found = KPIEventWords.objects.annotate(text=Cast("detail", TextField())).filter(naming)
    return KPIEventWords.objects.filter(pk__in=list(found.values_list("pk", flat=True))).delete()[0]


@transaction.atomic(savepoint=False)  # part of the caller's transaction: both stay or neither
def keep(rows: Rows) -> None:
    """Write KPI events in one SQL statement. Each is given by the values of `COLUMNS`."""
    writes.insert(KPIEvent, COLUMNS, rows)
    _evaluate({_WATCHED(row) for row in rows})


def _evaluate(arrived: Collection[tuple[str, str, str | None]]) -> None:
    """If the setting `TRIPWIRE_ON_ARRIVAL` is on, queue a background task for each enabled policy that watches one of these
    (domain, metric and province of events). It evaluates the policy after the events are committed, so it never runs within
    their transaction."""
    if settings.TRIPWIRE_ON_ARRIVAL:
        keys = {*arrived, *((domain, metric, None) for domain, metric, _ in arrived)}
        for key in RegressionPolicy.objects.filter(enabled=True).values_list(*RegressionPolicy.key):
            if key in keys:
                evaluate_tripwire.enqueue(*key)


def kpi_success(domain: str, metric: str, **options: Any) -> KPIEvent:
    """Write a KPI event of a success. Takes the other keywords of `emit_kpi`."""
    return emit_kpi(domain, metric, success=True, **options)


def kpi_fail(domain: str, metric: str, **options: Any) -> KPIEvent:
    """Write a KPI event of a failure. Takes the other keywords of `emit_kpi`."""
    return emit_kpi(domain, metric, success=False, **options)


def kpi_value(domain: str, metric: str, value: Decimal, **options: Any) -> KPIEvent:
    """Write a KPI event with a value. Takes the other keywords of `emit_kpi`."""
    return emit_kpi(domain, metric, value=value, **options)


@contextmanager
def kpi_timed_step(domain: str, metric: str, **options: Any) -> Iterator[None]:
    """Run a `with` block in a transaction of its own, and write a KPI event about it whose value is its seconds.

    Use it in commands and background tasks, never in an endpoint. A success event commits with the block. If the block
    raises, it is rolled back and a failure event is written afterwards.

    Raises:
        RuntimeError: a transaction is already open.

    """
    started = perf_counter()

    def seconds() -> Decimal:
        return Decimal(f"{perf_counter() - started:.4f}")

    try:
        with transaction.atomic(durable=True):
            yield
            emit_kpi(domain, metric, success=True, value=seconds(), **options)
    except Exception as error:
        if not transaction.get_connection().in_atomic_block:
            detail = {**options.pop("detail", {}), "error": type(error).__name__}
            emit_kpi(domain, metric, success=False, value=seconds(), detail=detail, **options)
        raise


@verb(ExecutionClass.READ)
def summarise(
    *, since: datetime | None = None, until: datetime | None = None, now: datetime | None = None
) -> list[dict[str, Any]]:
    """Sum up each metric over `since`..`until` (default: the last 7 days) and over the equally long span before it.

    `current` and `previous` each have count, successes, rate (among rows with a success value; None if there are none), mean
    value, first and last. Events of walkthroughs are left out.
    """
    until = until or now or timezone.now()
    since = since or until - SUMMARY_SPAN
    earlier = since - (until - since)
    current = _sums(since, until)
    previous = _sums(earlier, since)
    return [
        {"domain": key[0], "metric": key[1], "current": current.get(key, _NONE), "previous": previous.get(key, _NONE)}
        for key in sorted(current.keys() | previous.keys())
    ]


_NONE = {"count": 0, "successes": 0, "rate": None, "mean_value": None, "first": None, "last": None}


_SUMS = Select(
    lambda since, until: (
        KPIEvent.objects.filter(COUNTED, occurred_at__gte=since, occurred_at__lt=until)
        .order_by()
        .values("domain", "metric")
        .annotate(
            count=Count("id"),
            successes=Count("id", filter=Q(success=True)),
            judged=Count("success"),
            mean_value=Avg("value"),
            first=Min("occurred_at"),
            last=Max("occurred_at"),
        )
        .values_list("domain", "metric", "judged", "count", "successes", "mean_value", "first", "last")
    )
)


def _sums(since: datetime, until: datetime) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (domain, metric): {
            "count": count,
            "successes": successes,
            "rate": successes / judged if judged else None,
            "mean_value": mean_value,
            "first": first,
            "last": last,
        }
        for domain, metric, judged, count, successes, mean_value, first, last in _SUMS.rows(since=since, until=until)
    }
