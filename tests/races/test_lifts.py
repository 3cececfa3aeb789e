"""A lift and an opt-out at once: a wish unknown to the lift survives it. A waiting act reads the clock after its wait."""

from collections.abc import Callable
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from governance.ledger import holds, opt_outs, reading
from governance.ledger.models import ContactRecord
from governance.ledger.rules import opted_out
from governance.market.models import MarketPolicy
from governance.policies import upsert
from tests.factories import hold_points
from wholesale.plumbing.act import Act

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

RunTogether = Callable[..., list[Any]]
PHONE, LEAD = ("PHONE", "+14165550123"), ("LEAD", "L1")
A_DAY = timedelta(days=1)


def is_refused(point: Any) -> bool:
    return opted_out(reading.ledgers([point])[point].lines, "SMS", timezone.now())


def lift() -> list[ContactRecord]:
    return opt_outs.lift_opt_out(points=[PHONE, LEAD], act=Act("op", reason="a mistake"))


def test_a_lift_does_not_undo_an_uncommitted_opt_out(run_together: RunTogether) -> None:
    opt_outs.record_opt_out(points=[PHONE, LEAD], said_at=timezone.now() - 9 * A_DAY, act=Act("va1"))
    is_in_flight, has_lifted = Event(), Event()

    def act(number: int) -> Any:
        if number == 0:
            with transaction.atomic():
                opt_outs.record_opt_out(points=[PHONE], said_at=timezone.now() - A_DAY, act=Act("va1"))
                is_in_flight.set()
                return has_lifted.wait(1)
        is_in_flight.wait()
        lifted = [line.point.kind for line in lift()]
        has_lifted.set()
        return lifted

    assert run_together(2, act) == [False, ["LEAD"]]  # it waited, and lifted the opt-outs it knew
    assert is_refused(PHONE)
    assert not is_refused(LEAD)


def test_an_opt_out_that_waits_for_a_lift_survives_it_whatever_its_time(run_together: RunTogether) -> None:
    opt_outs.record_opt_out(points=[PHONE], said_at=timezone.now() - 9 * A_DAY, act=Act("va1"))
    is_in_flight, has_said = Event(), Event()

    def act(number: int) -> Any:
        if number == 0:
            with transaction.atomic():
                assert len(lift()) == 1
                is_in_flight.set()
                return has_said.wait(1)
        is_in_flight.wait()
        opt_outs.record_opt_out(points=[PHONE], said_at=timezone.now() - A_DAY, act=Act("va1"))
        has_said.set()
        return "said"

    assert run_together(2, act) == [False, "said"]
    assert is_refused(PHONE)


def test_holds_releases_and_opt_outs_of_the_same_points_do_not_deadlock(run_together: RunTogether) -> None:
    points = [PHONE, LEAD, ("EMAIL", "ann@example.ca")]

    def act(number: int) -> int:
        mine = points if number % 2 else points[::-1]
        verbs: list[Callable[[], list[ContactRecord]]] = [
            lambda: hold_points(mine, evidence="message", act=Act("race")),
            lambda: holds.release_points(points=mine, evidence="message", act=Act("race")),
            lambda: opt_outs.record_opt_out(points=mine, act=Act("race")),
        ]
        return len(verbs[number % 3]())

    assert run_together(24, act) == [3] * 24
    assert ContactRecord.objects.count() == 72


@pytest.mark.parametrize("market", ["ALL", "TORONTO"])
def test_versions_of_a_policy_have_ascending_times(run_together: RunTogether, market: str) -> None:
    rules = MarketPolicy.objects.get(province="ON", market="ALL").rules
    for _ in range(3):
        run_together(16, lambda n: upsert(MarketPolicy, province="ON", market=market, rules=rules, act=Act(f"op{n}")))
    history = MarketPolicy.history.filter(province="ON", market=market).order_by("version")
    dates = list(history.values_list("history_date", flat=True))
    assert len(dates) >= 48
    assert dates == sorted(dates)
