"""The simulated worker. It does at simulated time what the real background worker does."""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from followups.sla.breaches import find_breaches
from followups.tasks.lapses import lapse_steps
from followups.tasks.minutes import services as minutes
from followups.tasks.minutes.tasks import recompute_leads, recompute_places
from kpi.review.services import keep_review
from kpi.tasks import evaluate_tripwire
from kpi.tripwire import evaluations, expectations
from offers.deals.life.services import expire_offers
from wholesale.demo.day import ACTOR, SimulatedDay
from wholesale.demo.people import MARKER
from wholesale.plumbing.act import Act

# The tasks that the simulation carries out, and the services that they call.
_SERVICES: dict[str, Callable[..., object]] = {
    recompute_leads.module_path: minutes.recompute_leads,
    recompute_places.module_path: minutes.recompute_places,
    evaluate_tripwire.module_path: evaluations.evaluate,
    expectations.simulate_policy.module_path: expectations.simulate,
}


def put(day: SimulatedDay, others: Collection[UUID]) -> None:
    """Add the periodic jobs to the agenda, before agents' work of the same time. Tasks with ids in `others` are not run."""
    for hour in range(24):
        day.agenda.put(day.start + timedelta(hours=hour), partial(keep_up, others))
    day.agenda.put(day.at(10, 30), _work_at_night)


def keep_up(others: Collection[UUID], now: datetime) -> None:
    """Run enqueued tasks (not those with ids in `others`), update permitted minutes, find what lapsed, expired or is late,
    and keep the review of each Friday."""
    _work_off(others, now)
    minutes.roll(now)
    lapse_steps(act=Act(correlation_id=f"{MARKER}lapses", at=now))
    find_breaches(act=Act(at=now))
    expire_offers(act=Act(correlation_id=f"{MARKER}expiry", at=now))
    keep_review(by_mail=False, act=Act(ACTOR, correlation_id=f"{MARKER}review", at=now))


def _work_at_night(now: datetime) -> None:
    minutes.recompute_missing(now)
    for _ in evaluations.evaluate_all(act=Act(at=now)):
        pass


def queued() -> frozenset[UUID]:
    """Return the ids of the background tasks in the queue. Call it before the simulation enqueues tasks of its own."""
    return frozenset(_waiting().values_list("id", flat=True))


def _work_off(others: Collection[UUID], now: datetime) -> None:
    """Run enqueued tasks (not those with ids in `others`) in the transaction that enqueued them, before a real worker can.

    Tasks that would send something, such as an e-mail, are dropped: a simulation contacts nobody.
    """
    for result in _waiting().exclude(id__in=others):
        service = _SERVICES.get(result.task_path)
        if service:
            _do(service, result.args_kwargs, now)
        result.delete()


def _do(service: Callable[..., object], given: dict[str, Any], now: datetime) -> None:
    if service is evaluations.evaluate:
        domain, metric, province = given["args"]
        evaluations.evaluate(domain=domain, metric=metric, province=province, act=Act(at=now))
    else:
        service(*given["args"], now=now)


def _waiting() -> Any:
    return DBTaskResult.objects.filter(status=TaskResultStatus.READY)
