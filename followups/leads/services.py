"""Verbs of leads. Whoever brings one, by the API, the admin or a file: one serializer checks it, and `_store` stores it.

Writers of leads come one after another: on PostgreSQL each holds an advisory lock until it commits, SQLite's transactions
need none. So no row is lost or doubled, the counts are exact, and two imports of one file cannot wait for each other.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from itertools import islice
from operator import attrgetter
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from followups.leads.facts import FACTS
from followups.leads.fields import SETTINGS, LeadRow
from followups.leads.lookups import leads_by_id
from followups.leads.models import Language, Lead
from followups.minutes.tasks import enqueue_leads
from governance.clocks.markets import one_markets
from governance.decisions import ExecutionClass, verb
from governance.leads import LeadFacts
from wholesale import locks
from wholesale.errors import RequiredParameter
from wholesale.vocabulary import Province

BATCH = 1_000
NO_PROVINCE = "A new lead needs its province."
_LOCK_KEY = 7_301_005  # of PostgreSQL's advisory locks, that of whoever writes leads
_WRITTEN = (*SETTINGS, "changed_by", "user", "updated_at")
EXTRA_CELLS = None  # the column, as csv.DictReader has it, of cells beyond the header

Row = Mapping[Any, Any]  # column -> cell


class Outcome(Enum):
    """What became of a lead that was brought."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    NO_PROVINCE = "no province"  # refused: it is new


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


@dataclass(slots=True)
class Report:
    """What became of the rows. An empty row counts as none."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    refused_rows: list[RefusedRow] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """How many there were."""
        return self.created + self.updated + self.unchanged + self.refused


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

    A row holds text, as a file gives it, or typed values. What is absent or empty keeps its stored value. A row that is not
    valid, or whose lead an earlier row named already, is refused, and the others are stored; so the same rows again
    change nothing. With `refuse` each refused row goes there as it comes, and the report only counts it. `stored` is given
    the leads of each batch once its transaction is through, also those that did not change.
    """
    now = now or timezone.now()
    report = Report()
    seen: dict[str, int] = {}  # lead_id -> number of its row
    numbered = ((number, row) for number, row in enumerate(rows, first_number) if _has_content(row))
    for batch in _batches(numbered):
        good, refused = _sifted(batch, seen)
        given = {lead_id: settings for lead_id, (_, settings) in good.items()}
        leads = []
        for lead_id, (lead, outcome) in _store(given, actor=actor, user=user, now=now, dry_run=dry_run).items():
            if outcome is Outcome.NO_PROVINCE:
                refused.append(RefusedRow(seen[lead_id], good[lead_id][0], {"province": [NO_PROVINCE]}))
            else:
                leads.append(lead)
                setattr(report, outcome.value, getattr(report, outcome.value) + 1)
        if stored and not dry_run:
            stored(leads)
        report.refused += len(refused)
        for one in sorted(refused, key=attrgetter("number")):
            (refuse or report.refused_rows.append)(one)
    return report


@verb(ExecutionClass.RECORD)
def upsert_lead(
    *, lead_id: str, actor: str = "system", user: User | None = None, now: datetime | None = None, **settings: Any
) -> tuple[Lead, Outcome]:
    """Create or change one lead, its settings checked already; only what is given changes.

    Raises:
        RequiredParameter: the lead is new and has no province.

    """
    now = now or timezone.now()
    lead, outcome = _store({lead_id: settings}, actor=actor, user=user, now=now)[lead_id]
    if outcome is Outcome.NO_PROVINCE:
        raise RequiredParameter(NO_PROVINCE, attr="province")
    return lead, outcome


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


@transaction.atomic
def _store(
    given: Mapping[str, Mapping[str, Any]], *, actor: str, user: User | None, now: datetime, dry_run: bool = False
) -> dict[str, tuple[Lead, Outcome]]:
    """Store settings by `lead_id` in a few statements, whatever their number; `dry_run` tells what would become of them."""
    if not dry_run:
        locks.hold(_LOCK_KEY)
    stored = {lead.lead_id: lead for lead in leads_by_id(given.keys())}
    given = _in_one_market(given, stored)
    results = {lead_id: _merged(lead_id, stored.get(lead_id), settings) for lead_id, settings in given.items()}
    written = [lead for lead, outcome in results.values() if outcome in (Outcome.CREATED, Outcome.UPDATED)]
    for lead in written:
        lead.changed_by, lead.user, lead.updated_at = actor, user, now
        lead.created_at = lead.created_at or now
    if not dry_run:
        Lead.objects.bulk_create(written, update_conflicts=True, unique_fields=["lead_id"], update_fields=_WRITTEN)
        moved = [lead.lead_id for lead in written if _is_news_to_the_gate(stored.get(lead.lead_id), lead)]
        if moved:
            enqueue_leads(moved)
    return results


def _in_one_market(given: Mapping[str, Mapping[str, Any]], stored: Mapping[str, Lead]) -> dict[str, Mapping[str, Any]]:
    """The same settings, each market under its own name."""
    places = {
        lead_id: (settings.get("province") or (stored[lead_id].province if lead_id in stored else None), settings["market"])
        for lead_id, settings in given.items()
        if "market" in settings
    }
    own_names = one_markets(set(places.values()))
    return {
        lead_id: {**settings, "market": own_names[places[lead_id]]} if lead_id in places else settings
        for lead_id, settings in given.items()
    }


def _is_news_to_the_gate(stored: Lead | None, lead: Lead) -> bool:
    """Whether when it may be contacted can be another. A new lead may have had a ladder before anybody knew it."""
    return stored is None or any(getattr(stored, name) != getattr(lead, name) for name in FACTS)


def _merged(lead_id: str, stored: Lead | None, settings: Mapping[str, Any]) -> tuple[Lead, Outcome]:
    if stored is None:
        language = Language.FR if settings.get("province") == Province.QC else Language.EN  # DOMAIN 1.3
        outcome = Outcome.CREATED if "province" in settings else Outcome.NO_PROVINCE
        return Lead(lead_id=lead_id, **{"language": language, **settings}), outcome
    if all(getattr(stored, name) == value for name, value in settings.items()):
        return stored, Outcome.UNCHANGED
    # Without its key, so that new and changed rows are one statement; the conflict on `lead_id` finds the row.
    kept = {name: getattr(stored, name) for name in (*SETTINGS, "created_at")}
    return Lead(lead_id=lead_id, **{**kept, **settings}), Outcome.UPDATED
