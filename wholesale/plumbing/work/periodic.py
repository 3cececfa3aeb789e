"""Periodic jobs. A scheduler only enqueues a due job as a task in the database; a worker runs it.

Several schedulers may run: each turn of a job is a row with a unique slot, so it is enqueued once. If a worker is killed,
another one gets its task, so every task must be safe to run twice.
"""

import logging
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from django.conf import settings
from django.db import close_old_connections, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from wholesale.plumbing.models import PeriodicRun
from wholesale.plumbing.patience import DATABASE_FAULTS, growing_delays
from wholesale.plumbing.work.task_failures import ATTEMPTS_MAX, TookTooLong, WorkerLost, fail, put_back

# No task takes longer. The successor of a killed process takes over at once; this limit is for a lost machine.
LOST_AFTER = timedelta(seconds=settings.TASK_TIME_LIMIT) + timedelta(minutes=5)
KEPT_FOR = timedelta(days=30)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A periodic job: a task without arguments, and its times as a crontab in UTC."""

    name: str
    crontab: str
    task: "Task[..., Any]"


_jobs: dict[str, Job] = {}


def every(crontab: str, task: "Task[..., Any]") -> None:
    """Register a task as a periodic job. Each app does so in its `ready()`."""
    _jobs[task.module_path] = Job(task.module_path, crontab, task)


def jobs() -> list[Job]:
    """Return all periodic jobs, sorted by name."""
    return [_jobs[name] for name in sorted(_jobs)]


@transaction.atomic
def enqueue_turn(name: str, now: datetime | None = None) -> bool:
    """Enqueue the job's turn of this minute, unless another scheduler has done so. Return whether this call enqueued it."""
    slot = (now or timezone.now()).replace(second=0, microsecond=0)
    _, is_ours = PeriodicRun.objects.get_or_create(name=name, slot=slot)
    if is_ours:
        _jobs[name].task.enqueue()
    return is_ours


def start_scheduler() -> BackgroundScheduler:
    """Start a thread that enqueues each periodic job at its times. It runs until `shutdown()` is called on the result."""
    scheduler = BackgroundScheduler(timezone="UTC")
    for job in jobs():
        # Turns that were missed while the machine slept are made up for once, if it wakes within an hour.
        scheduler.add_job(
            _turn, CronTrigger.from_crontab(job.crontab, timezone="UTC"), [job.name], misfire_grace_time=3600, coalesce=True
        )
    scheduler.start()
    return scheduler


def _turn(name: str) -> None:
    """Enqueue the job's turn that is due now. If the database does not answer, try again until it does."""
    due = timezone.now()
    for delay in growing_delays():
        close_old_connections()
        try:
            enqueue_turn(name, due)
        except DATABASE_FAULTS as fault:
            logger.warning("%s is due and the database did not answer (%s)", name, type(fault).__name__)
            time.sleep(delay)
        else:
            break
        finally:
            close_old_connections()


@transaction.atomic
def requeue_lost(now: datetime | None = None) -> int:
    """Requeue the background tasks of lost workers, or let them fail at the fifth loss. Return the number of tasks."""
    now = now or timezone.now()
    return _lost(_running().filter(started_at__lt=now - LOST_AFTER), now)


@transaction.atomic
def requeue_of(worker_id: str, *, was_too_long: bool = False, now: datetime | None = None) -> int:
    """Requeue the background tasks of an ended worker. With `was_too_long` they fail instead. Return the number of tasks."""
    now = now or timezone.now()
    left = [result for result in _running() if result.worker_ids[-1:] == [worker_id]]
    if not was_too_long:
        return _lost(left, now)
    for result in left:
        fail(result, TookTooLong(), now)
    return len(left)


def _running() -> "QuerySet[DBTaskResult]":
    return DBTaskResult.objects.select_for_update().filter(status=TaskResultStatus.RUNNING)


def _lost(results: Iterable[DBTaskResult], now: datetime) -> int:
    lost = list(results)
    for result in lost:
        if len(result.worker_ids) >= ATTEMPTS_MAX:
            fail(result, WorkerLost(), now)
        else:
            put_back(result)
    return len(lost)


@transaction.atomic
def try_again(task_ids: Iterable[Any], now: datetime | None = None) -> int:
    """Requeue those of the tasks that have failed, with as many attempts as new tasks. Return how many were requeued."""
    again = DBTaskResult.objects.failed().filter(pk__in=task_ids)
    return again.update(
        status=TaskResultStatus.READY, worker_ids=[], started_at=None, finished_at=None, run_after=now or timezone.now()
    )


def forget_old(now: datetime | None = None) -> int:
    """Remove old turns of periodic jobs and old finished tasks. Return the number of removed rows."""
    until = (now or timezone.now()) - KEPT_FOR
    turns, _ = PeriodicRun.objects.filter(slot__lt=until).delete()
    tasks, _ = DBTaskResult.objects.finished().filter(finished_at__lt=until).delete()
    return turns + tasks
