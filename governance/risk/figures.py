"""What other rooms and apps read of the risk room."""

from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet, Sum

from governance.risk.models import RiskDay, RiskPolicy, RiskReservation


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
