"""The importer `SALES`, which reads and imports files of sales."""

from typing import Any

from governance.lists.running import run
from offers.comps.lists import files
from offers.comps.lists.services import upsert_sales
from offers.comps.models import SaleImport
from wholesale.plumbing.importing.batches import Importer
from wholesale.plumbing.importing.files import ListFile, RefusedFile


def _run(batch: SaleImport, rows: ListFile, refused: RefusedFile) -> dict[str, Any]:
    _, found = run(batch, rows, refused, upsert_sales, "they count")
    return found


SALES = Importer(SaleImport, files.SALES, _run, "manage.py import_sales")
