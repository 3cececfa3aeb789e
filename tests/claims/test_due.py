"""`due`: the tasks that the gate permits now, or with `include_blocked` every due task."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from followups.tasks.due.services import SPARE, due_tasks
from governance.ledger import points
from governance.market.models import MarketPolicy
from governance.market.rules import SAFE_RULES
from governance.policies import upsert
from tests.conftest import codes
from tests.factories import NOON, LadderFactory, LeadFactory, RecordFactory, TaskFactory
from wholesale.plumbing.act import Act

DUE = "/api/followups/due"
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _it_is_noon() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def task_of(lead: Any, **values: Any) -> Any:
    """An open task of the lead, due at noon and permitted then by its stored interval."""
    ladder = LadderFactory.create(lead_id=lead.lead_id, province=lead.province, market=lead.market, open_steps=1)
    return TaskFactory.create(ladder=ladder, **values)


def narrow(province: str = "ON") -> None:
    """Let the policy allow no channel, while no worker has updated the stored intervals."""
    upsert(MarketPolicy, province=province, enabled=False, act=Act("me"))


def say_no(lead: Any) -> None:
    """Record an opt-out in the ledger alone: the open steps are not cancelled yet."""
    (point,) = points.contact_points(points.points_of(phone=lead.phone), Act()).values()
    RecordFactory.create(point=point)


def ids(response: Any) -> list[int]:
    assert response.status_code == 200, response.json()
    return [task["id"] for task in response.json()]


@pytest.mark.parametrize(
    ("open_from", "open_until", "listed"),
    [
        (NOON, NOON, True),
        (NOON - HOUR, NOON, True),
        (NOON, NOON + HOUR, True),
        (NOON + timedelta(microseconds=1), NOON + HOUR, False),
        (NOON - HOUR, NOON - timedelta(microseconds=1), False),
        (None, None, False),
    ],
)
def test_the_interval_must_contain_now_including_both_ends(
    agent: APIClient, open_from: Any, open_until: Any, listed: bool
) -> None:
    task = TaskFactory.create(open_from=open_from, open_until=open_until)
    assert ids(agent.get(DUE)) == [task.pk] * listed
    assert ids(agent.get(DUE, {"include_blocked": True})) == [task.pk]


def test_a_policy_narrowed_while_no_worker_runs_lists_no_task_of_its_market(agent: APIClient) -> None:
    of_ontario, of_alberta = task_of(LeadFactory.create()), task_of(LeadFactory.create(province="AB", market="ALL"))
    assert ids(agent.get(DUE)) == [of_ontario.pk, of_alberta.pk]
    narrow("ON")
    assert ids(agent.get(DUE)) == [of_alberta.pk]
    assert [task.id for task in due_tasks()] == [of_alberta.pk]


def test_a_lead_who_opted_out_a_moment_ago_is_not_listed(agent: APIClient) -> None:
    lead = LeadFactory.create()
    call, mail = task_of(lead), TaskFactory.create()
    say_no(lead)
    assert ids(agent.get(DUE)) == [mail.pk]
    (blocked,) = [row for row in agent.get(DUE, {"include_blocked": True}).json() if row["id"] == call.pk]
    assert (blocked["allowed"], blocked["reason"], blocked["next_allowed_at"]) == (False, "opted_out", None)


def test_refused_tasks_at_the_front_do_not_hide_permitted_ones_behind(agent: APIClient) -> None:
    refused = [TaskFactory.create(due_at=NOON - HOUR) for _ in range(SPARE)]
    behind = [TaskFactory.create(ladder__province="AB", ladder__market="ALL") for _ in range(2)]
    narrow("ON")
    assert ids(agent.get(DUE, {"limit": 1})) == [behind[0].pk]
    assert ids(agent.get(DUE, {"limit": 2})) == [task.pk for task in behind]
    assert ids(agent.get(DUE, {"limit": 500, "include_blocked": True})) == [task.pk for task in (*refused, *behind)]


def test_each_row_shows_the_leads_local_time(agent: APIClient) -> None:
    task_of(LeadFactory.create(province="NL", market="ALL", postal_code="A1C 5S7"))
    task_of(LeadFactory.create(zone="America/Regina"))
    assert [(row["local_time"], row["timezone"]) for row in agent.get(DUE).json()] == [
        ("2026-12-15T14:30:00-03:30", "America/St_Johns"),
        ("2026-12-15T12:00:00-06:00", "America/Regina"),
    ]


def test_the_full_list_gives_the_reasons_of_blocked_tasks(agent: APIClient) -> None:
    night = NOON - timedelta(hours=10)  # 03:00 in Toronto
    task = task_of(LeadFactory.create(), due_at=night, open_from=NOON, open_until=NOON + HOUR, actionable_at=NOON)
    with time_machine.travel(night, tick=False):
        assert ids(agent.get(DUE)) == []
        (row,) = agent.get(DUE, {"include_blocked": True}).json()
    assert (row["id"], row["allowed"], row["reason"]) == (task.pk, False, "outside_contact_window")
    assert row["next_allowed_at"] == "2026-12-15T14:00:00Z"
    assert (row["actionable_at"], row["open_until"]) == ("2026-12-15T18:00:00Z", "2026-12-15T19:00:00Z")


def test_a_leased_task_is_listed_with_its_holder_until_its_last_second(agent: APIClient) -> None:
    TaskFactory.create(leased_by="va1", leased_until=NOON + SECOND)
    TaskFactory.create(leased_by="va2", leased_until=NOON)
    held, free = agent.get(DUE).json()
    assert (held["leased_by"], held["leased_until"]) == ("va1", "2026-12-15T18:00:01Z")
    assert (free["leased_by"], free["leased_until"]) == (None, None)


@pytest.mark.usefixtures("kill_switch")
@pytest.mark.parametrize("given", [{}, {"include_blocked": True}])
def test_nothing_is_listed_under_the_kill_switch(agent: APIClient, given: Any) -> None:
    TaskFactory.create()
    response = agent.get(DUE, given)
    assert (response.status_code, codes(response)) == (503, ["KILL_SWITCH_ENGAGED"])


def test_the_number_of_queries_does_not_grow_with_the_rows(django_assert_num_queries: Callable[..., Any]) -> None:
    def listed(count: int) -> int:
        for _ in range(count):
            task_of(LeadFactory.create())
        with CaptureQueriesContext(connection) as captured:
            assert due_tasks(500)
        return len(captured)

    assert listed(2) == listed(60)


def test_the_score_is_judged_as_stored(agent: APIClient) -> None:
    rules = {**SAFE_RULES, "min_lead_score_to_contact": 0.3}
    upsert(MarketPolicy, province="ON", enabled=True, rules=rules, act=Act("me"))
    task_of(LeadFactory.create(score="0.2999"))
    enough = task_of(LeadFactory.create(score="0.3"))
    unknown = task_of(LeadFactory.create(score=None))
    assert ids(agent.get(DUE)) == [enough.pk, unknown.pk]
