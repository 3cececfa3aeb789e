"""The importer `LEADS`, which reads and imports files of leads."""

from typing import Any

from followups.leads.lists import files, remarks
from followups.leads.lists.models import LeadImport
from followups.leads.services import upsert_leads
from wholesale.plumbing.act import Act
from wholesale.plumbing.importing.batches import Importer
from wholesale.plumbing.importing.files import ListFile, RefusedFile
from wholesale.plumbing.importing.remarks import blank, missing, ranges


def _run(batch: LeadImport, rows: ListFile, refused: RefusedFile) -> dict[str, Any]:
    held: list[int] = []
    report = upsert_leads(
        rows.rows,
        act=Act(batch.changed_by, batch.user),
        dry_run=batch.state == LeadImport.State.CHECKING,
        source=batch.file_name,
        refuse=refused.write,
        hold=lambda one, lead_id: held.append(one.number),
    )
    told = [*missing(report.rows, rows), *rows.notes, *blank(rows), *remarks.recorded(report)]
    if held:
        told.append(f"What these rows say of contact is to be looked at before a ladder starts: {ranges(held)}.")
    counts = {name: getattr(report, name) for name in ("created", "updated", "unchanged", "refused")}
    return {**counts, "remarks": told, "statuses_left": report.statuses_left_text}


LEADS = Importer(LeadImport, files.LEADS, _run, "manage.py import_leads")
