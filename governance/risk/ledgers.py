"""Reading and writing risk days, under the lock of the risk room. Each engine has one risk day for each business day."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.models import Case, Q, QuerySet, When

from governance.risk.models import RiskDay
from governance.risk.rules import GLOBAL, Ledger
from wholesale.plumbing import writes
from wholesale.plumbing.compiled import Select

_FIGURES = ("exposure_used", "open_risk_reserved", "realized_loss", "actions_count")
_LEDGERS = Select(
    lambda engine, day, other_day: (
        RiskDay.objects.filter(Q(day__in=[day, other_day]) | Q(is_open=True), engine__in=[GLOBAL, engine])
        .order_by()
        .values_list(*Ledger._fields)
    )
)


def business_day(now: datetime) -> date:
    """The business day of an instant, by the zone of `RISK_BUSINESS_ZONE` (default UTC, as in the customer's guide)."""
    return now.astimezone(ZoneInfo(settings.RISK_BUSINESS_ZONE)).date()


def ledger_of(day: Any) -> QuerySet[RiskDay]:
    """The risk days of all engines on a day, GLOBAL first, then by name."""
    return RiskDay.objects.filter(day=day).order_by(Case(When(engine=GLOBAL, then=0), default=1), "engine")


def open_risk(engine: str) -> Decimal:
    """The amount (CAD) that the engine has at stake now: its open reservations of all days."""
    open_days = RiskDay.objects.filter(engine=engine, is_open=True)
    # Summed in Python, because SQLite adds decimals in floating point.
    return sum(open_days.values_list("open_risk_reserved", flat=True), Decimal(0))


def read(engine: str, *days: date, names: Collection[str]) -> list[Ledger]:
    """Read the ledgers of the engine and of GLOBAL: those of one or two days, and all that have open risk. If a ledger of
    `names` is missing on these days, it is made first."""
    found = [Ledger(*row) for row in _LEDGERS.rows(engine=engine, day=min(days), other_day=max(days))]
    known = {(ledger.engine, ledger.day) for ledger in found}
    missing = [RiskDay(engine=name, day=day) for name in names for day in {*days} if (name, day) not in known]
    if not missing:
        return found
    RiskDay.objects.bulk_create(missing)
    return read(engine, *days, names=names)


def write(ledgers: Iterable[Ledger]) -> None:
    """Write the figures of these ledgers."""
    rows = [(ledger.id, *(getattr(ledger, name) for name in _FIGURES)) for ledger in ledgers]
    writes.update(RiskDay, _FIGURES, rows)
