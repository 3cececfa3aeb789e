"""The plumbing's own background tasks, each safe to do twice."""

from django_tasks import task

from wholesale.plumbing import housekeeping
from wholesale.plumbing.work import periodic
from wholesale.plumbing.work.queues import Queue


@task(queue_name=Queue.PERIODIC)
def clear_expired() -> None:
    """Remove what has expired."""
    housekeeping.clear_expired()
    periodic.forget_old()


@task(queue_name=Queue.PERIODIC)
def requeue_lost() -> None:
    """Give the tasks of killed workers to another."""
    periodic.requeue_lost()


def register() -> None:
    """Say when."""
    periodic.every("17 4 * * *", clear_expired)
    periodic.every("*/5 * * * *", requeue_lost)
