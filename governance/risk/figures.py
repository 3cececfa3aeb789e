"""What other rooms and apps read of the risk room."""

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import DateField, Q, QuerySet, Sum, Value

from governance import policies
from governance.risk import ledgers
from governance.risk.ledgers import business_day
from governance.risk.models import RiskDay, RiskPolicy, RiskReservation
from governance.risk.rules import GLOBAL, Ledger, judged_by
from wholesale.plumbing import mark


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
    stored = {policy.engine: policy for policy in RiskPolicy.objects.all()}
    days: dict[str, list[RiskDay]] = defaultdict(list)
    for day in RiskDay.objects.filter(Q(day__range=(first, last)) | Q(is_open=True)).order_by():
        days[day.engine].append(day)
    found = []
    for engine in sorted({*stored, *days}, key=lambda name: (name != GLOBAL, name)):
        policy, used = stored.get(engine), [day for day in days[engine] if first <= day.day <= last]
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


class CapUsed(NamedTuple):
    """How much of one of an engine's caps is used. A loss, an exposure and the open risk are in CAD, actions a number."""

    engine: str
    cap: str  # the name of the policy's field
    used: Decimal
    limit: Decimal  # above 0

    @property
    def share(self) -> float:
        """The used fraction of the cap; above 1 if more is used than it allows."""
        return float(self.used / self.limit)


class EngineRisk(NamedTuple):
    """An engine with a policy: whether it may put anything at stake, its open risk (CAD), and its caps."""

    engine: str
    enabled: bool
    open_risk: Decimal
    caps: list[CapUsed]


def caps_used(now: datetime) -> list[EngineRisk]:
    """What each engine with a policy has used of its caps today, GLOBAL first, then by name (one query)."""
    no_day = Value(None, DateField())
    caps_of = RiskPolicy.objects.order_by().values_list("engine", no_day, *_CAPS, "enabled")
    today = business_day(now)
    days = RiskDay.objects.filter(Q(day=today) | Q(is_open=True)).order_by()
    found: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
    limits: dict[str, tuple[Any, ...]] = {}
    for engine, day, *figures in caps_of.union(days.values_list("engine", "day", *_CAPS.values(), "is_open"), all=True):
        if day is None:
            limits[engine] = tuple(figures)
        else:
            found[engine].append((day == today, *figures))
    listed = []
    for engine in sorted(limits, key=lambda name: (name != GLOBAL, name)):
        *caps, enabled = limits[engine]
        # Summed in Python, because SQLite adds decimals in floating point.
        used = [
            sum((Decimal(figures[n]) for is_today, *figures in found[engine] if is_today or name == _OPEN), Decimal(0))
            for n, name in enumerate(_CAPS)
        ]
        shown = [
            CapUsed(engine, name, amount, Decimal(cap)) for name, amount, cap in zip(_CAPS, used, caps, strict=True) if cap
        ]
        listed.append(EngineRisk(engine, bool(enabled), used[list(_CAPS).index(_OPEN)], shown))
    return listed


class WouldDeny(NamedTuple):
    """Who would deny an amount: the engine (or GLOBAL), and the code of the decision, such as the name of the cap."""

    engine: str
    code: str


def would_deny(engine: str, amount: Decimal, now: datetime) -> WouldDeny | None:
    """Who would deny the engine this amount (CAD) now, by the rules of a reservation, or None. Nothing is reserved."""
    caps = {name: policy for (name,), policy in policies.kept(RiskPolicy, mark.current()).items()}
    day = business_day(now)
    found = ledgers.read(engine, day, names=())
    begun = {ledger.engine for ledger in found if ledger.day == day}
    found += [Ledger(0, name, day, *_NOTHING) for name in (GLOBAL, engine) if name not in begun]
    name, decision = judged_by(engine, amount, caps, found, day)
    return None if decision.allowed else WouldDeny(name, decision.code)


_NOTHING = (Decimal(0), Decimal(0), Decimal(0), 0)  # the figures of a ledger on a day on which nothing happened yet
_OPEN = "max_open_risk"
# The field of a policy with a cap -> the field of a risk day with what is used of it.
_CAPS = {
    _OPEN: "open_risk_reserved",
    "max_daily_exposure": "exposure_used",
    "max_daily_loss": "realized_loss",
    "max_actions_per_day": "actions_count",
}
