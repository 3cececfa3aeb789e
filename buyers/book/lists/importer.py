"""The importer `BUYERS`, which reads and imports files of buyers."""

from typing import Any

from buyers.book.lists import files
from buyers.book.lists.services import upsert_buyers
from buyers.book.models import BuyerImport
from governance.lists.running import run
from wholesale.plumbing.importing.batches import Importer
from wholesale.plumbing.importing.files import ListFile, RefusedFile


def _run(batch: BuyerImport, rows: ListFile, refused: RefusedFile) -> dict[str, Any]:
    _, found = run(batch, rows, refused, upsert_buyers, "a deal is offered")
    return found


BUYERS = Importer(BuyerImport, files.BUYERS, _run, "manage.py import_buyers")
