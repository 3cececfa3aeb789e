"""Many evaluate a fall at once: it acts once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, transaction

from governance.policies import upsert
from governance.risk.models import RiskPolicy
from kpi.models import KPIEvent
from kpi.tripwire import expectations
from kpi.tripwire.evaluations import evaluate
from kpi.tripwire.models import RegressionPolicy, RegressionTrigger
from kpi.tripwire.rules import cusum_steps
from kpi.tripwire.triggers import undo_trigger
from tests.kpi.watched import KEY, approved, fallen, happened, is_on, looked, watch
from wholesale.plumbing.act import Act

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

TOGETHER = 8


def test_a_fall_seen_by_many_acts_once(run_together: Callable[..., list[Any]]) -> None:
    watch()
    fallen()
    states = run_together(TOGETHER, lambda _: evaluate(domain=KEY["domain"], metric=KEY["metric"], act=Act()))
    assert [(state.triggered, state.action_taken) for state in states] == [(True, "THROTTLE")] * TOGETHER
    assert RegressionTrigger.objects.count() == 1
    policy = RiskPolicy.objects.get(engine="WHOLESALE")
    assert (policy.version, policy.history.count(), policy.history.filter(changed_by="tripwire").count()) == (2, 2, 1)


def test_metrics_that_fall_together_throttle_their_engine_once(run_together: Callable[..., list[Any]]) -> None:
    metrics = [f"metric_{number}" for number in range(TOGETHER)]
    for metric in metrics:
        watch(metric=metric)
        happened([True] * 200 + [False] * 50, metric=metric)
    states = run_together(TOGETHER, lambda number: evaluate(domain="WHOLESALE", metric=metrics[number], act=Act()))
    assert [state.action_taken for state in states] == ["THROTTLE"] * TOGETHER
    assert RiskPolicy.objects.get(engine="WHOLESALE").version == 2

    triggers = list(RegressionTrigger.objects.values_list("pk", flat=True))
    run_together(TOGETHER, lambda number: undo_trigger(triggers[number], act=Act("bryan", reason="false alarms")))
    assert is_on()
    assert RiskPolicy.objects.get(engine="WHOLESALE").version == 3
    assert RegressionTrigger.objects.filter(note__endswith="is on again").count() == 1


def test_nobody_waits_for_the_simulation_of_a_policy(monkeypatch: pytest.MonkeyPatch) -> None:
    happened([True, False] * 100)
    policy = watch()
    simulation = expectations.expectation

    def locked_meanwhile(*args: Any) -> Any:
        with ThreadPoolExecutor(1) as other:
            other.submit(_lock_at_once, policy.pk).result()
        return simulation(*args)

    monkeypatch.setattr(expectations, "expectation", locked_meanwhile)
    expectations.simulate(policy.pk, policy.version)
    policy.refresh_from_db()
    assert policy.expectation is not None


def _lock_at_once(policy_id: int) -> None:
    """Lock without waiting. Raises OperationalError if another session holds the row."""
    try:
        with transaction.atomic():
            RegressionPolicy.objects.select_for_update(nowait=True).get(pk=policy_id)
    finally:
        connection.close()


def test_a_trigger_undone_by_many_is_undone_once(run_together: Callable[..., list[Any]]) -> None:
    watch()
    fallen()
    looked()
    trigger = RegressionTrigger.objects.get()
    run_together(TOGETHER, lambda number: undo_trigger(trigger.pk, act=Act(f"op{number}", reason="a false alarm")))
    assert is_on()
    assert RiskPolicy.objects.get(engine="WHOLESALE").version == 3


def test_an_engine_disabled_by_a_person_meanwhile_stays_disabled(run_together: Callable[..., list[Any]]) -> None:
    """In either order: the undo of the trigger leaves the change of the person alone."""
    watch()
    fallen()

    def act(number: int) -> Any:
        if number == 0:
            return evaluate(domain=KEY["domain"], metric=KEY["metric"], act=Act())
        return upsert(RiskPolicy, engine="WHOLESALE", enabled=False, act=Act("eve", reason="a complaint"))

    run_together(2, act)
    undo_trigger(RegressionTrigger.objects.get().pk, act=Act("bryan", reason="a false alarm"))
    assert not is_on()


def test_events_that_arrive_during_evaluations_are_counted_once(run_together: Callable[..., list[Any]]) -> None:
    policy = approved(amber_threshold=100, red_threshold=100)

    def act(number: int) -> Any:
        for _ in range(10):
            happened([False])
            evaluate(domain=KEY["domain"], metric=KEY["metric"], act=Act())

    run_together(TOGETHER, act)
    assert KPIEvent.objects.count() == 200 + 10 * TOGETHER
    level = 10 * TOGETHER * cusum_steps(float(policy.baseline_rate or 0), 0.4).failure
    assert f"the sum is {level:.2f}," in looked().note
