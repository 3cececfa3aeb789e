"""Imports that name a person: files that are still kept, and refused rows."""

import csv
import io

from followups.leads.errors import ImportUnderWay
from followups.leads.lists.importer import LEADS
from followups.leads.lists.models import LeadImport
from followups.leads.people.subjects import Person
from wholesale.plumbing.importing.errors import UnreadableFile

State = LeadImport.State
DISCARDED = "A person in it was erased, so the file was discarded: bring it again without that person's row."


def waiting_for(person: Person) -> list[LeadImport]:
    """Return the imports whose file is still kept and names the person. An unreadable file is assumed to name the person."""
    kept = LeadImport.objects.filter(content__isnull=False).order_by("pk")
    return [row for row in kept.iterator(chunk_size=1) if _names(row, person)]


def _names(row: LeadImport, person: Person) -> bool:
    try:
        return any(person.is_named_in(_cells(one)) for one in LEADS.open(row).rows)
    except UnreadableFile:
        return True


def _cells(row: dict[object, object]) -> list[object]:
    return [cell for value in row.values() for cell in (value if isinstance(value, list) else [value])]


def refused_of(person: Person) -> dict[int, list[dict[str, str]]]:
    """Return the refused rows about the person, by the id of the import that refused them."""
    found = {}
    for pk, text in _with_refused_rows():
        if rows := [row for row in csv.DictReader(io.StringIO(text)) if person.is_named_in(row.values())]:
            found[pk] = rows
    return found


def _with_refused_rows() -> list[tuple[int, str]]:
    return list(LeadImport.objects.exclude(refused_rows="").order_by("pk").values_list("pk", "refused_rows"))


def lock_imports() -> None:
    """Lock all imports until the caller's transaction ends, so that none is confirmed or ends. Lock them before any lead."""
    list(LeadImport.objects.order_by("pk").select_for_update().values_list("pk"))


def erase_from_imports(person: Person) -> tuple[int, int]:
    """Discard the files that name the person, and remove the refused rows about the person. Return how many of each.

    Raises:
        ImportUnderWay: a file that names the person is being imported at this moment.

    """
    waiting = waiting_for(person)
    if any(row.state == State.IMPORTING for row in waiting):
        raise ImportUnderWay
    discarded = LeadImport.objects.filter(pk__in=[row.pk for row in waiting])
    discarded.exclude(state=State.DONE).update(state=State.FAILED, failure=DISCARDED)
    discarded.update(content=None)
    removed = 0
    for pk, text in _with_refused_rows():
        left, count = _without(text, person)
        if count:
            LeadImport.objects.filter(pk=pk).update(refused_rows=left)
            removed += count
    return len(waiting), removed


def _without(text: str, person: Person) -> tuple[str, int]:
    """Return the CSV text of refused rows without the rows about the person, and the number of removed rows."""
    header, *rows = csv.reader(io.StringIO(text))
    kept = [row for row in rows if not person.is_named_in(row)]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *kept])
    return out.getvalue(), len(rows) - len(kept)
