"""Turns the facts of the other apps into KPI rows, in the transaction of the fact: either both or neither.

The one place that knows which fact counts as which metric (CONTRACT section 6).
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User

from buyers.models import BuyerFeedbackEvent
from buyers.signals import feedback_recorded
from followups.ladders.models import FollowupLadder
from followups.leads.signals import person_erased
from followups.signals import ladders_created, tasks_breached, tasks_completed, tasks_lapsed
from followups.sla.models import SlaBreach
from followups.tasks.models import ContactAttempt, FollowupTask
from kpi.models import Domain, KPIEvent
from kpi.services import erase_words, keep
from offers.models import OfferEvidence
from offers.signals import offers_computed
from wholesale.plumbing.envelope import Envelope


def connect() -> None:
    """Listen. Connecting again changes nothing."""
    for signal, receiver in (
        (ladders_created, on_ladders_created),
        (tasks_completed, on_tasks_completed),
        (tasks_breached, on_tasks_breached),
        (tasks_lapsed, on_tasks_lapsed),
        (feedback_recorded, on_feedback_recorded),
        (offers_computed, on_offers_computed),
        (person_erased, on_person_erased),
    ):
        signal.connect(receiver, dispatch_uid=f"kpi.{receiver.__name__}")


def on_ladders_created(ladders: Sequence[tuple[FollowupLadder, int]], **kwargs: Any) -> None:
    """WHOLESALE ladder_created."""
    keep(
        KPIEvent(
            occurred_at=ladder.created_at,
            domain=Domain.WHOLESALE,
            metric="ladder_created",
            success=True,
            province=ladder.province,
            market=ladder.market,
            subject_type="ladder",
            subject_id=str(ladder.pk),
            correlation_id=ladder.correlation_id,
            actor=ladder.created_by,
            user_id=ladder.user_id,
            detail={"tasks": tasks},
        )
        for ladder, tasks in ladders
    )


def on_tasks_completed(
    tasks: Sequence[FollowupTask],
    attempts: Sequence[ContactAttempt],
    actor: str,
    user: User | None,
    correlation_id: str,
    **kwargs: Any,
) -> None:
    """WHOLESALE followup_completed, and contact_outside_rules for each that the rules did not allow."""

    def row(task: FollowupTask, **what: Any) -> KPIEvent:
        return KPIEvent(
            domain=Domain.WHOLESALE,
            province=task.province,
            market=task.market,
            subject_type="task",
            subject_id=str(task.pk),
            correlation_id=correlation_id,
            actor=actor,
            user=user,
            **what,
        )

    completed = [
        row(
            task,
            occurred_at=task.completed_at,
            metric="followup_completed",
            success=True,
            detail={
                "task_id": task.pk,
                "step": task.step,
                "channel": task.channel,
                **({"outcome": task.outcome} if task.outcome else {}),
            },
        )
        for task in tasks
    ]
    outside_rules = [
        row(
            attempt.task,
            occurred_at=attempt.contacted_at,
            metric="contact_outside_rules",
            success=False,
            detail={"task_id": attempt.task_id, "channel": attempt.channel, "reasons": attempt.reasons},
        )
        for attempt in attempts
        if not attempt.allowed
    ]
    keep([*completed, *outside_rules])


def on_tasks_breached(breaches: Sequence[SlaBreach], **kwargs: Any) -> None:
    """WHOLESALE followup_breached; its value is how late the task was when it was found or done, in minutes."""
    keep(
        KPIEvent(
            occurred_at=breach.breached_at,
            domain=Domain.WHOLESALE,
            metric="followup_breached",
            success=False,
            value=round(Decimal(breach.lateness.total_seconds()) / 60, 4),
            province=breach.province,
            market=breach.market,
            subject_type="task",
            subject_id=str(breach.task_id),
            correlation_id=breach.correlation_id,
            actor="system",
            detail={"task_id": breach.task_id, "step": breach.step, "channel": breach.channel, "owner": breach.owner},
        )
        for breach in breaches
    )


def on_tasks_lapsed(
    tasks: Sequence[FollowupTask], reasons: Sequence[str], correlation_id: str, now: datetime, **kwargs: Any
) -> None:
    """WHOLESALE followup_lapsed: a step that waited for the lead's own ground."""
    keep(
        KPIEvent(
            occurred_at=now,
            domain=Domain.WHOLESALE,
            metric="followup_lapsed",
            success=False,
            province=task.province,
            market=task.market,
            subject_type="task",
            subject_id=str(task.pk),
            correlation_id=correlation_id,
            actor="system",
            detail={"task_id": task.pk, "step": task.step, "channel": task.channel, "reason": reason},
        )
        for task, reason in zip(tasks, reasons, strict=True)
    )


def on_feedback_recorded(events: Sequence[BuyerFeedbackEvent], **kwargs: Any) -> None:
    """BUYER_MATCH buyer_feedback."""
    keep(
        KPIEvent(
            occurred_at=event.created_at,
            domain=Domain.BUYER_MATCH,
            metric="buyer_feedback",
            success=True,
            province=event.province,
            market=event.market,
            subject_type="feedback",
            subject_id=str(event.pk),
            correlation_id=event.correlation_id,
            actor=event.actor,
            user_id=event.user_id,
            detail={
                "event": event.event,
                "province": event.province,
                "market": event.market,
                "property_type": event.property_type,
            },
        )
        for event in events
    )


def on_person_erased(envelopes: Sequence[Envelope], **kwargs: Any) -> None:
    """No count changes; what clients sent along and names the person goes."""
    for erased in envelopes:
        erase_words(erased.facts["texts"])


def on_offers_computed(evidence: Sequence[OfferEvidence], **kwargs: Any) -> None:
    """WHOLESALE offer_generated."""
    keep(
        KPIEvent(
            occurred_at=offer.created_at,
            domain=Domain.WHOLESALE,
            metric="offer_generated",
            success=True,
            province=offer.province,
            market=offer.market,
            subject_type="evidence",
            subject_id=str(offer.pk),
            correlation_id=offer.correlation_id,
            actor=offer.actor,
            user_id=offer.user_id,
            detail={"evidence_id": offer.pk, "province": offer.province, "market": offer.market},
        )
        for offer in evidence
    )
