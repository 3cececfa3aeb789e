"""Verbs for imports of buyers by the admin. `wholesale.plumbing.importing.batches` does the work."""

from django.db import transaction

from buyers.book.lists import tasks
from buyers.book.lists.importer import BUYERS
from buyers.book.models import BuyerImport
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.act import Act


@verb(ExecutionClass.RECORD)
@transaction.atomic
def begin_import(*, file_name: str, content: bytes, act: Act) -> BuyerImport:
    """Store an uploaded file and check its rows without importing them.

    Raises:
        UnreadableFile: the file is too large, neither CSV nor XLSX, or has an unusable header.

    """
    return BUYERS.worked_on(BUYERS.begin(file_name=file_name, content=content, act=act), tasks.work_on_import)


@verb(ExecutionClass.RECORD)
@transaction.atomic
def confirm_import(import_id: int) -> BuyerImport:
    """Import a file that was checked.

    Raises:
        ImportNotReady: the file was not checked, was imported already, or is gone.

    """
    return BUYERS.worked_on(BUYERS.confirm(import_id), tasks.work_on_import)


@verb(ExecutionClass.RECORD)
@transaction.atomic
def retry_import(import_id: int) -> BuyerImport:
    """Check a file again after its import failed. Rows that were imported stay; importing them again changes nothing.

    Raises:
        ImportNotReady: the import has not failed, or its file is gone.

    """
    return BUYERS.worked_on(BUYERS.retry(import_id), tasks.work_on_import)
