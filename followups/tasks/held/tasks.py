"""The background task of held acts. It may safely run twice."""

from django_tasks import task

from followups.tasks.held.services import do_overdue
from wholesale.plumbing.act import Act
from wholesale.plumbing.correlation import correlated
from wholesale.plumbing.work import periodic
from wholesale.plumbing.work.queues import Queue


@task(queue_name=Queue.PERIODIC)
def do_held_acts() -> None:
    """Do what an agent said and did not take back, where no browser of the agent asked for it. Runs every minute."""
    with correlated():
        do_overdue(act=Act())


def register() -> None:
    """Register the periodic job."""
    periodic.every("* * * * *", do_held_acts)
