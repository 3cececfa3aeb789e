"""Background tasks of leads, each safe to do twice: rows that are imported again change nothing."""

from django_tasks import task

from followups.leads.lists.importer import LEADS
from wholesale.plumbing.work import periodic, task_failures
from wholesale.plumbing.work.queues import Queue


def work_on(import_id: int) -> None:
    """Look through a file, or import it."""
    LEADS.work_on(import_id)


@task(queue_name=Queue.LONG)
def work_on_import(import_id: int) -> None:
    """An import of many rows."""
    work_on(import_id)


@task(queue_name=Queue.PERIODIC)
def forget_files() -> None:
    """Every night: the files of imports that are old."""
    LEADS.forget()


def register() -> None:
    """Say when, and what happens to an import that fails."""
    task_failures.tell_subject(work_on_import, LEADS.give_up)
    periodic.every("37 4 * * *", forget_files)
