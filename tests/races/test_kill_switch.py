"""The kill switch is engaged while others act: each act is wholly before it, or refused."""

import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from followups.models import FollowupLadder
from governance import gate
from governance.decisions import ExecutionClass
from governance.golive import services as golive
from governance.golive.models import GoLiveState
from governance.risk.models import RiskEvent, RiskPolicy, RiskReservation
from kpi.models import KPIEvent
from offers.models import OfferEvidence
from offers.services import upsert_policy
from tests.conftest import codes

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

ACTING = 16
ROUNDS = 4
PATIENCE = 30  # seconds until each of the acts has been done at least once
ACTS = [
    ("/api/followups/ladder/create", {"province": "ON"}),
    ("/api/deals/offers/compute", {"province": "ON", "arv": 450_000, "repairs": 50_000}),
    ("/api/governance/risk/check-and-reserve", {"engine": "WHOLESALE", "amount": 10}),
]
# What the acts write, and when they say that they did.
ROWS: list[tuple[Any, str]] = [
    (FollowupLadder, "created_at"),
    (OfferEvidence, "created_at"),
    (RiskReservation, "created_at"),
    (RiskEvent, "created_at"),
    (KPIEvent, "occurred_at"),
]


def have_grown(before: list[int]) -> bool:
    return all(table.objects.count() > count for (table, _), count in zip(ROWS, before, strict=True))


def test_nothing_acts_after_the_kill_switch_is_engaged(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    upsert_policy(province="ON", enabled=True, changed_by="test")
    RiskPolicy.objects.update(max_daily_loss=0, max_daily_exposure=0, max_open_risk=0)
    for round_ in range(ROUNDS):
        operators[0].post("/api/governance/go-live/kill-switch/release", {"reason": f"round {round_}"})
        before = [table.objects.count() for table, _ in ROWS]

        def act(number: int, before: list[int] = before) -> Any:
            client = operators[number]
            if number == ACTING:
                deadline = time.monotonic() + PATIENCE
                while not have_grown(before) and time.monotonic() < deadline:
                    time.sleep(0.05)
                return client.post("/api/governance/go-live/kill-switch/engage", {"reason": "race"})
            path, given = ACTS[number % len(ACTS)]
            while (answer := client.post(path, given)).status_code < 400:
                pass
            return answer

        *refused, engaged = run_together(ACTING + 1, act)
        assert engaged.status_code == 200
        assert [(answer.status_code, *codes(answer)) for answer in refused] == [(503, "KILL_SWITCH_ENGAGED")] * ACTING
        engaged_at = GoLiveState.objects.get().updated_at
        assert have_grown(before)
        for table, at in ROWS:
            assert not table.objects.filter(**{f"{at}__gt": engaged_at}).exists()


def waiting_for_a_lock() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return int(cursor.fetchone()[0])


def test_who_waits_for_the_engagement_reads_what_it_wrote(run_together: Callable[..., list[Any]]) -> None:
    """The gate takes the lock and reads the row in one message, but not in one snapshot."""
    golive.release_kill_switch(changed_by="test", reason="race")
    has_engaged = threading.Event()

    def act(number: int) -> str:
        if number == 0:
            with transaction.atomic():
                golive.engage_kill_switch(changed_by="test", reason="race")
                has_engaged.set()
                deadline = time.monotonic() + PATIENCE
                while not waiting_for_a_lock() and time.monotonic() < deadline:
                    time.sleep(0.01)
            return "engaged"
        has_engaged.wait(PATIENCE)
        with transaction.atomic():
            try:
                gate.require(ExecutionClass.EXECUTE)
            except gate.KillSwitchEngaged:
                return "refused"
        return "acted"

    assert run_together(2, act) == ["engaged", "refused"]
