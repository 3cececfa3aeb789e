"""Verbs of leads. Whoever brings one, by the API, the admin or a file: one serializer checks it, and `storing` stores it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from operator import attrgetter
from typing import Any, NamedTuple

from django.contrib.auth.models import User
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from followups.history import Act
from followups.leads.facts import FACTS
from followups.leads.fields import LeadRow
from followups.leads.lookups import leads_by_id
from followups.leads.models import Lead
from followups.leads.storing import Outcome, store_file, store_one
from governance.decisions import ExecutionClass, verb
from governance.leads import LeadFacts
from wholesale.errors import RequiredParameter

__all__ = ["LeftStatus", "Outcome", "RefusedRow", "Report", "facts_of", "upsert_lead", "upsert_leads"]

BATCH = 1_000
LEFT_STATUSES_NAMED = 100  # of a report; the others are counted
NO_PROVINCE = "A new lead needs its province."
EXTRA_CELLS = None  # the column, as csv.DictReader has it, of cells beyond the header

Row = Mapping[Any, Any]  # column -> cell


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not stored, with the messages for each field of it."""

    number: int
    row: Row
    errors: dict[str, list[str]]

    @property
    def reason(self) -> str:
        """The messages as one line."""
        return " ".join(f"{name}: {message}" for name, messages in self.errors.items() for message in messages)


class LeftStatus(NamedTuple):
    """A row whose status was left out: it would have moved the lead back. The rest of the row was stored."""

    number: int
    lead_id: str
    status: str  # the lead's own, which it keeps
    given: str


@dataclass(slots=True)
class Report:
    """What became of the rows. An empty row counts as none."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    refused_rows: list[RefusedRow] = field(default_factory=list)
    statuses_left: int = 0
    left_statuses: list[LeftStatus] = field(default_factory=list)  # the first of them

    @property
    def rows(self) -> int:
        """How many there were."""
        return self.created + self.updated + self.unchanged + self.refused

    @property
    def statuses_left_text(self) -> str:
        """Which leads kept their status though the rows said another one, as a line; empty where none did."""
        if not self.statuses_left:
            return ""
        kept = "lead keeps its status" if self.statuses_left == 1 else "leads keep their status"
        named = [f"{one.lead_id} ({one.status}, not {one.given})" for one in self.left_statuses]
        if more := self.statuses_left - len(named):
            named.append(f"and {more:,} more")
        return f"{self.statuses_left:,} {kept}, which is further on: {', '.join(named)}."

    def leave_status(self, left: LeftStatus) -> None:
        """Count it, and keep it if it is among the first."""
        self.statuses_left += 1
        if len(self.left_statuses) < LEFT_STATUSES_NAMED:
            self.left_statuses.append(left)


@verb(ExecutionClass.RECORD)
def upsert_leads(
    rows: Iterable[Row],
    *,
    actor: str = "system",
    user: User | None = None,
    now: datetime | None = None,
    first_number: int = 1,
    dry_run: bool = False,
    refuse: Callable[[RefusedRow], None] | None = None,
    stored: Callable[[Sequence[Lead]], None] | None = None,
) -> Report:
    """Create or change leads by their `lead_id`, in batches, each a transaction of its own.

    A row holds text, as a file gives it, or typed values. What is absent or empty keeps its stored value, and a status that
    would move its lead back is left out. A row that is not valid, or whose lead an earlier row named, is refused, and the
    others are stored; so the same rows again change nothing. With `refuse` each refused row goes there as it comes, and the
    report only counts it. `stored` is given the leads of each batch once its transaction is through, also those that did
    not change.
    """
    act = Act.of(actor, user, None, now or timezone.now())
    report = Report()
    seen: dict[str, int] = {}  # lead_id -> number of its row
    numbered = ((number, row) for number, row in enumerate(rows, first_number) if _has_content(row))
    for batch in _batches(numbered):
        good, refused = _sifted(batch, seen)
        given = {lead_id: settings for lead_id, (_, settings) in good.items()}
        leads = []
        for lead_id, stored_one in store_file(given, act, dry_run=dry_run).items():
            if stored_one.outcome is Outcome.NO_PROVINCE:
                refused.append(RefusedRow(seen[lead_id], good[lead_id][0], {"province": [NO_PROVINCE]}))
                continue
            leads.append(stored_one.lead)
            setattr(report, stored_one.outcome.value, getattr(report, stored_one.outcome.value) + 1)
            if stored_one.status_refused:
                report.leave_status(LeftStatus(seen[lead_id], lead_id, stored_one.lead.status, stored_one.status_refused))
        if stored and not dry_run:
            stored(leads)
        report.refused += len(refused)
        for one in sorted(refused, key=attrgetter("number")):
            (refuse or report.refused_rows.append)(one)
    return report


@verb(ExecutionClass.RECORD)
def upsert_lead(
    *,
    lead_id: str,
    reason: str = "",
    actor: str = "system",
    user: User | None = None,
    now: datetime | None = None,
    **settings: Any,
) -> tuple[Lead, Outcome]:
    """Create or change one lead, its settings checked already; only what is given changes.

    A status that ends the hunt closes the lead's open ladder. A lead that is CLOSED or DEAD is reopened with a `reason`,
    which is kept. Where a new number or address makes two open ladders meet, the newer one is cancelled.

    Raises:
        RequiredParameter: the lead is new and has no province, or is reopened without a reason.

    """
    stored = store_one(lead_id, settings, Act.of(actor, user, None, now or timezone.now()), reason=reason)
    if stored.outcome is Outcome.NO_PROVINCE:
        raise RequiredParameter(NO_PROVINCE, attr="province")
    return stored.lead, stored.outcome


def facts_of(lead_ids: Collection[str]) -> dict[str, LeadFacts]:
    """What the contact gate needs of the leads that exist, by id, in one query."""
    return {row[0]: LeadFacts(*row) for row in leads_by_id(lead_ids).values_list(*FACTS)}


def _sifted(
    batch: Iterable[tuple[int, Row]], seen: dict[str, int]
) -> tuple[dict[str, tuple[Row, dict[str, Any]]], list[RefusedRow]]:
    """The rows that are valid, as they came and checked, by lead; and those that are not. `seen` learns the former."""
    good: dict[str, tuple[Row, dict[str, Any]]] = {}
    refused: list[RefusedRow] = []
    for number, row in batch:
        try:
            settings = _checked(row)
        except ValidationError as error:
            refused.append(RefusedRow(number, row, _messages(error)))
            continue
        lead_id = settings.pop("lead_id")
        if lead_id in seen:
            again = f"Row {seen[lead_id]} has the same lead; this one was left out."
            refused.append(RefusedRow(number, row, {"lead_id": [again]}))
        else:
            seen[lead_id] = number
            good[lead_id] = row, settings
    return good, refused


_row = LeadRow()  # one for all rows, as in wholesale.params: checking leaves no state


def _checked(row: Row) -> dict[str, Any]:
    if row.get(EXTRA_CELLS):
        raise ValidationError({"row": ["It has more cells than there are columns."]})
    return _row.run_validation({name: value for name, value in row.items() if value is not None})


def _messages(error: ValidationError) -> dict[str, list[str]]:
    details: Any = error.detail
    return {name: [str(message) for message in messages] for name, messages in details.items()}


def _has_content(row: Row) -> bool:
    return any(cell not in (None, "") for cell in row.values())


def _batches(rows: Iterator[tuple[int, Row]]) -> Iterator[list[tuple[int, Row]]]:
    while batch := list(islice(rows, BATCH)):
        yield batch
