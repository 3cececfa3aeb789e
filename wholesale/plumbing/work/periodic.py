"""Background and periodic work. A scheduler only enqueues: what is due becomes a task in the database; a worker does it.

Two schedulers may run: each turn of a job is a row with a unique slot, so it is enqueued once. A worker may be killed: what
it was doing is given to another, so every task must be safe to do twice.
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

# No task takes as long. The successor of a killed process knows at once; this is for a machine that is gone.
LOST_AFTER = timedelta(seconds=settings.TASK_TIME_LIMIT) + timedelta(minutes=5)
KEPT_FOR = timedelta(days=30)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """A task without arguments, and the times (UTC, as in a crontab) at which it is due."""

    name: str
    crontab: str
    task: "Task[..., Any]"


_jobs: dict[str, Job] = {}


def every(crontab: str, task: "Task[..., Any]") -> None:
    """Make a task periodic. Each app says so in its `ready()`."""
    _jobs[task.module_path] = Job(task.module_path, crontab, task)


def jobs() -> list[Job]:
    """All periodic jobs, by name."""
    return [_jobs[name] for name in sorted(_jobs)]


@transaction.atomic
def enqueue_turn(name: str, now: datetime | None = None) -> bool:
    """Enqueue the job's turn of this minute, unless somebody has; says whether this call did."""
    slot = (now or timezone.now()).replace(second=0, microsecond=0)
    _, is_ours = PeriodicRun.objects.get_or_create(name=name, slot=slot)
    if is_ours:
        _jobs[name].task.enqueue()
    return is_ours


def start_scheduler() -> BackgroundScheduler:
    """Enqueue every job at its times from a thread of this process, until its `shutdown()`."""
    scheduler = BackgroundScheduler(timezone="UTC")
    for job in jobs():
        # A turn missed while the machine slept is made up for once, within the hour.
        scheduler.add_job(
            _turn, CronTrigger.from_crontab(job.crontab, timezone="UTC"), [job.name], misfire_grace_time=3600, coalesce=True
        )
    scheduler.start()
    return scheduler


def _turn(name: str) -> None:
    """Enqueue the turn that is due now, however long the database is away."""
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
    """Give tasks whose worker was killed to another; one that was lost five times has failed. Returns how many."""
    now = now or timezone.now()
    return _lost(_running().filter(started_at__lt=now - LOST_AFTER), now)


@transaction.atomic
def requeue_of(worker_id: str, *, was_too_long: bool = False, now: datetime | None = None) -> int:
    """The same for what a worker was doing that is known to have ended. Where it was ended for its time, that has failed."""
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
    """Have failed tasks done once more, as often as a new one. Returns how many."""
    again = DBTaskResult.objects.failed().filter(pk__in=task_ids)
    return again.update(
        status=TaskResultStatus.READY, worker_ids=[], started_at=None, finished_at=None, run_after=now or timezone.now()
    )


def forget_old(now: datetime | None = None) -> int:
    """Remove the turns and the finished tasks that nobody looks at any more. Returns how many rows."""
    until = (now or timezone.now()) - KEPT_FOR
    turns, _ = PeriodicRun.objects.filter(slot__lt=until).delete()
    tasks, _ = DBTaskResult.objects.finished().filter(finished_at__lt=until).delete()
    return turns + tasks
