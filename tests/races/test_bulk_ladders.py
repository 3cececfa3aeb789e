"""Bulk calls, single creates and opt-outs of the same leads at once: one open ladder each, and no deadlock."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from followups.ladders import bulk
from followups.ladders.models import FollowupLadder
from followups.models import PoolAgent
from followups.tasks.models import FollowupTask
from kpi.models import KPIEvent
from tests.factories import LeadFactory, PoolAgentFactory

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

BULK, CREATE, INBOUND = "/api/followups/ladder/bulk", "/api/followups/ladder/create", "/api/followups/inbound"
LEADS = 60
STEPS = 6


@pytest.fixture(autouse=True)
def _several_transactions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "BATCH", 20)


def rows(number: int) -> list[dict[str, str]]:
    """A row for every lead, in an order that depends on the number."""
    step = (1, 7, 11, 13, 17, 19, 23, 29)[number % 8]
    return [{"lead_id": f"L{n * step % LEADS}", "province": "ON", "market": "TORONTO"} for n in range(LEADS)]


def assert_one_whole_ladder_each() -> None:
    ladders = FollowupLadder.objects.open()
    assert sorted(ladders.values_list("lead_id", flat=True)) == sorted(f"L{n}" for n in range(LEADS))
    for ladder in FollowupLadder.objects.all():
        assert ladder.tasks.count() == STEPS
        assert set(ladder.tasks.values_list("owner", flat=True)) == {ladder.owner}
    counted = KPIEvent.objects.filter(metric="ladder_created").values_list("subject_id", flat=True)
    assert sorted(counted) == sorted(str(pk) for pk in FollowupLadder.objects.values_list("pk", flat=True))


def test_two_bulk_calls_with_the_same_leads_make_one_ladder_each(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    answers = run_together(8, lambda number: operators[number].post(BULK, {"ladders": rows(number)}).json())
    assert sum(answer["created"] for answer in answers) == LEADS
    assert sum(answer["existing"] for answer in answers) == 7 * LEADS
    ids = {ladder.lead_id: ladder.pk for ladder in FollowupLadder.objects.all()}
    assert all(one["ladder_id"] == ids[one["lead_id"]] for answer in answers for one in answer["results"])
    assert_one_whole_ladder_each()


def test_single_creates_and_restarts_during_bulk_calls_neither_deadlock_nor_double(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    for agent in ("va1", "va2"):
        PoolAgentFactory.create(agent=agent)
    for n in range(0, LEADS, 2):
        LeadFactory.create(lead_id=f"L{n}")

    def act(number: int) -> list[int]:
        client = operators[number]
        if number % 3 == 0:
            return [client.post(BULK, {"ladders": rows(number)}).status_code]
        mine = rows(number)[: LEADS // 2]
        return [client.post(CREATE, {**row, "restart": number % 3 == 1}).status_code for row in mine]

    answers = run_together(9, act)
    assert all(isinstance(answer, list) and set(answer) <= {200, 201} for answer in answers), answers
    assert_one_whole_ladder_each()
    made = FollowupLadder.objects.count()
    shares = [FollowupLadder.objects.filter(owner=agent).count() for agent in ("va1", "va2")]
    assert sum(shares) == made
    assert abs(shares[0] - shares[1]) <= 1
    assert sum(PoolAgent.objects.values_list("credit", flat=True)) == 0


def test_stops_during_bulk_calls_leave_no_open_step(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    for n in range(LEADS):
        LeadFactory.create(lead_id=f"L{n}", phone=f"+1416555{n % 6:04}", email=f"{n % 5}@example.ca")

    def act(number: int) -> int:
        client = operators[number]
        if number >= 6:
            return client.post(BULK, {"ladders": rows(number)}).status_code
        return client.post(INBOUND, {"lead_id": f"L{number}", "channel": "SMS", "text": "STOP ALL"}).status_code

    assert run_together(10, act) == [201] * 6 + [200] * 4
    assert not FollowupTask.objects.open().exists()
    assert not FollowupLadder.objects.open().exists()


def test_concurrent_calls_with_one_key_start_each_ladder_once_and_get_one_answer(
    operators: list[APIClient], run_together: Callable[..., list[Any]]
) -> None:
    asked = {"ladders": rows(0)}
    answers = run_together(6, lambda n: operators[n].post(BULK, asked, headers={"Idempotency-Key": "7f3e"}))
    assert [answer.status_code for answer in answers] == [200] * 6
    assert len({answer.content for answer in answers}) == 1
    assert_one_whole_ladder_each()
