"""Turns what the other apps tell into KPI rows, in the transaction of the fact: either both or neither.

The one place that knows which fact counts as which metric (CONTRACT section 6).
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from buyers.signals import feedback_recorded
from followups.leads.signals import person_erased
from followups.signals import ladders_created, tasks_breached, tasks_completed, tasks_lapsed
from kpi.models import Domain, KPIEvent
from kpi.services import erase_words, keep
from offers.signals import offers_computed
from wholesale.plumbing.envelope import Envelope


class Metric(NamedTuple):
    """How something that happened counts."""

    domain: Domain
    success: bool
    value: str | None = None  # the fact that is its value, and no detail


# What counts, by its name, which is the metric's.
METRICS = {
    "ladder_created": Metric(Domain.WHOLESALE, success=True),
    "followup_completed": Metric(Domain.WHOLESALE, success=True),
    "contact_outside_rules": Metric(Domain.WHOLESALE, success=False),
    "followup_breached": Metric(Domain.WHOLESALE, success=False, value="minutes_late"),
    "followup_lapsed": Metric(Domain.WHOLESALE, success=False),
    "buyer_feedback": Metric(Domain.BUYER_MATCH, success=True),
    "offer_generated": Metric(Domain.WHOLESALE, success=True),
}


def connect() -> None:
    """Listen. Connecting again changes nothing."""
    for signal in (ladders_created, tasks_completed, tasks_breached, tasks_lapsed, feedback_recorded, offers_computed):
        signal.connect(on_happened, dispatch_uid="kpi.on_happened")
    person_erased.connect(on_person_erased, dispatch_uid="kpi.on_person_erased")


def on_happened(envelopes: Sequence[Envelope], **kwargs: Any) -> None:
    """One row for each thing that happened."""
    keep(_row(envelope, METRICS[envelope.name]) for envelope in envelopes)


def _row(envelope: Envelope, metric: Metric) -> KPIEvent:
    subject, act, facts = envelope.subject, envelope.act, envelope.facts
    return KPIEvent(
        occurred_at=envelope.happened_at,
        domain=metric.domain,
        metric=envelope.name,
        success=metric.success,
        value=facts[metric.value] if metric.value else None,
        province=subject.province,
        market=subject.market,
        subject_type=subject.kind,
        subject_id=subject.id,
        lead_id=subject.lead_id,
        correlation_id=act.correlation_id,
        actor=act.actor,
        user=act.user,
        detail={name: fact for name, fact in facts.items() if name != metric.value} if metric.value else facts,
    )


def on_person_erased(envelopes: Sequence[Envelope], **kwargs: Any) -> None:
    """No count changes; what clients sent along and names the person goes."""
    for erased in envelopes:
        erase_words(erased.facts["texts"])
