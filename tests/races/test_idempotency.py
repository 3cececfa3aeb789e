"""One Idempotency-Key, many posts at once: one acts, the others wait for it and get its answer."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from followups.ladders.models import FollowupLadder
from kpi.models import KPIEvent
from offers.models import OfferEvidence
from tests.conftest import codes
from tests.races.conftest import CLIENTS
from wholesale.plumbing.models import IdempotencyKey

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

KEY = {"Idempotency-Key": "7f3e"}


def test_posts_with_one_key_act_once(operators: list[APIClient], run_together: Callable[..., list[Any]]) -> None:
    """Without a lead each create is a new ladder, so only the key can make them one."""
    answers = run_together(
        CLIENTS, lambda number: operators[number].post("/api/followups/ladder/create", {"province": "ON"}, headers=KEY)
    )
    assert [answer.status_code for answer in answers] == [201] * CLIENTS
    assert [answer.json() for answer in answers] == [answers[0].json()] * CLIENTS
    assert [answer.headers.get("Idempotency-Replayed") for answer in answers].count("true") == CLIENTS - 1
    assert FollowupLadder.objects.count() == 1
    assert KPIEvent.objects.filter(metric="ladder_created").count() == 1
    assert IdempotencyKey.objects.get().status == 201


def test_a_refusal_is_not_kept_for_waiting_requests(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    offer = {"province": "ON", "arv": 450_000, "repairs": 50_000}
    answers = run_together(CLIENTS, lambda number: operators[number].post("/api/deals/offers/compute", offer, headers=KEY))
    assert [answer.status_code for answer in answers] == [409] * CLIENTS
    assert {code for answer in answers for code in codes(answer)} == {"offer_policy_disabled"}
    assert not IdempotencyKey.objects.exists()
    assert not OfferEvidence.objects.exists()
