"""Verbs of imports in the admin: a file is looked through, then imported when somebody has confirmed it.

Few rows are done at once, many by the worker.
"""

import io
from datetime import datetime

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from followups.leads.lists import files, tasks
from followups.leads.lists.models import LeadImport
from governance.decisions import ExecutionClass, verb
from wholesale.importing.batches import BYTES_MAX, ROWS_AT_ONCE
from wholesale.importing.errors import ImportNotReady, UnreadableFile
from wholesale.importing.files import Format

State = LeadImport.State


@verb(ExecutionClass.RECORD)
@transaction.atomic
def begin_import(
    *, file_name: str, content: bytes, changed_by: str = "system", user: User | None = None, now: datetime | None = None
) -> LeadImport:
    """Keep a file and have it looked through.

    Raises:
        UnreadableFile: it is too large, neither CSV nor XLSX, or its header will not do.

    """
    if len(content) > BYTES_MAX:
        raise UnreadableFile(f"It is larger than {BYTES_MAX // 1024**2} MB: divide it, or use manage.py import_leads.")
    lead_file = files.read(io.BytesIO(content), Format.of(file_name))
    begun = LeadImport.objects.create(
        file_name=file_name,
        content=content,
        unknown_columns=lead_file.unknown,
        is_large=lead_file.about > ROWS_AT_ONCE,
        changed_by=changed_by,
        user=user,
        created_at=now or timezone.now(),
    )
    return _worked_on(begun)


@verb(ExecutionClass.RECORD)
@transaction.atomic
def confirm_import(import_id: int) -> LeadImport:
    """Import a file that was looked through.

    Raises:
        ImportNotReady: it was not, it was imported already, or its file is gone.

    """
    confirmed = LeadImport.objects.select_for_update().defer("content").get(pk=import_id)
    if confirmed.state != State.CHECKED or not LeadImport.objects.filter(pk=import_id, content__isnull=False).exists():
        raise ImportNotReady
    confirmed.state = State.IMPORTING
    confirmed.save(update_fields=["state"])
    return _worked_on(confirmed)


@verb(ExecutionClass.RECORD)
@transaction.atomic
def retry_import(import_id: int) -> LeadImport:
    """Look through a file again whose import failed. What it had imported stays, and is imported again without a change.

    Raises:
        ImportNotReady: it has not failed, or its file is gone.

    """
    failed = LeadImport.objects.select_for_update().defer("content").filter(pk=import_id, content__isnull=False).first()
    if failed is None or failed.state != State.FAILED:
        raise ImportNotReady("This import has not failed, or its file is gone.")
    failed.state, failed.failure, failed.finished_at = State.CHECKING, "", None
    failed.save(update_fields=["state", "failure", "finished_at"])
    return _worked_on(failed)


def _worked_on(row: LeadImport) -> LeadImport:
    if row.is_large:
        tasks.work_on_import.enqueue(row.pk)
    else:
        tasks.work_on(row.pk)
        row.refresh_from_db()
    return row
