"""A simulation with the same seed makes the same rows, even after a kill, and leaves other rows unchanged."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection, transaction
from django_tasks_db.models import DBTaskResult
from pytest_django import Settings

from buyers.liquidity.services import take_feedback
from followups.ladders.models import FollowupLadder
from followups.models import Lead
from governance.golive.models import GoLiveState
from kpi.tasks import evaluate_tripwires
from wholesale.demo import office, simulation
from wholesale.demo.day import DRILL, SimulatedDay
from wholesale.demo.models import Simulation
from wholesale.demo.plan import QUARTER, SimulationPlan

pytestmark = pytest.mark.django_db
UNTIL = datetime(2026, 11, 25, 18, 30, tzinfo=UTC)  # a Wednesday, at work everywhere
SMALL = SimulationPlan(seed=7, leads=16, days=2, until=UNTIL)
APPS = ("governance", "followups", "buyers", "offers", "kpi", "demo")


def simulate(plan: SimulationPlan) -> None:
    for _ in simulation.days(plan):
        pass


def all_rows() -> dict[str, list[Any]]:
    models = [model for app in APPS for model in apps.get_app_config(app).get_models()]
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in models}


def comparable(rows: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """The rows without ids that may differ: PostgreSQL skips ids at conflicting inserts and after a kill."""
    if connection.vendor == "postgresql":
        for row in (*rows["Lead"], *rows["RiskDay"], *rows["HeimdallScorecard"]):
            del row["id"]
    return rows


@contextmanager
def undone() -> Iterator[None]:
    """Roll back the rows of the block afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_the_kill_switch_drill_ends_within_its_day_whenever_the_simulation_ends() -> None:
    for quarter in range(96):
        day = SimulatedDay(SimulationPlan(seed=7, leads=16, days=2, until=UNTIL - QUARTER * quarter), 0)
        assert day.start <= office.drill_at(day) < day.end - 2 * DRILL


def ids_go_on_from_the_rows_there_are() -> None:
    """Reset the sequences: PostgreSQL does not take ids back after a rollback."""
    models = [model for app in APPS for model in apps.get_app_config(app).get_models()]
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models):
            cursor.execute(statement)


class Killed(Exception):
    """The process of the simulation dies."""


def test_the_same_seed_gives_the_same_rows_even_after_a_kill(monkeypatch: pytest.MonkeyPatch) -> None:
    ids_go_on_from_the_rows_there_are()
    with undone():
        simulate(SMALL)
        expected = comparable(all_rows())
    ids_go_on_from_the_rows_there_are()
    heard = 0

    def dies(*args: Any, **given: Any) -> Any:
        nonlocal heard
        heard += Simulation.objects.filter(days_done=1).exists()
        if heard == 3:  # in the middle of the second day
            raise Killed
        return take_feedback(*args, **given)

    monkeypatch.setattr("wholesale.demo.market.take_feedback", dies)
    days = simulation.days(SMALL)
    assert next(days) == 1
    with pytest.raises(Killed):
        next(days)
    assert Simulation.objects.get().days_done == 1
    ids_go_on_from_the_rows_there_are()

    assert list(simulation.days(SMALL)) == [2]
    assert comparable(all_rows()) == expected


def test_another_seed_gives_another_history() -> None:
    def leads(seed: int) -> list[Any]:
        with undone():
            simulate(SimulationPlan(seed=seed, leads=6, days=1, until=UNTIL))
            return list(Lead.objects.order_by("lead_id").values_list("last_name", "market", "score"))

    assert leads(1) != leads(2)


def test_other_work_in_the_queue_stays_and_none_is_added() -> None:
    evaluate_tripwires.enqueue()
    simulate(SimulationPlan(seed=1, leads=4, days=1, until=UNTIL))
    assert [result.task_path for result in DBTaskResult.objects.all()] == [evaluate_tripwires.module_path]


@pytest.mark.parametrize("was_live", [True, False])
def test_a_simulation_leaves_go_live_as_it_was_where_it_is_enforced(settings: Settings, was_live: bool) -> None:
    settings.GO_LIVE_ENFORCE = True
    if was_live:
        GoLiveState.objects.update(go_live_enabled=True)
    simulate(SimulationPlan(seed=1, leads=2, days=2, until=UNTIL))
    assert FollowupLadder.objects.exists()
    assert GoLiveState.objects.get().go_live_enabled is was_live
    assert GoLiveState.history.filter(changed_by="simulation").exclude(reason__contains="drill").exists() is not was_live
