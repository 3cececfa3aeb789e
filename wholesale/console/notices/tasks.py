"""The background tasks of notices. Each may safely run twice."""

from django.utils import timezone
from django_tasks import task

from wholesale.console.notices import looking, mail, services
from wholesale.plumbing import housekeeping
from wholesale.plumbing.act import Act
from wholesale.plumbing.correlation import correlated
from wholesale.plumbing.work import periodic
from wholesale.plumbing.work.queues import Queue


@task(queue_name=Queue.PERIODIC)
def write_notices() -> None:
    """Write the notices of what has happened, and have the e-mails sent that are due. Runs every minute."""
    with correlated():
        looking.look_for_facts(act=Act())
        if mail.due(timezone.now()):
            send_mails.enqueue()


@task(queue_name=Queue.PERIODIC)
def send_mails() -> None:
    """Send the e-mails that are due, unless another worker has done so by now."""
    mail.send_due()


def register() -> None:
    """Register the periodic job, and what is removed by the clean-up."""
    periodic.every("* * * * *", write_notices)
    housekeeping.register("notices", services.forget_old)
