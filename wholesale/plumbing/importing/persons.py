"""Imports that name a person: files that are still kept, and refused rows. The person may be of another kind."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from wholesale.plumbing.addresses import one_form
from wholesale.plumbing.importing.batches import Importer
from wholesale.plumbing.importing.errors import ImportUnderWay, UnreadableFile
from wholesale.plumbing.importing.models import ImportBatch
from wholesale.plumbing.importing.texts import plain
from wholesale.plumbing.texts import in_english

State = ImportBatch.State
DIGITS = 10  # a Canadian number without its country code
DISCARDED = "A person in it was erased, so the file was discarded: bring it again without that person's row."

_importers: list[Importer[Any]] = []


def register(importer: Importer[Any]) -> None:
    """Register an importer whose lists may name persons. Registering it twice changes nothing."""
    if importer not in _importers:
        _importers.append(importer)


@dataclass(frozen=True)
class Named:
    """What names a person in a row of a list."""

    phones: frozenset[str] = frozenset()  # E.164
    emails: frozenset[str] = frozenset()  # in one spelling, by `one_form`
    words: frozenset[str] = frozenset()  # each names the person as the whole text of a cell: an id, an address, a full name
    names: frozenset[str] = frozenset()  # together they name the person, each as the text of a cell: the parts of the name

    def is_in(self, cells: Iterable[Any]) -> bool:
        """Whether a row with these cells names the person."""
        texts = [plain(str(cell)).strip() for cell in cells if cell]
        folded = {text.casefold() for text in texts}
        return (
            any(word.casefold() in folded for word in self.words)
            or (bool(self.names) and {name.casefold() for name in self.names} <= folded)
            or any(self._is_number(text) or self._is_address(text) for text in texts)
        )

    def _is_number(self, text: str) -> bool:
        digits = re.sub(r"\D", "", text)[-DIGITS:]
        return any(digits == phone[-DIGITS:] for phone in self.phones)

    def _is_address(self, text: str) -> bool:
        return "@" in text and one_form(text) in self.emails


@dataclass(frozen=True, slots=True)
class RefusedRows:
    """The rows about a person that an import refused."""

    batch: ImportBatch
    rows: list[dict[str, str]]


def in_imports(person: Named) -> dict[str, Any]:
    """Return what imports hold about the person, as plain values for an export."""
    return {
        "refused_rows": [
            {"import": found.batch.pk, "list": in_english(found.batch._meta.verbose_name), "rows": found.rows}
            for found in refused_of(person)
        ],
        "files": [
            {"import": row.pk, "list": in_english(row._meta.verbose_name), "file_name": row.file_name, "state": row.state}
            for row in waiting_for(person)
        ],
    }


def waiting_for(person: Named) -> list[ImportBatch]:
    """Return the imports whose file is still kept and names the person. An unreadable file is assumed to name the person."""
    return [row for importer in _importers for row in _kept(importer) if _names(importer, row, person)]


def _kept(importer: Importer[Any]) -> Iterator[ImportBatch]:
    batches: Any = importer.model._default_manager.filter(content__isnull=False).order_by("pk")
    yield from batches.iterator(chunk_size=1)


def _names(importer: Importer[Any], row: ImportBatch, person: Named) -> bool:
    try:
        return any(person.is_in(_cells(one)) for one in importer.open(row).rows)
    except UnreadableFile:
        return True


def _cells(row: dict[object, object]) -> list[object]:
    return [cell for value in row.values() for cell in (value if isinstance(value, list) else [value])]


def refused_of(person: Named) -> list[RefusedRows]:
    """Return the refused rows about the person, for each import that refused some."""
    found = []
    for batch in _with_refused_rows():
        if rows := [row for row in csv.DictReader(io.StringIO(batch.refused_rows)) if person.is_in(row.values())]:
            found.append(RefusedRows(batch, rows))
    return found


def _with_refused_rows() -> Iterator[ImportBatch]:
    for importer in _importers:
        yield from importer.model._default_manager.exclude(refused_rows="").order_by("pk").only("pk", "refused_rows")


def lock_imports() -> None:
    """Lock all imports until the caller's transaction ends, so that none is confirmed or ends. Lock them before persons."""
    for importer in _importers:
        list(importer.model._default_manager.order_by("pk").select_for_update().values_list("pk"))


def erase_from_imports(person: Named) -> tuple[int, int]:
    """Discard the files that name the person, and remove the refused rows about the person. Return how many of each.

    Raises:
        ImportUnderWay: a file that names the person is being imported at this moment.

    """
    waiting = waiting_for(person)
    if any(row.state == State.IMPORTING for row in waiting):
        raise ImportUnderWay
    for row in waiting:
        failed = {} if row.state == State.DONE else {"state": State.FAILED, "failure": DISCARDED}
        type(row)._default_manager.filter(pk=row.pk).update(content=None, **failed)
    removed = 0
    for batch in _with_refused_rows():
        left, count = _without(batch.refused_rows, person)
        if count:
            type(batch)._default_manager.filter(pk=batch.pk).update(refused_rows=left)
            removed += count
    return len(waiting), removed


def _without(text: str, person: Named) -> tuple[str, int]:
    """Return the CSV text of refused rows without the rows about the person, and the number of removed rows."""
    header, *rows = csv.reader(io.StringIO(text))
    kept = [row for row in rows if not person.is_in(row)]
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([header, *kept])
    return out.getvalue(), len(rows) - len(kept)
