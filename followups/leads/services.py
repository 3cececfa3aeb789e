"""Verbs of leads. The API, the admin and imports of files use the same serializer, and all store through `storing`."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from followups.leads.fields import LeadRow
from followups.leads.lookups import leads_by_id
from followups.leads.models import Lead
from followups.leads.storing import Stored, hold_writers, store_file, store_one
from governance import people
from governance.decisions import ExecutionClass, verb
from governance.lists.kinds import PeopleKind, StoreResult
from governance.lists.upserting import Hearers, ListReport, upsert_people
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import RequiredParameter
from wholesale.plumbing.importing.rows import RefusedRow, Row
from wholesale.plumbing.importing.sifting import Sieve

__all__ = ["LeftStatus", "RefusedRow", "Report", "StoreResult", "upsert_lead", "upsert_leads"]
LEFT_STATUSES_NAMED = 100  # a report names this many and counts the others
_LEADS = PeopleKind(people.LEAD, Sieve("lead_id", "lead", LeadRow()), leads_by_id, store_file, hold_writers)


class LeftStatus(NamedTuple):
    """A row whose status an import ignored, because it would have moved the lead back. The rest of the row was stored."""

    number: int
    lead_id: str
    status: str  # the lead's status, which it keeps
    given: str


@dataclass(slots=True)
class Report(ListReport):
    """The result of an import of leads."""

    statuses_left: int = 0
    left_statuses: list[LeftStatus] = field(default_factory=list)  # the first LEFT_STATUSES_NAMED

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

    @property
    def remarks(self) -> list[str]:
        """Remarks about values in accepted rows that were ignored."""
        return [self.statuses_left_text] if self.statuses_left else []

    def hear(self, number: int, lead_id: str, stored: Stored) -> None:
        """Count an ignored status. Keep the first LEFT_STATUSES_NAMED of them, because the report names these."""
        if not stored.status_refused:
            return
        self.statuses_left += 1
        if len(self.left_statuses) < LEFT_STATUSES_NAMED:
            self.left_statuses.append(LeftStatus(number, lead_id, stored.lead.status, stored.status_refused))


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
    report = Report()
    hearers = Hearers(refuse, hold, stored, report.hear)
    upsert_people(_LEADS, rows, report, act=act, dry_run=dry_run, source=source, hearers=hearers)
    return report


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
        raise RequiredParameter(_LEADS.no_province, attr="province")
    return stored.lead, stored.outcome
