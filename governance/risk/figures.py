"""Figures of what is at stake, as other apps ask for them."""

from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet, Sum

from governance.risk.models import RiskDay, RiskReservation


def exposure_used(engine: str) -> Decimal:
    """CAD that an engine has put at stake on all days together."""
    used: Decimal = RiskDay.objects.filter(engine=engine).aggregate(sum=Sum("exposure_used", default=Decimal(0)))["sum"]
    return used


def unsettled(before: datetime) -> "QuerySet[RiskReservation]":
    """The reservations from before an instant that are open still, the oldest first."""
    return RiskReservation.objects.filter(settled_at__isnull=True, created_at__lt=before).order_by("pk")
