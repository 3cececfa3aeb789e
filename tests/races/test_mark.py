"""Verbs that change what governs lock the mark first of all, so that no two wait for each other in a circle."""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from threading import Event
from typing import Any

import pytest
from django.db import connection, transaction

from followups.models import LadderTemplate
from followups.pool.services import upsert_agent
from followups.pool.vendors.services import upsert_vendor
from governance import gate
from governance.area_codes.services import subscribe
from governance.clocks.models import MarketZone
from governance.clocks.services import set_market_zone
from governance.closed_days.services import remove_closed_day, set_closed_day
from governance.golive.services import engage_kill_switch, release_kill_switch
from governance.market.models import MarketPolicy
from governance.policies import upsert
from governance.risk.models import RiskPolicy
from kpi.tripwire.evaluations import evaluate
from kpi.tripwire.expectations import simulate
from kpi.tripwire.models import RegressionPolicy, RegressionTrigger
from kpi.tripwire.triggers import undo_trigger
from offers.models import OfferPolicy
from tests.factories import TriggerFactory
from tests.kpi.watched import KEY, fallen, is_on, watch
from wholesale.plumbing import mark
from wholesale.plumbing.act import Act

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

DAY = date(2026, 12, 28)
ROUNDS = 12
PATIENCE = 10  # seconds


def act() -> Act:
    return Act("ops", reason="a race")


def throttled_and_lifted(number: int) -> None:
    """Throttle the engine as the tripwire does, and lift that again as the undoing of a trigger does."""
    with transaction.atomic():
        stop = gate.throttle_engine("WHOLESALE", act())
    if stop:
        with transaction.atomic():
            gate.lift_throttle("WHOLESALE", stop.mark, act())


def closed_and_opened(number: int) -> None:
    set_closed_day(day=DAY + timedelta(days=number % 2), name="a race", act=act())
    remove_closed_day(day=DAY + timedelta(days=number % 2), act=act())


VERBS: list[Callable[[int], Any]] = [
    lambda n: upsert(MarketPolicy, province="ON", enabled=True, act=act()),
    lambda n: upsert(OfferPolicy, province="BC", market=f"TOWN_{n % 2}", enabled=True, act=act()),
    lambda n: upsert(LadderTemplate, province="AB", kind="COLD", min_gap_minutes=n, act=act()),
    lambda n: upsert(RiskPolicy, engine="WHOLESALE", max_daily_loss=Decimal(500 + n), act=act()),
    lambda n: watch(window_events=50 + n),
    lambda n: simulate(RegressionPolicy.objects.get(**KEY).pk, RegressionPolicy.objects.get(**KEY).version),
    lambda n: evaluate(**KEY, act=act()),
    lambda n: undo_trigger(RegressionTrigger.objects.earliest("pk").pk, act=act()),
    lambda n: set_market_zone(province="ON", market=f"TOWN_{n % 3}", zone="America/Winnipeg", act=act()),
    lambda n: subscribe(expiries={"416": DAY, str(500 + n): DAY}, act=act()),
    lambda n: upsert_vendor(name="Dialers", registration_number=str(n), registration_expires_on=DAY, act=act()),
    lambda n: upsert_agent(agent="va1", province="ON", weight=1 + n, act=act()),
    lambda n: gate.risk_reserve(engine="WHOLESALE", amount=Decimal(1), act=act()),
    closed_and_opened,
    throttled_and_lifted,
]


def test_verbs_that_change_what_governs_never_wait_in_a_circle(run_together: Callable[..., list[Any]]) -> None:
    watch()
    fallen()
    TriggerFactory.create()

    def change(number: int) -> list[Exception]:
        failures = []
        for turn in range(ROUNDS):
            try:
                VERBS[(number + turn) % len(VERBS)](turn)
            except Exception as failure:
                failures.append(failure)
        return failures

    assert run_together(len(VERBS), change) == [[]] * len(VERBS)


def test_a_tripwire_throttles_while_its_policy_is_changed(
    run_together: Callable[..., list[Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    watch()
    fallen()
    throttle, begun = gate.throttle_engine, Event()

    def slowly(engine: str, act: Act) -> Any:
        begun.set()
        _wait_until_somebody_waits()
        return throttle(engine, act)

    monkeypatch.setattr(gate, "throttle_engine", slowly)

    def change(number: int) -> Any:
        if number == 0:
            return evaluate(**KEY, act=act()).action_taken
        begun.wait(PATIENCE)
        return watch(window_events=60).window_events

    assert run_together(2, change) == ["THROTTLE", 60]
    assert not is_on()


def _wait_until_somebody_waits() -> None:
    """Wait until another session of this database waits for a lock."""
    for _ in range(PATIENCE * 20):
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted), pg_sleep(0.05)")
            if cursor.fetchone()[0]:
                return


def test_many_who_name_a_market_at_once_leave_one_row(run_together: Callable[..., list[Any]]) -> None:
    def name(number: int) -> int:
        return set_market_zone(province="ON", market="DRYDEN", zone="America/Winnipeg", act=act()).pk

    assert len(set(run_together(16, name))) == 1
    row = MarketZone.objects.get(market="DRYDEN")
    assert row.history.count() == 16


@contextmanager
def mark_held() -> Any:
    """Another session changes a policy, and does not commit yet."""
    with transaction.atomic():
        mark.hold()
        MarketPolicy.objects.filter(province="ON").update(reason="not committed yet")
        yield


@pytest.mark.parametrize("switch", [engage_kill_switch, release_kill_switch])
def test_the_switches_wait_for_no_policy(run_together: Callable[..., list[Any]], switch: Any) -> None:
    held, done = Event(), Event()

    def both(number: int) -> Any:
        if number == 0:
            with mark_held():
                held.set()
                return done.wait(PATIENCE)
        held.wait(PATIENCE)
        state = switch(act=act())
        done.set()
        return state.kill_switch_engaged

    assert run_together(2, both) == [True, switch is engage_kill_switch]
