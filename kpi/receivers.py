"""Receivers that write a KPI event for each fact of other apps, in the fact's transaction: both are stored, or neither.

Only this module decides which fact counts as which metric (CONTRACT section 6).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from buyers.book.signals import buyer_erased
from buyers.liquidity.signals import feedback_recorded
from followups.leads.signals import person_erased
from followups.signals import ladders_created, tasks_breached, tasks_completed, tasks_lapsed
from kpi.models import Domain
from kpi.services import erase_words, keep
from offers.signals import offers_computed, offers_moved
from wholesale.plumbing.envelope import Envelope


class MetricRule(NamedTuple):
    """How a fact of another app is counted: the metric's domain, whether it is a success, and which detail is the value."""

    domain: Domain
    success: bool
    value: str | None = None  # the envelope's fact that becomes the event's value instead of a detail


# The facts that count, by the envelope's name, which is also the metric's name.
METRICS = {
    "ladder_created": MetricRule(Domain.WHOLESALE, success=True),
    "followup_completed": MetricRule(Domain.WHOLESALE, success=True),
    "contact_outside_rules": MetricRule(Domain.WHOLESALE, success=False),
    "followup_breached": MetricRule(Domain.WHOLESALE, success=False, value="minutes_late"),
    "followup_lapsed": MetricRule(Domain.WHOLESALE, success=False),
    "buyer_feedback": MetricRule(Domain.BUYER_MATCH, success=True),
    "offer_generated": MetricRule(Domain.WHOLESALE, success=True),
}


class CountedOutcome(NamedTuple):
    """How what became of an offer is counted: the metric's domain and name."""

    domain: Domain
    metric: str


# By the fact of an envelope of `offers_moved`. Each is told at most once for an offer, under the offer's lock.
OUTCOMES = {
    "accepted": CountedOutcome(Domain.WHOLESALE, "offer_accept_rate"),
    "contracted": CountedOutcome(Domain.WHOLESALE, "contract_rate"),
    "matched": CountedOutcome(Domain.BUYER_MATCH, "match_success"),
    "gain": CountedOutcome(Domain.CAPITAL, "roi_event"),
}


def connect() -> None:
    """Connect this module's receivers to the signals of other apps. Connecting twice changes nothing."""
    for signal in (ladders_created, tasks_completed, tasks_breached, tasks_lapsed, feedback_recorded, offers_computed):
        signal.connect(on_happened, dispatch_uid="kpi.on_happened")
    offers_moved.connect(on_offers_moved, dispatch_uid="kpi.on_offers_moved")
    for erased in (person_erased, buyer_erased):
        erased.connect(on_person_erased, dispatch_uid="kpi.on_person_erased")


def on_happened(envelopes: Sequence[Envelope], **kwargs: Any) -> None:
    """Receiver: write one KPI event for each envelope."""
    keep([_row(envelope, METRICS[envelope.name]) for envelope in envelopes])


def on_offers_moved(envelopes: Sequence[Envelope], **kwargs: Any) -> None:
    """Receiver: write one KPI event for each outcome of an offer. A gain is a success if it is above 0, and is the value."""
    rows = [
        _values(envelope, rule.domain, rule.metric, fact > 0, fact if name == "gain" else None, _about(envelope))
        for envelope in envelopes
        for name, rule in OUTCOMES.items()
        if (fact := envelope.facts.get(name)) is not None
    ]
    if rows:
        keep(rows)


def _about(envelope: Envelope) -> dict[str, Any]:
    facts = {name: envelope.facts[name] for name in ("offer_id", "evidence_id")}
    return {**facts, "state": envelope.facts.get("to", "overdue")}


def _row(envelope: Envelope, metric: MetricRule) -> tuple[Any, ...]:
    facts = envelope.facts
    value = facts[metric.value] if metric.value else None
    detail = {name: fact for name, fact in facts.items() if name != metric.value} if metric.value else facts
    return _values(envelope, metric.domain, envelope.name, metric.success, value, detail)


def _values(envelope: Envelope, domain: Domain, metric: str, success: bool, value: Any, detail: Any) -> tuple[Any, ...]:
    """The values of `kpi.services.COLUMNS`."""
    subject, act = envelope.subject, envelope.act
    return (
        *(domain.value, metric, envelope.happened_at, success, value),
        *(subject.province, subject.market, subject.kind, subject.id, subject.lead_id),
        *(act.correlation_id, act.actor, act.user and act.user.pk, detail),
    )


def on_person_erased(envelopes: Sequence[Envelope], **kwargs: Any) -> None:
    """Receiver: remove the words of events that name an erased person. Counts do not change."""
    for erased in envelopes:
        erase_words(erased.facts["texts"])
