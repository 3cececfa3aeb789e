"""Background tasks of imports of sales. Each may safely run twice: rows that are imported again change nothing."""

from django_tasks import task

from offers.comps.lists.importer import SALES
from wholesale.plumbing.work import periodic, task_failures
from wholesale.plumbing.work.queues import Queue


@task(queue_name=Queue.LONG)
def work_on_import(import_id: int) -> None:
    """Check or import a large file in the background."""
    SALES.work_on(import_id)


@task(queue_name=Queue.PERIODIC)
def forget_files() -> None:
    """Delete the files of old imports. It runs every night."""
    SALES.forget()


def register() -> None:
    """Register the nightly job, and what happens to an import whose task fails."""
    task_failures.tell_subject(work_on_import, SALES.give_up)
    periodic.every("53 4 * * *", forget_files)
