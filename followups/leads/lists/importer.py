"""The importer `LEADS`, which reads and imports files of leads."""

from typing import Any

from followups.leads.lists import files
from followups.leads.lists.models import LeadImport
from followups.leads.services import upsert_leads
from governance.lists.running import run
from wholesale.plumbing.importing.batches import Importer
from wholesale.plumbing.importing.files import ListFile, RefusedFile


def _run(batch: LeadImport, rows: ListFile, refused: RefusedFile) -> dict[str, Any]:
    report, found = run(batch, rows, refused, upsert_leads, "a ladder starts")
    return {**found, "statuses_left": report.statuses_left_text}


LEADS = Importer(LeadImport, files.LEADS, _run, "manage.py import_leads")
