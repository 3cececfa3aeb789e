"""The background tasks of the plumbing. Each may safely run twice."""

from django_tasks import task

from wholesale.plumbing import housekeeping
from wholesale.plumbing.work import periodic
from wholesale.plumbing.work.queues import Queue


@task(queue_name=Queue.PERIODIC)
def clear_expired() -> None:
    """Remove expired idempotency keys, API tokens and sessions, old notices, and old background tasks."""
    housekeeping.clear_expired()
    periodic.forget_old()


@task(queue_name=Queue.PERIODIC)
def requeue_lost() -> None:
    """Requeue the background tasks whose worker was lost."""
    periodic.requeue_lost()


def register() -> None:
    """Register the periodic jobs of the plumbing."""
    periodic.every("17 4 * * *", clear_expired)
    periodic.every("*/5 * * * *", requeue_lost)
