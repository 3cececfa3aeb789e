"""The kill switch is engaged during other acts: each act is complete before it or refused, and no lock delays it."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from followups.ladders.models import FollowupLadder
from governance import gate
from governance.decisions import ExecutionClass
from governance.golive import services as golive
from governance.golive.models import GoLiveState
from governance.policies import upsert
from governance.risk.models import RiskEvent, RiskPolicy, RiskReservation
from kpi.models import KPIEvent
from kpi.tripwire.evaluations import evaluate
from kpi.tripwire.models import RegressionPolicy, RegressionTrigger
from offers.models import OfferEvidence, OfferPolicy
from tests.conftest import codes
from tests.kpi.watched import KEY, fallen, watch
from wholesale.plumbing.act import Act
from wholesale.plumbing.models import IdempotencyKey

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

ACTING = 16
ROUNDS = 4
PATIENCE = 30  # seconds until each of the acts has been done at least once
ENGAGE = "/api/governance/go-live/kill-switch/engage"
ACTS = [
    ("/api/followups/ladder/create", {"province": "ON"}),
    ("/api/deals/offers/compute", {"province": "ON", "arv": 450_000, "repairs": 50_000}),
    ("/api/governance/risk/check-and-reserve", {"engine": "WHOLESALE", "amount": 10}),
]
# The rows that the acts write, with their times.
ROWS: list[tuple[Any, str]] = [
    (FollowupLadder, "created_at"),
    (OfferEvidence, "created_at"),
    (RiskReservation, "created_at"),
    (RiskEvent, "created_at"),
    (KPIEvent, "occurred_at"),
]
SHARED = f"SELECT pg_advisory_lock_shared({golive.LOCK_KEY})"
EXCLUSIVE = f"SELECT pg_advisory_lock({golive.LOCK_KEY})"
ROW = "SELECT 1 FROM governance_golivestate FOR UPDATE"
TABLE = "LOCK TABLE governance_golivestate"
HISTORY = "LOCK TABLE governance_historicalgolivestate IN SHARE MODE"


def counts() -> list[int]:
    return [table.objects.count() for table, _ in ROWS]


def have_grown(before: list[int]) -> bool:
    return all(now > count for now, count in zip(counts(), before, strict=True))


def test_nothing_acts_after_the_kill_switch_is_engaged(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    upsert(OfferPolicy, province="ON", enabled=True, act=Act("test"))
    RiskPolicy.objects.update(max_daily_loss=0, max_daily_exposure=0, max_open_risk=0)
    for round_ in range(ROUNDS):
        operators[0].post("/api/governance/go-live/kill-switch/release", {"reason": f"round {round_}"})
        before = counts()

        def act(number: int, before: list[int] = before) -> Any:
            client = operators[number]
            if number == ACTING:
                deadline = time.monotonic() + PATIENCE
                while not have_grown(before) and time.monotonic() < deadline:
                    time.sleep(0.05)
                answer = client.post(ENGAGE, {"reason": "race"})
                return answer, timezone.now(), counts()
            path, given = ACTS[number % len(ACTS)]
            while (answer := client.post(path, given)).status_code < 400:
                pass
            return answer

        *refused, (engaged, engaged_at, then) = run_together(ACTING + 1, act)
        assert (engaged.status_code, engaged.json()["acts_in_flight"]) == (200, False)
        assert [(answer.status_code, *codes(answer)) for answer in refused] == [(503, "KILL_SWITCH_ENGAGED")] * ACTING
        assert have_grown(before)
        assert counts() == then
        for table, at in ROWS:
            assert not table.objects.filter(**{f"{at}__gt": engaged_at}).exists()


@contextmanager
def another_session(statement: str) -> Iterator[Callable[[], bool]]:
    """A session that keeps its transaction open after a statement. Yields whether it still lives."""
    other = connection.copy()
    other.set_autocommit(False)
    with other.cursor() as cursor:
        cursor.execute(statement)
        pid = other.connection.info.backend_pid
        yield lambda: _backends(pid) == 1
    other.close()


def _backends(pid: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE pid = %s", [pid])
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "stop"}], ids=["plain", "with a key"])
@pytest.mark.parametrize("lock", [SHARED, EXCLUSIVE], ids=["an act", "a toggle"])
def test_a_lock_held_by_another_does_not_delay_the_switch(
    operators: list[APIClient], settings: Settings, lock: str, headers: dict[str, str]
) -> None:
    settings.KILL_SWITCH_WAIT = 0.3
    with another_session(lock) as lives:
        answer = operators[0].post(ENGAGE, {"reason": "stop"}, headers=headers)
        assert (answer.status_code, answer.json()["acts_in_flight"]) == (200, True)
        assert GoLiveState.objects.get().kill_switch_engaged
        assert operators[0].get("/api/followups/due").status_code == 503
        assert lives()
    assert IdempotencyKey.objects.count() == len(headers)
    again = operators[0].post(ENGAGE, {"reason": "stop"}, headers=headers)
    assert again.json()["acts_in_flight"] is bool(headers)  # a replay repeats an earlier answer
    assert GoLiveState.objects.get().history.count() == 2


@pytest.mark.parametrize("lock", [ROW, TABLE, HISTORY], ids=["the row", "its table", "its history"])
def test_a_session_that_blocks_the_switch_is_ended(
    operators: list[APIClient], monkeypatch: pytest.MonkeyPatch, lock: str
) -> None:
    monkeypatch.setattr(golive, "ROW_WAIT", 0.2)
    with another_session(lock) as lives:
        assert operators[0].post(ENGAGE, {"reason": "stop"}).status_code == 200
        assert not lives()
    assert GoLiveState.objects.get().kill_switch_engaged


def test_a_key_held_by_another_request_does_not_refuse_the_switch(operators: list[APIClient]) -> None:
    user = User.objects.get(username="racer")
    values = f"(key, user_id, fingerprint, body, created_at) VALUES ('k', {user.pk}, '', '', now())"
    with another_session(f"INSERT INTO wholesale_idempotencykey {values}"):
        assert operators[0].post(ENGAGE, {"reason": "stop"}, headers={"Idempotency-Key": "k"}).status_code == 200
    assert GoLiveState.objects.get().kill_switch_engaged


def test_the_switch_waits_for_an_act_that_began_before_and_refuses_others_meanwhile(
    run_together: Callable[..., list[Any]],
) -> None:
    has_read, is_engaged, order = threading.Event(), threading.Event(), []

    def act(number: int) -> str:
        if number == 0:
            with transaction.atomic():
                gate.require(ExecutionClass.EXECUTE)
                has_read.set()
                assert is_engaged.wait(PATIENCE)
                order.append("acted")
            return "acted"
        assert has_read.wait(PATIENCE)
        if number == 1:
            in_flight = golive.engage(Act("test", reason="race")).acts_in_flight
            order.append("answered")
            return f"in flight: {in_flight}"
        while not GoLiveState.objects.get().kill_switch_engaged:  # the row exists while the first still acts
            time.sleep(0.01)
        try:
            with transaction.atomic():
                gate.require(ExecutionClass.EXECUTE)
        except gate.KillSwitchEngaged:
            return "refused"
        finally:
            is_engaged.set()
        return "acted"

    assert run_together(3, act) == ["acted", "in flight: False", "refused"]
    assert order == ["acted", "answered"]


def test_concurrent_engagements_engage_the_switch_once(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    answers = run_together(ACTING, lambda number: operators[number].post(ENGAGE, {"reason": f"by {number}"}))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["reason"] for answer in answers}) == 1
    assert GoLiveState.objects.get().history.count() == 2


def test_concurrent_engagements_without_a_row_make_one_row(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    GoLiveState.objects.all().delete()
    answers = run_together(ACTING, lambda number: operators[number].post(ENGAGE, {"reason": f"by {number}"}))
    assert {answer.status_code for answer in answers} == {200}
    assert GoLiveState.objects.get().kill_switch_engaged


def test_concurrent_go_live_and_engagement_never_both_hold(run_together: Callable[..., list[Any]]) -> None:
    def act(number: int) -> Any:
        if number:
            return golive.engage_kill_switch(act=Act("test", reason="race"))
        return gate.enable_go_live(act=Act("test", reason="race"))

    for _ in range(5):
        run_together(2, act)
        state = GoLiveState.objects.get()
        assert state.kill_switch_engaged
        history = [(row.go_live_enabled, row.kill_switch_engaged) for row in state.history.order_by("history_id")]
        assert ((False, True), (True, True)) not in pairwise(history)
        golive.release_kill_switch(act=Act("test", reason="again"))
        golive.disable_go_live(act=Act("test", reason="again"))


def test_a_tripwire_engages_the_switch_whoever_holds_a_lock(settings: Settings) -> None:
    settings.KILL_SWITCH_WAIT = 0.3
    watch(action="KILL_SWITCH")
    fallen()
    with another_session(SHARED):
        state = evaluate(domain=KEY["domain"], metric=KEY["metric"], act=Act())
    assert (state.triggered, state.action_taken) == (True, "KILL_SWITCH")
    assert GoLiveState.objects.get().changed_by == "tripwire"
    assert "the kill switch was engaged" in RegressionTrigger.objects.get().note


def test_concurrent_tripwires_engage_the_switch_once(run_together: Callable[..., list[Any]]) -> None:
    watch(action="KILL_SWITCH")
    fallen()
    states = run_together(8, lambda _: evaluate(domain=KEY["domain"], metric=KEY["metric"], act=Act()))
    assert [(state.triggered, state.action_taken) for state in states] == [(True, "KILL_SWITCH")] * 8
    trigger = RegressionTrigger.objects.get()
    assert "the kill switch was engaged" in trigger.note
    assert GoLiveState.objects.get().history.count() == 2
    assert RegressionPolicy.objects.filter(action="KILL_SWITCH", enabled=True).count() == 1
