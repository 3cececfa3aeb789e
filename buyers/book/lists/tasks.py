"""Background tasks of imports of buyers. Each may safely run twice: rows that are imported again change nothing."""

from django_tasks import task

from buyers.book.lists.importer import BUYERS
from wholesale.plumbing.work import periodic, task_failures
from wholesale.plumbing.work.queues import Queue


@task(queue_name=Queue.LONG)
def work_on_import(import_id: int) -> None:
    """Check or import a large file in the background."""
    BUYERS.work_on(import_id)


@task(queue_name=Queue.PERIODIC)
def forget_files() -> None:
    """Delete the files of old imports. It runs every night."""
    BUYERS.forget()


def register() -> None:
    """Register the nightly job, and what happens to an import whose task fails."""
    task_failures.tell_subject(work_on_import, BUYERS.give_up)
    periodic.every("47 4 * * *", forget_files)
