"""Many ladders start at once over one pool: exact shares, and no deadlock."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from followups.ladders.models import FollowupLadder
from followups.models import PoolAgent
from followups.tasks.models import FollowupTask
from tests.factories import PoolAgentFactory
from tests.races.conftest import CLIENTS

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

CREATE = "/api/followups/ladder/create"
PLACE = {"province": "ON", "market": "TORONTO"}
WEIGHTS = {"va1": 3, "va2": 2, "va3": 1}
EACH = 3  # ladders of each client: 96 of them are 16 rounds of 6


@pytest.fixture(autouse=True)
def _pool(transactional_db: None) -> None:
    for agent, weight in WEIGHTS.items():
        PoolAgentFactory.create(agent=agent, weight=weight)


def shares() -> Counter[str]:
    return Counter(FollowupLadder.objects.values_list("owner", flat=True))


def assert_tasks_are_their_ladders() -> None:
    for owner, ladders_owner in FollowupTask.objects.values_list("owner", "ladder__owner"):
        assert owner == ladders_owner


def test_concurrent_creates_give_exact_shares(operators: list[APIClient], run_together: Callable[..., list[Any]]) -> None:
    def act(number: int) -> list[int]:
        leads = [f"L{number}-{n}" for n in range(EACH)]
        return [operators[number].post(CREATE, {**PLACE, "lead_id": lead}).status_code for lead in leads]

    assert run_together(CLIENTS, act) == [[201] * EACH] * CLIENTS
    assert shares() == {"va1": 48, "va2": 32, "va3": 16}
    assert set(PoolAgent.objects.values_list("credit", flat=True)) == {0}
    assert_tasks_are_their_ladders()


def test_creates_and_restarts_of_the_same_leads_give_exact_shares_without_deadlock(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    """A restart always makes a ladder and uses a turn, a create only if it makes one. Four clients share each lead."""

    def act(number: int) -> list[int]:
        lead = {**PLACE, "lead_id": f"L{number % 8}"}
        return [operators[number].post(CREATE, {**lead, "restart": n % 2 == 1}).status_code for n in range(4)]

    answers = run_together(CLIENTS, act)
    assert all(isinstance(answer, list) and set(answer) <= {200, 201} for answer in answers), answers
    made = sum(answer.count(201) for answer in answers)
    assert made == FollowupLadder.objects.count() >= 2 * CLIENTS
    assert FollowupLadder.objects.open().count() == 8
    rounds, rest = divmod(made, sum(WEIGHTS.values()))
    counted = shares()
    assert sum(counted.values()) == made
    for agent, weight in WEIGHTS.items():
        assert rounds * weight <= counted[agent] <= rounds * weight + min(rest, weight)
    assert_tasks_are_their_ladders()
