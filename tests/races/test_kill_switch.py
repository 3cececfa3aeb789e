"""The kill switch is engaged while others act: each act is wholly before it, or refused."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from followups.models import FollowupLadder
from governance.golive.models import GoLiveState
from kpi.models import KPIEvent
from offers.models import OfferEvidence
from offers.services import upsert_policy
from tests.conftest import codes

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

ACTING = 16
ROUNDS = 4
SECONDS_BEFORE_ENGAGING = 0.3
OFFER = {"province": "ON", "arv": 450_000, "repairs": 50_000}


def test_nothing_acts_after_the_kill_switch_is_engaged(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    upsert_policy(province="ON", enabled=True, changed_by="test")
    for round_ in range(ROUNDS):
        operators[0].post("/api/governance/go-live/kill-switch/release", {"reason": f"round {round_}"})
        ladders, offers = FollowupLadder.objects.count(), OfferEvidence.objects.count()

        def act(number: int) -> Any:
            client = operators[number]
            if number == ACTING:
                time.sleep(SECONDS_BEFORE_ENGAGING)
                return client.post("/api/governance/go-live/kill-switch/engage", {"reason": "race"})
            while True:
                if number % 2:
                    answer = client.post("/api/followups/ladder/create", {"province": "ON"})
                else:
                    answer = client.post("/api/deals/offers/compute", OFFER)
                if answer.status_code != 201:
                    return answer

        *refused, engaged = run_together(ACTING + 1, act)
        assert engaged.status_code == 200
        assert [(answer.status_code, *codes(answer)) for answer in refused] == [(503, "KILL_SWITCH_ENGAGED")] * ACTING
        engaged_at = GoLiveState.objects.get().updated_at
        assert FollowupLadder.objects.count() > ladders
        assert OfferEvidence.objects.count() > offers
        assert not FollowupLadder.objects.filter(created_at__gt=engaged_at).exists()
        assert not OfferEvidence.objects.filter(created_at__gt=engaged_at).exists()
        assert not KPIEvent.objects.filter(occurred_at__gt=engaged_at).exists()
