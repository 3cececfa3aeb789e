"""Verbs of leads. The API, the admin and imports of files use the same serializer, and all store through `storing`."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, NamedTuple

from django.db import transaction

from followups.leads.lists import recording
from followups.leads.lists.sifting import NO_PROVINCE, Good, batches, numbered, sifted
from followups.leads.models import Lead
from followups.leads.storing import StoreResult, hold_writers, store_file, store_one
from governance.decisions import ExecutionClass, verb
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import RequiredParameter
from wholesale.plumbing.importing.rows import RefusedRow, Row

__all__ = ["LeftStatus", "RefusedRow", "Report", "StoreResult", "upsert_lead", "upsert_leads"]
BATCH = 1_000
LEFT_STATUSES_NAMED = 100  # a report names this many and counts the others


class LeftStatus(NamedTuple):
    """A row whose status an import ignored, because it would have moved the lead back. The rest of the row was stored."""

    number: int
    lead_id: str
    status: str  # the lead's status, which it keeps
    given: str


@dataclass(slots=True)
class Report:
    """The result of an import. Empty rows are not counted."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    refused_rows: list[RefusedRow] = field(default_factory=list)
    recorded: Counter[str] = field(default_factory=Counter)  # rows that added something to the ledger, by entry
    held: int = 0  # rows that a person must look at before their lead is contacted
    statuses_left: int = 0
    left_statuses: list[LeftStatus] = field(default_factory=list)  # the first LEFT_STATUSES_NAMED

    @property
    def rows(self) -> int:
        """The number of rows that were not empty."""
        return self.created + self.updated + self.unchanged + self.refused

    @property
    def statuses_left_text(self) -> str:
        """A line of text that names the leads whose rows had a status that was ignored. It is empty if there are none."""
        if not self.statuses_left:
            return ""
        kept = "lead keeps its status" if self.statuses_left == 1 else "leads keep their status"
        named = [f"{one.lead_id} ({one.status}, not {one.given})" for one in self.left_statuses]
        if more := self.statuses_left - len(named):
            named.append(f"and {more:,} more")
        return f"{self.statuses_left:,} {kept}, which is further on: {', '.join(named)}."

    def leave_status(self, left: LeftStatus) -> None:
        """Count an ignored status. Keep the first LEFT_STATUSES_NAMED of them, because the report names these."""
        self.statuses_left += 1
        if len(self.left_statuses) < LEFT_STATUSES_NAMED:
            self.left_statuses.append(left)


@dataclass(frozen=True, slots=True)
class _By:
    """The act of an import, the name of its file (`source`), and whether nothing is stored (`dry_run`)."""

    act: Act
    source: str
    dry_run: bool


@verb(ExecutionClass.RECORD)
def upsert_leads(
    rows: Iterable[Row],
    *,
    act: Act,
    dry_run: bool = False,
    source: str = "a list",
    refuse: Callable[[RefusedRow], None] | None = None,
    hold: Callable[[RefusedRow, str], None] | None = None,
    stored: Callable[[Sequence[Lead]], None] | None = None,
) -> Report:
    """Create or change leads by their `lead_id`, in batches. Each batch is a transaction.

    A row is a mapping of texts or typed values, or a `FileRow`. An absent or empty value keeps the stored one. A status that
    would move the lead back is ignored. A row is refused if it is invalid or if an earlier row has the same lead; the other
    rows are stored. The same rows again change nothing. If `refuse` is given, it is called with each refused row, and the
    report only counts these rows. After each commit, `stored` is called with the batch's leads, also unchanged ones.

    What a `FileRow` says about contact is recorded in the ledger in the same transaction, with `source` as the file's name.
    Before `stored`, `hold` is called with each row that has doubts about contact, and the lead's id.
    """
    by = _By(act, source, dry_run)
    report = Report()
    seen: dict[str, int] = {}  # lead_id -> number of its row
    for batch in batches(numbered(rows), BATCH):
        kept = _keep(batch, seen, by)
        for outcome, count in kept.outcomes.items():
            setattr(report, outcome.value, getattr(report, outcome.value) + count)
        report.recorded += kept.recorded
        for left in kept.left:
            report.leave_status(left)
        report.held += len(kept.held)
        if hold:
            for lead_id, one in kept.held.items():
                hold(one, lead_id)
        if stored and not dry_run:
            stored(kept.leads)
        report.refused += len(kept.refused)
        for one in sorted(kept.refused, key=attrgetter("number")):
            (refuse or report.refused_rows.append)(one)
    return report


@dataclass(slots=True)
class _Kept:
    """The result of importing one batch of rows."""

    refused: list[RefusedRow]
    leads: list[Lead] = field(default_factory=list)
    outcomes: Counter[StoreResult] = field(default_factory=Counter)
    held: dict[str, RefusedRow] = field(default_factory=dict)  # lead_id -> its row
    recorded: Counter[str] = field(default_factory=Counter)
    left: list[LeftStatus] = field(default_factory=list)


def _keep(batch: Sequence[tuple[int, Row]], seen: dict[str, int], by: _By) -> _Kept:
    good, refused = sifted(batch, seen)
    kept = _Kept(refused)
    if any(recording.speaking(row) for _, row in batch):
        _keep_what_speaks(kept, good, seen, by)
    else:
        _keep_leads(kept, good, seen, by)
    return kept


def _keep_leads(kept: _Kept, good: Good, seen: Mapping[str, int], by: _By) -> None:
    given = {lead_id: settings for lead_id, (_, settings) in good.items()}
    for lead_id, stored in store_file(given, by.act, dry_run=by.dry_run).items():
        number = seen[lead_id]
        if stored.outcome is StoreResult.NO_PROVINCE:
            kept.refused.append(RefusedRow(number, good[lead_id][0], {"province": [NO_PROVINCE]}))
            continue
        kept.leads.append(stored.lead)
        kept.outcomes[stored.outcome] += 1
        if stored.status_refused:
            kept.left.append(LeftStatus(number, lead_id, stored.lead.status, stored.status_refused))


@transaction.atomic
def _keep_what_speaks(kept: _Kept, good: Good, seen: dict[str, int], by: _By) -> None:
    """Store the leads of a batch, and record in the ledger what its rows say about contact."""
    if not by.dry_run:
        hold_writers()
    sayings = recording.hear(good, seen, kept.refused)
    _keep_leads(kept, good, seen, by)
    kept.recorded = recording.record(sayings, by.act, source=by.source, dry_run=by.dry_run)
    stored = {lead.lead_id for lead in kept.leads}
    for saying in sayings:
        if saying.lead_id in stored and (doubts := recording.doubts_of(saying)):
            kept.held[saying.lead_id] = RefusedRow(seen[saying.lead_id], good[saying.lead_id][0], doubts)


@verb(ExecutionClass.RECORD)
def upsert_lead(*, lead_id: str, act: Act, **settings: Any) -> tuple[Lead, StoreResult]:
    """Create or change one lead. `settings` are values that are already checked; only the given ones change.

    A status that ends the hunt closes the lead's open ladder. Reopening a lead that is CLOSED or DEAD needs a reason, which
    is kept. If the new number or address is also that of another lead with an open ladder, the newer ladder is cancelled.

    Raises:
        RequiredParameter: a new lead has no province, or a lead is reopened without a reason.

    """
    stored = store_one(lead_id, settings, act)
    if stored.outcome is StoreResult.NO_PROVINCE:
        raise RequiredParameter(NO_PROVINCE, attr="province")
    return stored.lead, stored.outcome
