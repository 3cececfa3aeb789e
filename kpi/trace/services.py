"""The trace of a lead, a buyer, an offer or a request: the newest lines of all tables, in order."""

from collections.abc import Collection, Sequence
from heapq import merge
from itertools import islice
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, Q, QuerySet

from buyers.book.lookups import CONTACTS
from buyers.book.lookups import points_of as points_of_buyer
from buyers.book.models import Buyer
from followups.leads.models import Lead
from followups.tasks.due.readers import ANY_LEAD
from governance import gate
from governance.decisions import ExecutionClass, verb
from governance.gate.ledger import digest
from kpi.trace.entries import TraceEntry, TraceKind, TraceMark
from kpi.trace.sources import About, Traced, TraceSource
from kpi.trace.tables import SOURCES
from offers.deals.life.models import Offer
from wholesale.plumbing import scopes

LINES, LINES_MAX = 50, 200  # of a page


class Timeline(NamedTuple):
    """A page of a trace: its lines, the newest first, and where the next page begins. None: there is none."""

    entries: list[TraceEntry]
    next: TraceMark | None


def traced_lead(lead: Lead) -> Traced:
    """Return what a trace of a lead looks for. It costs no query."""
    points = [*gate.points_of(phone=lead.phone, email=lead.email), (gate.LEAD, lead.lead_id)]
    return Traced(About.LEAD, lead.lead_id, [digest(point) for point in points])


def traced_buyer(buyer: Buyer) -> Traced:
    """Return what a trace of a buyer looks for. It costs no query."""
    points = [*points_of_buyer({name: getattr(buyer, name) for name in CONTACTS}), (gate.BUYER, buyer.buyer_id)]
    return Traced(About.BUYER, buyer.buyer_id, [digest(point) for point in points])


def traced_offer(offer: Offer) -> Traced:
    """Return what a trace of an offer looks for. It costs no query."""
    return Traced(
        About.OFFER,
        str(offer.pk),
        deal_ref=offer.deal_name,
        reservation_id=offer.reservation_id,
        evidence_id=offer.evidence_id,
    )


def traced_request(correlation_id: str) -> Traced:
    """Return what the trace of a correlation id looks for."""
    return Traced(About.REQUEST, correlation_id)


@verb(ExecutionClass.READ)
def trace(
    traced: Traced,
    *,
    user: Any,
    limit: int = LINES,
    before: TraceMark | None = None,
    kinds: Collection[str] = (),
) -> Timeline:
    """Return the newest `limit` lines about what is traced, or those that follow the mark `before`, in one query for each
    source. Without `kinds` they are of all kinds.

    A reader sees what its role may see of each table. Who may not read about all leads sees of a request what it did itself,
    and what is about its own leads; the caller has checked that the reader may read about a traced lead, buyer or offer.
    """
    found = [
        _lines(number, source, traced, user, limit + 1, before)
        for number, source in enumerate(SOURCES)
        if traced.about in source.finds
        and (not kinds or source.kind in kinds)
        and (user is None or user.has_perm(source.permission))
    ]
    lines = list(islice(merge(*found, key=_order), limit + 1))
    shown = lines[:limit] if traced.about is About.REQUEST else _told_once(lines[:limit])
    return Timeline(shown, lines[limit - 1].mark if len(lines) > limit else None)


def kinds_of(about: About) -> list[TraceKind]:
    """Return the kinds of lines that there may be about something of this sort."""
    kinds = {source.kind for source in SOURCES if about in source.finds}
    return [kind for kind in TraceKind if kind in kinds]


def _order(entry: TraceEntry) -> tuple[float, int, int]:
    return -entry.mark.at.timestamp(), entry.mark.source, -entry.mark.row


def _lines(
    number: int, source: TraceSource, traced: Traced, user: Any, limit: int, before: TraceMark | None
) -> list[TraceEntry]:
    rows = _readable(source, source.rows(traced, user), traced, user)
    return [source.entry(number, row, traced) for row in _after(rows, source, number, before)[:limit]]


def _after(rows: QuerySet[Any], source: TraceSource, number: int, mark: TraceMark | None) -> QuerySet[Any]:
    """Return the rows that come after the mark."""
    if mark is None:
        return rows
    earlier = Q(**{f"{source.at}__lt": mark.at})
    if number < mark.source:
        return rows.filter(earlier)
    at_once = Q(**{source.at: mark.at})
    # The first condition bounds the index; the second only breaks the tie.
    rows = rows.filter(**{f"{source.at}__lte": mark.at})
    return rows.filter(earlier | at_once & Q(pk__lt=mark.row)) if number == mark.source else rows


def _readable(source: TraceSource, rows: QuerySet[Any], traced: Traced, user: Any) -> QuerySet[Any]:
    if traced.about is About.LEAD and not source.is_of_task:
        return rows  # who may read about a lead may read these (`followups.scopes`): to ask again costs more than to read
    if source.model in scopes.scoped_models():
        return scopes.visible(rows, user)
    if traced.about is not About.REQUEST or user is None or user.has_perm(ANY_LEAD):
        return rows
    is_signed = any(column.name == "user" for column in source.model._meta.fields)
    own = Q(user=user) if is_signed else Q(pk__in=[])
    if source.leads:
        theirs = scopes.visible(Lead.objects.filter(lead_id=OuterRef(source.leads)), user)
        own |= Q(Exists(theirs))
    return rows.filter(own)


def _told_once(entries: Sequence[TraceEntry]) -> list[TraceEntry]:
    """Leave out lines that say of a person again what another says, as for each number and address of an opt-out."""
    said: dict[Any, TraceEntry] = {}
    for entry in entries:
        said.setdefault(entry.like, entry)
    return list(said.values())
