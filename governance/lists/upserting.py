"""Storing the rows of a list of people, in batches, and recording in the ledger what the rows say about contact.

There is one such importer for all kinds of people; a `PeopleKind` says what is particular to each.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from django.db import transaction

from governance.lists import recording
from governance.lists.kinds import PeopleKind, StoreResult
from wholesale.plumbing.act import Act
from wholesale.plumbing.importing.rows import RefusedRow, Row
from wholesale.plumbing.importing.sifting import Good, batches, numbered

BATCH = 1_000


@dataclass(slots=True)
class ListReport:
    """The result of an import. Empty rows are not counted."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    refused_rows: list[RefusedRow] = field(default_factory=list)
    recorded: Counter[str] = field(default_factory=Counter)  # rows that added something to the ledger, by entry
    held: int = 0  # rows that a person must look at before their lead or buyer is contacted

    @property
    def rows(self) -> int:
        """The number of rows that were not empty."""
        return self.created + self.updated + self.unchanged + self.refused

    @property
    def remarks(self) -> list[str]:
        """Remarks about values in accepted rows that were ignored."""
        return []


@dataclass(frozen=True, slots=True)
class Hearers:
    """Functions that are told what an import does. Each may be None."""

    refuse: Callable[[RefusedRow], None] | None = None  # with each refused row, which the report then only counts
    hold: Callable[[RefusedRow, str], None] | None = None  # with each row that has doubts about contact, and its id
    stored: Callable[[Sequence[Any]], None] | None = None  # after each commit, with the people, also unchanged ones
    result: Callable[[int, str, Any], None] | None = None  # with number, id and result of each row that was stored


@dataclass(frozen=True, slots=True)
class _By:
    """The act of an import, the name of its file (`source`), and whether nothing is stored (`dry_run`)."""

    people: PeopleKind
    act: Act
    source: str
    dry_run: bool


def upsert_people(
    people: PeopleKind,
    rows: Iterable[Row],
    report: ListReport,
    *,
    act: Act,
    dry_run: bool = False,
    source: str = "a list",
    hearers: Hearers,
) -> None:
    """Create or change people by their ids, in batches, each a transaction. The `report` counts what became of the rows.

    A row is a mapping of texts or typed values, or a `FileRow`. An absent or empty value keeps the stored one. A row is
    refused if it is invalid or if an earlier row has the same id; the other rows are stored. The same rows again change
    nothing. What a `FileRow` says about contact is recorded in the ledger in the same transaction.
    """
    by = _By(people, act, source, dry_run)
    seen: dict[str, int] = {}  # id -> number of its row
    for batch in batches(numbered(rows), BATCH):
        kept = _keep(batch, seen, by)
        for outcome, count in Counter(stored[1] for stored in kept.stored.values()).items():
            setattr(report, outcome.value, getattr(report, outcome.value) + count)
        report.recorded += kept.recorded
        if hearers.result:
            for person_id, stored in kept.stored.items():
                hearers.result(seen[person_id], person_id, stored)
        report.held += len(kept.held)
        if hearers.hold:
            for person_id, one in kept.held.items():
                hearers.hold(one, person_id)
        if hearers.stored and not dry_run:
            hearers.stored([person for person, *_ in kept.stored.values()])
        report.refused += len(kept.refused)
        for one in sorted(kept.refused, key=attrgetter("number")):
            (hearers.refuse or report.refused_rows.append)(one)


@dataclass(slots=True)
class _Kept:
    """The result of importing one batch of rows."""

    refused: list[RefusedRow]
    stored: dict[str, tuple[Any, ...]] = field(default_factory=dict)  # by id
    held: dict[str, RefusedRow] = field(default_factory=dict)  # id -> its row
    recorded: Counter[str] = field(default_factory=Counter)


def _keep(batch: Sequence[tuple[int, Row]], seen: dict[str, int], by: _By) -> _Kept:
    good, refused = by.people.sieve.sifted(batch, seen)
    kept = _Kept(refused)
    if any(recording.speaking(row) for _, row in batch):
        _keep_what_speaks(kept, good, seen, by)
    else:
        _keep_people(kept, good, seen, by)
    return kept


def _keep_people(kept: _Kept, good: Good, seen: Mapping[str, int], by: _By) -> None:
    given = {person_id: settings for person_id, (_, settings) in good.items()}
    for person_id, stored in by.people.store(given, by.act, dry_run=by.dry_run).items():
        if stored[1] is StoreResult.NO_PROVINCE:
            wrong = {"province": [by.people.no_province]}
            kept.refused.append(RefusedRow(seen[person_id], good[person_id][0], wrong))
        else:
            kept.stored[person_id] = stored


@transaction.atomic
def _keep_what_speaks(kept: _Kept, good: Good, seen: dict[str, int], by: _By) -> None:
    """Store the people of a batch, and record in the ledger what its rows say about contact."""
    if not by.dry_run:
        by.people.hold_writers()
    sayings = recording.hear(by.people, good, seen, kept.refused)
    _keep_people(kept, good, seen, by)
    kept.recorded = recording.record(sayings, by.act, source=by.source, dry_run=by.dry_run)
    for saying in sayings:
        person_id = saying.person_id
        if person_id in kept.stored and (doubts := recording.doubts_of(saying)):
            kept.held[person_id] = RefusedRow(seen[person_id], good[person_id][0], doubts)
