"""Failures of background tasks: a task is tried again, or it fails for good and its subject is told.

A task is tried up to `ATTEMPTS_MAX` times if the database did not answer or its worker was ended. After any other error it
fails for good. Its subject, the row that waits for it (if any), is told in the same transaction.
"""

import logging
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django_tasks import TaskResultStatus
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from wholesale.plumbing.patience import is_database_fault

ATTEMPTS_MAX = 5
_AGAIN_AFTER = timedelta(seconds=2)  # the first delay; each further one is twice as long
_ENDED = (SystemExit, KeyboardInterrupt)

logger = logging.getLogger(__name__)


class WorkerLost(Exception):
    """All workers that took the task were lost."""


class TookTooLong(BaseException):
    """The task ran for `TASK_TIME_LIMIT`. It is a BaseException, so that no `except Exception` of a task catches it."""


_subjects: dict[str, Callable[..., None]] = {}


def tell_subject(task: "Task[..., Any]", tell: Callable[..., None]) -> None:
    """Register `tell` for a task. If the task fails for good, `tell` gets what happened and the task's arguments."""
    _subjects[task.module_path] = tell


@transaction.atomic
def conclude(result: DBTaskResult, error: BaseException | None, now: datetime) -> None:
    """Record how a background task ended. `error` is what the task raised, or None if it succeeded."""
    if error is None:
        _record(result, TaskResultStatus.SUCCESSFUL, finished_at=now)
    elif (isinstance(error, _ENDED) or is_database_fault(error)) and len(result.worker_ids) < ATTEMPTS_MAX:
        put_back(result, now + _AGAIN_AFTER * 2 ** (len(result.worker_ids) - 1))
    else:
        fail(result, error, now)


def put_back(result: DBTaskResult, run_after: datetime | None = None) -> None:
    """Requeue a background task, to run at `run_after` or later. None leaves the task's earlier time unchanged."""
    run_after = run_after or result.run_after
    _record(result, TaskResultStatus.READY, started_at=None, run_after=run_after)


def fail(result: DBTaskResult, error: BaseException, now: datetime) -> None:
    """Record that a background task failed for good, and tell its subject (the row that waits for the task) why."""
    kind = type(error)
    logger.error("Task %s (%s) has failed: %s", result.task_path, result.pk, kind.__qualname__)
    # The traceback and the kind of the error, without its message, which may name a person.
    lines = [*traceback.format_tb(error.__traceback__), kind.__qualname__]
    _record(
        result,
        TaskResultStatus.FAILED,
        finished_at=now,
        exception_class_path=f"{kind.__module__}.{kind.__qualname__}",
        traceback="".join(lines),
    )
    tell = _subjects.get(result.task_path)
    if tell is not None:
        tell(what_happened(error), *result.args_kwargs["args"], **result.args_kwargs["kwargs"])


def what_happened(error: BaseException) -> str:
    """Return a sentence that says why a background task failed, for the person who waits for it."""
    match error:
        case TookTooLong():
            return f"It took longer than {settings.TASK_TIME_LIMIT} seconds (TASK_TIME_LIMIT) and was ended."
        case MemoryError():
            return f"It needed more than {settings.TASK_MEMORY_MB} MB of memory (TASK_MEMORY_MB) and was ended."
        case WorkerLost() | SystemExit() | KeyboardInterrupt():
            return f"The process that did it was ended {ATTEMPTS_MAX} times."
        case _ if is_database_fault(error):
            return f"The database did not answer {ATTEMPTS_MAX} times."
        case _:
            return f"A fault of ours ({type(error).__qualname__}); the log and the list of tasks have more."


def _record(result: DBTaskResult, status: TaskResultStatus, **values: Any) -> None:
    DBTaskResult.objects.filter(pk=result.pk).update(status=status, **values)
