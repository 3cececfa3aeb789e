"""A fact and its KPI row are written together: undoing one undoes the other (CONTRACT section 6)."""

from collections.abc import Callable
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection, transaction
from django.dispatch import Signal

from buyers.liquidity.signals import feedback_recorded
from buyers.models import BuyerFeedbackEvent, BuyerLiquidityNode
from buyers.services import record_feedback
from followups.ladders.models import FollowupLadder
from followups.services import complete_task, start_ladder
from followups.signals import ladders_created, tasks_completed
from followups.tasks.models import FollowupTask
from kpi import receivers
from kpi.models import KPIEvent
from kpi.services import kpi_timed_step
from offers.models import OfferEvidence, OfferPolicy
from offers.services import make_offer
from offers.signals import offers_computed
from tests.factories import NOON, TaskFactory
from wholesale.plumbing.act import Act


class ReceiverFails(Exception):
    """Raised by a receiver under test."""


def act_on_a_task() -> object:
    return complete_task(TaskFactory.create().pk, "bryan", now=NOON)  # within the rules at any time of the run


ACTS: list[tuple[Signal, Callable[[], object], str]] = [
    (ladders_created, lambda: start_ladder(lead_id="L1", province="ON", act=Act()), "ladder_created"),
    (tasks_completed, act_on_a_task, "followup_completed"),
    (feedback_recorded, lambda: record_feedback("ON", "ALL", "SFR", "BOUGHT", "B1"), "buyer_feedback"),
    (offers_computed, lambda: make_offer(province="ON", arv=Decimal(100), repairs=Decimal(0), act=Act()), "offer_generated"),
]
each_act = pytest.mark.parametrize(("signal", "act", "metric"), ACTS, ids=[metric for _, _, metric in ACTS])


@pytest.fixture(autouse=True)
def _an_offer_is_possible(db: None) -> None:
    OfferPolicy.objects.filter(province="ON").update(enabled=True)


def facts() -> tuple[int, ...]:
    return (
        FollowupLadder.objects.count(),
        FollowupTask.objects.filter(completed_at__isnull=False).count(),
        BuyerFeedbackEvent.objects.count(),
        BuyerLiquidityNode.objects.count(),
        OfferEvidence.objects.count(),
        KPIEvent.objects.count(),
    )


@each_act
def test_each_act_writes_exactly_one_row(signal: Any, act: Any, metric: Any) -> None:
    act()
    assert list(KPIEvent.objects.values_list("metric", flat=True)) == [metric]


@each_act
def test_a_failing_receiver_undoes_the_fact_and_its_row(signal: Any, act: Any, metric: Any) -> None:
    def fail(**kwargs: Any) -> None:
        raise ReceiverFails

    before = facts()
    signal.connect(fail)
    try:
        with pytest.raises(ReceiverFails), transaction.atomic():
            act()
    finally:
        signal.disconnect(fail)
    assert facts() == before


@each_act
def test_a_kpi_row_that_cannot_be_written_undoes_the_fact(
    signal: Any, act: Any, metric: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise ReceiverFails

    before = facts()
    monkeypatch.setattr("kpi.services.writes", SimpleNamespace(insert=fail, insert_object=fail))
    with pytest.raises(ReceiverFails), transaction.atomic():
        act()
    monkeypatch.undo()
    assert facts() == before


@each_act
def test_a_rolled_back_fact_leaves_no_row(signal: Any, act: Any, metric: Any) -> None:
    def act_then_fail() -> None:
        act()
        assert KPIEvent.objects.count() == 1
        raise ReceiverFails

    before = facts()
    with pytest.raises(ReceiverFails), transaction.atomic():
        act_then_fail()
    assert facts() == before


def test_connecting_the_receivers_again_writes_no_second_row(db: None) -> None:
    receivers.connect()
    start_ladder(province="ON", act=Act())
    assert KPIEvent.objects.count() == 1


transactional = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@transactional
def test_a_timed_step_commits_its_success_with_the_block(transactional_db: None) -> None:
    with kpi_timed_step("X", "nightly", actor="cron", detail={"n": 1}):
        record_feedback("ON", "ALL", "SFR", "BOUGHT")
    row = KPIEvent.objects.get(metric="nightly")
    assert (row.success, row.actor, row.detail) == (True, "cron", {"n": 1})
    assert row.value is not None
    assert 0 <= row.value < 60
    assert BuyerFeedbackEvent.objects.count() == 1


@transactional
def test_a_failed_timed_step_is_undone_and_then_recorded(transactional_db: None) -> None:
    def act_then_fail() -> None:
        record_feedback("ON", "ALL", "SFR", "BOUGHT")
        raise ReceiverFails

    with pytest.raises(ReceiverFails), kpi_timed_step("X", "nightly", detail={"n": 1}):
        act_then_fail()
    row = KPIEvent.objects.get()  # the block's own buyer_feedback row is gone
    assert (row.metric, row.success, row.detail) == ("nightly", False, {"n": 1, "error": "ReceiverFails"})
    assert row.value is not None
    assert not BuyerFeedbackEvent.objects.exists()
    assert not connection.in_atomic_block


@transactional
def test_a_timed_step_refuses_to_run_inside_a_transaction(transactional_db: None) -> None:
    ran = []
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic(), kpi_timed_step("X", "nightly"):
        ran.append(True)
    assert not ran
    assert not KPIEvent.objects.exists()
