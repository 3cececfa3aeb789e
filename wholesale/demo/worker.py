"""The simulated worker: what the background worker would do, at simulated time."""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from followups.minutes import services as minutes
from followups.minutes.tasks import recompute_leads, recompute_places
from kpi.tasks import evaluate_tripwire
from kpi.tripwire import services as tripwire

# The tasks whose work belongs to the history, as the services that they call.
_SERVICES: dict[str, Callable[..., object]] = {
    recompute_leads.module_path: minutes.recompute_leads,
    recompute_places.module_path: minutes.recompute_places,
    evaluate_tripwire.module_path: tripwire.evaluate,
}


def every_hour(now: datetime) -> None:
    """The periodic jobs that keep the tasks up to date."""
    minutes.roll(now)


def every_day(now: datetime) -> None:
    """The periodic jobs of the night."""
    minutes.recompute_missing(now)
    for _ in tripwire.evaluate_all(now):
        pass


def queued() -> frozenset[UUID]:
    """What waits in the queue now, and is none of the simulation's."""
    return frozenset(_waiting().values_list("id", flat=True))


def work_off(others: Collection[UUID], now: datetime) -> None:
    """Do what was enqueued, within the transaction that enqueued it, so that no real worker does it at another time.

    What leaves the house, such as a message, is dropped: a simulation writes to nobody.
    """
    for result in _waiting().exclude(id__in=others):
        service = _SERVICES.get(result.task_path)
        if service:
            given: dict[str, Any] = result.args_kwargs
            _do(service, given, now)
        result.delete()


def _do(service: Callable[..., object], given: dict[str, Any], now: datetime) -> None:
    if service is tripwire.evaluate:
        domain, metric = given["args"]
        tripwire.evaluate(domain=domain, metric=metric, now=now)
    else:
        service(*given["args"], now=now)


def _waiting() -> Any:
    return DBTaskResult.objects.filter(status=TaskResultStatus.READY)
