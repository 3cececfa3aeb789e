"""Background and periodic work. A scheduler only enqueues: what is due becomes a task in the database; a worker does it.

Two schedulers may run: each turn of a job is a row with a unique slot, so it is enqueued once. A worker may be killed: what
it was doing is given to another after a while, so every task must be safe to do twice.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.cron import CronTrigger
from django.db import close_old_connections, transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from wholesale.models import PeriodicRun

LOST_AFTER = timedelta(minutes=30)  # no task of the product takes as long
ATTEMPTS_MAX = 5
KEPT_FOR = timedelta(days=30)


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
    close_old_connections()
    try:
        enqueue_turn(name)
    finally:
        close_old_connections()


@transaction.atomic
def requeue_lost(now: datetime | None = None) -> int:
    """Give tasks whose worker was killed to another; one that was lost five times has failed. Returns how many."""
    now = now or timezone.now()
    running = DBTaskResult.objects.select_for_update().filter(status=TaskResultStatus.RUNNING)
    lost = list(running.filter(started_at__lt=now - LOST_AFTER))
    for result in lost:
        if len(result.worker_ids) >= ATTEMPTS_MAX:
            result.status, result.finished_at = TaskResultStatus.FAILED, now
            result.exception_class_path = f"{WorkerLost.__module__}.{WorkerLost.__qualname__}"
        else:
            result.status, result.started_at = TaskResultStatus.READY, None
        result.save(update_fields=["status", "started_at", "finished_at", "exception_class_path"])
    return len(lost)


class WorkerLost(Exception):
    """Every worker that took the task was lost."""


def forget_old(now: datetime | None = None) -> int:
    """Remove the turns and the finished tasks that nobody looks at any more. Returns how many rows."""
    until = (now or timezone.now()) - KEPT_FOR
    turns, _ = PeriodicRun.objects.filter(slot__lt=until).delete()
    tasks, _ = DBTaskResult.objects.finished().filter(finished_at__lt=until).delete()
    return turns + tasks
