"""Reading and locking risk days. Each engine has one for each business day."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Case, QuerySet, When

from governance.risk.models import RiskDay
from governance.risk.rules import GLOBAL, Usage


def business_day(now: datetime) -> date:
    """The business day of an instant, by the zone of `RISK_BUSINESS_ZONE` (default UTC, as in the customer's guide)."""
    return now.astimezone(ZoneInfo(settings.RISK_BUSINESS_ZONE)).date()


def ledger_of(day: Any) -> QuerySet[RiskDay]:
    """The risk days of all engines on a day, GLOBAL first, then by name."""
    return RiskDay.objects.filter(day=day).order_by(Case(When(engine=GLOBAL, then=0), default=1), "engine")


def open_risk(engine: str) -> Decimal:
    """The amount (CAD) that the engine has at stake now: its open reservations of all days."""
    open_days = RiskDay.objects.filter(engine=engine, open_risk_reserved__gt=0)
    # Summed in Python, because SQLite adds decimals in floating point.
    return sum(open_days.values_list("open_risk_reserved", flat=True), Decimal(0))


def locked_days(day: date, names: list[str]) -> dict[str, RiskDay]:
    """The risk day of each of these engines, locked until the caller's transaction ends. Missing risk days are made."""
    RiskDay.objects.bulk_create([RiskDay(engine=name, day=day) for name in names], ignore_conflicts=True)
    locked = RiskDay.objects.select_for_update(no_key=True).filter(day=day)
    return {name: locked.get(engine=name) for name in names}


def usage_of(ledger: RiskDay) -> Usage:
    """What the engine of this risk day has used of its caps, as a plain value."""
    return Usage(
        exposure_used=ledger.exposure_used,
        realized_loss=ledger.realized_loss,
        actions_count=ledger.actions_count,
        open_risk=open_risk(ledger.engine),
    )
