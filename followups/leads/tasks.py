"""Background tasks of leads, each safe to do twice: rows that are imported again change nothing."""

import io
from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from followups.errors import UnreadableFile
from followups.leads import files, remarks
from followups.leads.models import LeadImport
from followups.leads.services import Report, upsert_leads
from wholesale.plumbing.work import periodic, task_failures
from wholesale.plumbing.work.queues import Queue

State = LeadImport.State
KEPT_FOR = timedelta(days=30)  # a file and what was refused of it: personal, and of no use later


def work_on(import_id: int) -> None:
    """Do what an import waits for: look through its file, or import it. One that waits for nothing is left alone."""
    row = LeadImport.objects.get(pk=import_id)
    if row.state not in (State.CHECKING, State.IMPORTING):
        return
    waiting = LeadImport.objects.filter(pk=import_id, state=row.state)
    try:
        report, refused_rows, told = _run(row)
    except UnreadableFile as error:
        waiting.update(state=State.FAILED, failure=error.detail, content=None, finished_at=timezone.now())
        return
    found = {name: getattr(report, name) for name in ("created", "updated", "unchanged", "refused")}
    found |= {"refused_rows": refused_rows, "remarks": told, "statuses_left": report.statuses_left_text}
    if row.state == State.CHECKING:
        waiting.update(state=State.CHECKED, **found)
    else:
        waiting.update(state=State.DONE, content=None, finished_at=timezone.now(), **found)


def _run(row: LeadImport) -> tuple[Report, str, list[str]]:
    lead_file = files.read(io.BytesIO(row.content or b""), files.Format.of(row.file_name))
    held: list[int] = []
    text = io.StringIO()
    refused = files.RefusedFile(text, lead_file.columns)
    report = upsert_leads(
        lead_file.rows,
        actor=row.changed_by,
        user=row.user,
        dry_run=row.state == State.CHECKING,
        source=row.file_name,
        refuse=refused.write,
        hold=lambda one, lead_id: held.append(one.number),
    )
    told = [*remarks.missing(report, lead_file), *lead_file.notes, *remarks.blank(lead_file), *remarks.recorded(report)]
    if held:
        told.append(f"What these rows say of contact is to be looked at before a ladder starts: {remarks.ranges(held)}.")
    return report, text.getvalue() if report.refused else "", told


@task(queue_name=Queue.LONG)
def work_on_import(import_id: int) -> None:
    """An import of many rows."""
    work_on(import_id)


@task(queue_name=Queue.PERIODIC)
def forget_files() -> None:
    """Empty the imports that are old: of them their counts remain."""
    LeadImport.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).update(content=None, refused_rows="")


def give_up(what_happened: str, import_id: int) -> None:
    """The worker will not do it. The file stays, so that somebody can have it tried again."""
    LeadImport.objects.filter(pk=import_id, state__in=(State.CHECKING, State.IMPORTING)).update(
        state=State.FAILED, failure=f"{what_happened} Try again, or upload it in parts.", finished_at=timezone.now()
    )


def register() -> None:
    """Say when, and what happens to an import that fails."""
    task_failures.tell_subject(work_on_import, give_up)
    periodic.every("37 4 * * *", forget_files)
