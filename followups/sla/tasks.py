"""Background work of the SLA, safe to do twice."""

from django_tasks import task

from followups.sla import breaches
from wholesale.plumbing.act import Act
from wholesale.plumbing.correlation import correlated
from wholesale.plumbing.work import periodic
from wholesale.plumbing.work.queues import Queue


@task(queue_name=Queue.PERIODIC)
def find_breaches() -> None:
    """Record new breaches. Runs every minute."""
    with correlated():
        breaches.find_breaches(act=Act())


def register() -> None:
    """Register the periodic job."""
    periodic.every("* * * * *", find_breaches)
