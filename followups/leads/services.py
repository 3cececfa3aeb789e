"""Verbs of leads. Whoever brings one, by the API, the admin or a file: one serializer checks it, and `_store` stores it.

Writers of leads come one after another: on PostgreSQL each holds an advisory lock until it commits, SQLite's transactions
need none. So no row is lost or doubled, the counts are exact, and two imports of one file cannot wait for each other.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from operator import attrgetter
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from followups.leads import recording
from followups.leads.facts import FACTS
from followups.leads.fields import SETTINGS
from followups.leads.lookups import leads_by_id
from followups.leads.models import Language, Lead
from followups.leads.rows import RefusedRow, Row
from followups.leads.sifting import NO_PROVINCE, Good, batches, numbered, sifted
from followups.minutes.tasks import enqueue_leads
from governance.clocks.markets import one_markets
from governance.decisions import ExecutionClass, verb
from governance.leads import LeadFacts
from wholesale import locks
from wholesale.errors import RequiredParameter
from wholesale.vocabulary import Province

BATCH = 1_000
_LOCK_KEY = 7_301_005  # of PostgreSQL's advisory locks, that of whoever writes leads
_WRITTEN = (*SETTINGS, "changed_by", "user", "updated_at")


class Outcome(Enum):
    """What became of a lead that was brought."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    NO_PROVINCE = "no province"  # refused: it is new


@dataclass(slots=True)
class Report:
    """What became of the rows. A row that holds nothing counts as none."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    refused_rows: list[RefusedRow] = field(default_factory=list)
    recorded: Counter[str] = field(default_factory=Counter)  # rows that brought the ledger something new, by its word for it
    held: int = 0  # rows that a person must look at before their lead is contacted

    @property
    def rows(self) -> int:
        """How many there were."""
        return self.created + self.updated + self.unchanged + self.refused


@dataclass(frozen=True, slots=True)
class _By:
    """Who brings rows, when, in what; whether anything is to be stored."""

    actor: str
    user: User | None
    now: datetime
    source: str
    dry_run: bool


@verb(ExecutionClass.RECORD)
def upsert_leads(
    rows: Iterable[Row],
    *,
    actor: str = "system",
    user: User | None = None,
    now: datetime | None = None,
    first_number: int = 1,
    dry_run: bool = False,
    source: str = "a list",
    refuse: Callable[[RefusedRow], None] | None = None,
    hold: Callable[[RefusedRow, str], None] | None = None,
    stored: Callable[[Sequence[Lead]], None] | None = None,
) -> Report:
    """Create or change leads by their `lead_id`, in batches, each a transaction of its own.

    A row holds text or typed values, or is a `FileRow`. What is absent or empty keeps its stored value. A row that is not
    valid, or whose lead an earlier row named already, is refused, and the others are stored; so the same rows again
    change nothing. With `refuse` each refused row goes there as it comes, and the report only counts it. `stored` is given
    the leads of each batch once its transaction is through, also those that did not change.

    What a file's row says of contact goes to the ledger in the transaction that stores it; `source` names the file there.
    `hold` is given the rows whose say is not understood, with their lead's id, before `stored`.
    """
    by = _By(actor, user, now or timezone.now(), source, dry_run)
    report = Report()
    seen: dict[str, int] = {}  # lead_id -> number of its row
    for batch in batches(numbered(rows, first_number), BATCH):
        kept = _keep(batch, seen, by)
        for outcome, count in kept.outcomes.items():
            setattr(report, outcome.value, getattr(report, outcome.value) + count)
        report.recorded += kept.recorded
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
    """What became of a batch."""

    refused: list[RefusedRow]
    leads: list[Lead] = field(default_factory=list)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    held: dict[str, RefusedRow] = field(default_factory=dict)  # lead_id -> its row
    recorded: Counter[str] = field(default_factory=Counter)


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
    results = _store(given, actor=by.actor, user=by.user, now=by.now, dry_run=by.dry_run)
    for lead_id, (lead, outcome) in results.items():
        if outcome is Outcome.NO_PROVINCE:
            kept.refused.append(RefusedRow(seen[lead_id], good[lead_id][0], {"province": [NO_PROVINCE]}))
        else:
            kept.leads.append(lead)
            kept.outcomes[outcome] += 1


@transaction.atomic
def _keep_what_speaks(kept: _Kept, good: Good, seen: dict[str, int], by: _By) -> None:
    """The same of rows of which some say who may be contacted, and that into the ledger."""
    sayings = recording.hear(good, seen, kept.refused)
    if not by.dry_run:
        recording.hold_points(sayings)
    _keep_leads(kept, good, seen, by)
    kept.recorded = recording.record(sayings, source=by.source, actor=by.actor, user=by.user, now=by.now, dry_run=by.dry_run)
    stored = {lead.lead_id for lead in kept.leads}
    for saying in sayings:
        if saying.lead_id in stored and (doubts := recording.doubts_of(saying)):
            kept.held[saying.lead_id] = RefusedRow(seen[saying.lead_id], good[saying.lead_id][0], doubts)


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
