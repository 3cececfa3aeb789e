"""Verbs for imports of leads by the admin. `wholesale.plumbing.importing.batches` does the work."""

from django.db import transaction

from followups.leads.lists import tasks
from followups.leads.lists.importer import LEADS
from followups.leads.lists.models import LeadImport
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.act import Act


@verb(ExecutionClass.RECORD)
@transaction.atomic
def begin_import(*, file_name: str, content: bytes, act: Act) -> LeadImport:
    """Store an uploaded file and check its rows without importing them.

    Raises:
        UnreadableFile: the file is too large, neither CSV nor XLSX, or has an unusable header.

    """
    return LEADS.worked_on(LEADS.begin(file_name=file_name, content=content, act=act), tasks.work_on_import)


@verb(ExecutionClass.RECORD)
@transaction.atomic
def confirm_import(import_id: int) -> LeadImport:
    """Import a file that was checked.

    Raises:
        ImportNotReady: the file was not checked, was imported already, or is gone.

    """
    return LEADS.worked_on(LEADS.confirm(import_id), tasks.work_on_import)


@verb(ExecutionClass.RECORD)
@transaction.atomic
def retry_import(import_id: int) -> LeadImport:
    """Check a file again after its import failed. Rows that were imported stay; importing them again changes nothing.

    Raises:
        ImportNotReady: the import has not failed, or its file is gone.

    """
    return LEADS.worked_on(LEADS.retry(import_id), tasks.work_on_import)
