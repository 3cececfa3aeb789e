"""A watched metric for the tests of the tripwire: its policy, its events, its state."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django_tasks_db.models import DBTaskResult

from governance.policies import upsert
from governance.risk.models import RiskPolicy
from kpi.models import KPIEvent
from kpi.tripwire.evaluations import evaluate
from kpi.tripwire.expectations import simulate, simulate_policy
from kpi.tripwire.models import RegressionPolicy, RegressionState
from kpi.tripwire.policies import approve_baseline
from tests.factories import NOON, KpiFactory, many
from wholesale.plumbing.act import Act

KEY = {"domain": "WHOLESALE", "metric": "contract_rate"}
REASON = "a test of the tripwire"


def watch(**settings: Any) -> RegressionPolicy:
    """Watch WHOLESALE contract_rate by an enabled policy, with the guide's rule unless the settings differ."""
    act = Act("tests", reason=settings.pop("reason", REASON), at=NOON)
    return upsert(RegressionPolicy, **{**KEY, "enabled": True, "act": act, **settings})


def simulated(now: datetime = NOON) -> None:
    """Run the waiting simulations, as the worker does."""
    waiting = DBTaskResult.objects.filter(task_path=simulate_policy.module_path)
    for result in waiting:
        policy_id, version = result.args_kwargs["args"]
        simulate(policy_id, version, now)
    waiting.delete()


def expected(**settings: Any) -> dict[str, Any] | None:
    """The expectation of the policy, after the worker has simulated it."""
    watch(**settings)
    simulated()
    return RegressionPolicy.objects.get(**KEY).expectation


def happened(outcomes: Sequence[bool | None], **values: Any) -> None:
    """Record one event for each outcome, in this order."""
    KPIEvent.objects.bulk_create([KpiFactory.build(**{**KEY, "success": outcome, **values}) for outcome in outcomes])


def rate(successes: int, events: int) -> list[bool]:
    """Outcomes with so many successes, spread evenly."""
    return [(n + 1) * successes // events > n * successes // events for n in range(events)]


def valued(*values: str | int) -> None:
    """Record one event for each value, without a success value."""
    KPIEvent.objects.bulk_create([KpiFactory.build(**KEY, success=None, value=Decimal(value)) for value in values])


def counted(events: int, at: datetime, **values: Any) -> None:
    """Record so many successful events at this moment."""
    many(KpiFactory, events, **{**KEY, "occurred_at": at, **values})


def looked(now: datetime = NOON + timedelta(hours=1), **key: Any) -> RegressionState:
    """Evaluate the metric. Return its state."""
    return evaluate(act=Act(at=now), **{**KEY, **key})


def fallen() -> None:
    """Let the rate fall from 95% to 74%."""
    happened(rate(190, 200) + rate(37, 50))


def recovered() -> None:
    """Fill the window and the baseline with successes."""
    happened([True] * 250)


def is_on(engine: str = "WHOLESALE") -> bool:
    """Whether the engine's risk policy is enabled."""
    return RiskPolicy.objects.get(engine=engine).enabled


def approved(successes: int = 60, events: int = 200, *, province: str | None = None, **settings: Any) -> RegressionPolicy:
    """Approve a baseline from these events of the province, and enable a CUSUM with it."""
    happened(rate(successes, events), province=province)
    watch(province=province, enabled=False)
    approve_baseline(**KEY, province=province, act=Act("bryan", reason=REASON, at=NOON))
    return watch(method="CUSUM", province=province, **settings)
