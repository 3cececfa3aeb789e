"""What other rooms and apps read of the risk room."""

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q, QuerySet, Sum

from governance.risk.ledgers import business_day
from governance.risk.models import RiskDay, RiskPolicy, RiskReservation
from governance.risk.rules import GLOBAL


def policy_of(engine: str) -> RiskPolicy | None:
    """The engine's risk policy, or None if it has none."""
    return RiskPolicy.objects.filter(engine=engine).first()


def exposure_used(engine: str) -> Decimal:
    """The sum (CAD) of all amounts that an engine ever reserved."""
    used: Decimal = RiskDay.objects.filter(engine=engine).aggregate(sum=Sum("exposure_used", default=Decimal(0)))["sum"]
    return used


def unsettled(before: datetime) -> "QuerySet[RiskReservation]":
    """The open reservations that were made before an instant, oldest first."""
    return RiskReservation.objects.filter(settled_at__isnull=True, created_at__lt=before).order_by("pk")


class RiskUsed(NamedTuple):
    """What an engine put at stake and lost on some days, and what it has at stake now. CAD; a cap of 0 is none."""

    engine: str
    enabled: bool
    exposure_used: Decimal
    realized_loss: Decimal
    actions: int  # reservations
    open_risk: Decimal
    max_open_risk: Decimal


def risk_used(since: datetime, until: datetime) -> list[RiskUsed]:
    """What each engine used on the business days after that of `since`, to that of `until`. GLOBAL is first, then by name.

    Engines are those that have a policy, or a ledger of these days.
    """
    first, last = business_day(since) + timedelta(days=1), business_day(until)
    policies = {policy.engine: policy for policy in RiskPolicy.objects.all()}
    days: dict[str, list[RiskDay]] = defaultdict(list)
    for day in RiskDay.objects.filter(Q(day__range=(first, last)) | Q(is_open=True)).order_by():
        days[day.engine].append(day)
    found = []
    for engine in sorted({*policies, *days}, key=lambda name: (name != GLOBAL, name)):
        policy, used = policies.get(engine), [day for day in days[engine] if first <= day.day <= last]
        found.append(
            RiskUsed(
                engine,
                policy is not None and policy.enabled,
                # Summed in Python, because SQLite adds decimals in floating point.
                sum((day.exposure_used for day in used), Decimal(0)),
                sum((day.realized_loss for day in used), Decimal(0)),
                sum(day.actions_count for day in used),
                sum((day.open_risk_reserved for day in days[engine]), Decimal(0)),
                policy.max_open_risk if policy else Decimal(0),
            )
        )
    return found
