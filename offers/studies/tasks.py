"""Background work of ratio studies. It may safely run twice: a study that is done is left alone."""

from django_tasks import task

from offers.studies import services
from wholesale.plumbing.work import task_failures
from wholesale.plumbing.work.queues import Queue


@task(queue_name=Queue.LONG)
def carry_out(study_id: int) -> None:
    """Carry out a study of many sales."""
    services.carry_out(study_id)


def register() -> None:
    """Register what happens to a study whose task fails."""
    task_failures.tell_subject(carry_out, services.give_up)
