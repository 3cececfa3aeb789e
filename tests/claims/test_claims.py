"""Claims: a task belongs to one claimant for some minutes, and only permitted tasks are given."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from rest_framework.test import APIClient

from followups.services import complete_task
from followups.tasks.due.claims import claim_due, release_leases, renew_leases
from followups.tasks.due.services import due_tasks
from followups.tasks.errors import NotYourName
from followups.tasks.models import FollowupTask, TaskEvent
from governance.golive.services import release_kill_switch
from governance.market.models import MarketPolicy
from governance.policies import upsert
from tests.claims.test_due import say_no, task_of
from tests.conftest import attrs, codes
from tests.factories import NOON, LeadFactory, TaskFactory
from wholesale.plumbing.act import Act

CLAIM, RENEW, RELEASE = (f"/api/followups/due/{verb}" for verb in ("claim", "renew", "release"))
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _it_is_noon() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def claimed(owner: str = "va1", now: datetime | None = None, user: User | None = None, **options: Any) -> list[int]:
    return [one.task.id for one in claim_due(owner=owner, **options, act=Act(user=user, at=now))]


def lease(task: Any) -> tuple[Any, ...]:
    task.refresh_from_db()
    return task.leased_by, task.leased_user, task.leased_until


FREE = (None, None, None)


def test_a_claim_gives_the_task_the_script_and_the_persons_number(agent: APIClient) -> None:
    task = task_of(LeadFactory.create(phone="+14165550123", email="jane@example.ca"), channel="CALL", step=2)
    (row,) = agent.post(CLAIM).json()
    assert (row["id"], row["channel"], row["step"], row["allowed"]) == (task.pk, "CALL", 2, True)
    assert row["contact"] == {"name": "Jane Roe", "phone": "+14165550123", "email": "jane@example.ca"}
    assert (row["leased_by"], row["leased_until"]) == ("agent", "2026-12-15T18:15:00Z")
    assert row["local_time"] == "2026-12-15T13:00:00-05:00"
    assert "script" in row
    assert lease(task) == ("agent", None, NOON + 15 * MINUTE)


def test_a_claim_under_another_name_records_its_user(user_of: Any) -> None:
    task, user = TaskFactory.create(), user_of("operator")
    assert claimed("dialer 7", user=user) == [task.pk]
    assert lease(task) == ("dialer 7", user, NOON + 15 * MINUTE)
    assert complete_task(task.pk, "operator", user=user).completed_at == NOON


def test_an_unknown_lead_has_no_number() -> None:
    TaskFactory.create()
    (one,) = claim_due(owner="va1", act=Act())
    assert one.contact == ("", "", "")


def test_a_claim_leaves_no_line_of_history() -> None:
    TaskFactory.create()
    claimed()
    assert not TaskEvent.objects.exists()


def test_a_claim_gives_the_claimants_own_tasks_first_then_unowned_ones_the_oldest_first() -> None:
    others = TaskFactory.create(owner="va2", due_at=NOON - 9 * MINUTE)
    free = [TaskFactory.create(due_at=NOON - minutes * MINUTE) for minutes in (8, 7)]
    own = [TaskFactory.create(owner="va1", due_at=NOON - minutes * MINUTE) for minutes in (1, 3)]
    equal = TaskFactory.create(owner="va1", due_at=NOON - MINUTE)
    in_order = [own[1].pk, own[0].pk, equal.pk, free[0].pk, free[1].pk]
    assert claimed(limit=4) == in_order[:4]
    assert claimed() == in_order[4:]
    assert lease(others) == FREE


def test_a_leased_task_is_given_to_nobody_not_even_its_holder() -> None:
    task = TaskFactory.create()
    assert claimed("va1", lease_minutes=1) == [task.pk]
    assert claimed("va1") == claimed("va2") == []
    assert claimed("va2", now=NOON + MINUTE - timedelta(microseconds=1)) == []
    assert lease(task)[0] == "va1"
    assert claimed("va2", now=NOON + MINUTE) == [task.pk]
    assert lease(task) == ("va2", None, NOON + 16 * MINUTE)


@pytest.mark.parametrize("values", [{"completed_at": NOON}, {"cancelled_at": NOON}, {"due_at": NOON + SECOND}])
def test_only_open_and_due_tasks_are_claimed(values: Any) -> None:
    TaskFactory.create(**values)
    assert claimed() == []


def test_a_claim_can_be_limited_by_place_and_channel(agent: APIClient) -> None:
    wanted = TaskFactory.create(ladder__market="ST_THOMAS", channel="CALL")
    for values in ({"ladder__market": "ST_THOMAS"}, {"channel": "CALL"}, {"ladder__province": "AB", "channel": "CALL"}):
        TaskFactory.create(**values)
    given = {"province": "on", "market": "st. thomas", "channel": "call"}
    assert [row["id"] for row in agent.post(CLAIM, given).json()] == [wanted.pk]
    assert FollowupTask.objects.filter(leased_by__isnull=False).count() == 1


def test_a_policy_narrowed_while_no_worker_runs_gives_no_task_of_its_market() -> None:
    forbidden = [task_of(LeadFactory.create(), due_at=NOON - MINUTE) for _ in range(3)]
    permitted = task_of(LeadFactory.create(province="AB", market="ALL"))
    upsert(MarketPolicy, province="ON", enabled=False, act=Act("me"))
    assert claimed(limit=1) == [permitted.pk]
    assert [lease(task) for task in forbidden] == [FREE] * 3


def test_a_claim_corrects_the_stored_interval_of_a_refused_task() -> None:
    late = NOON + 10 * HOUR  # 23:00 in Toronto, and the stored interval says that this is permitted
    stale = task_of(LeadFactory.create(), open_from=NOON, open_until=NOON + 12 * HOUR)
    hopeless = TaskFactory.create(ladder__province="AB", ladder__market="ALL", open_until=NOON + 12 * HOUR)
    upsert(MarketPolicy, province="AB", enabled=False, act=Act("me"))
    assert claimed(now=late) == []
    stale.refresh_from_db()
    hopeless.refresh_from_db()
    assert stale.open_from is not None
    assert stale.open_from > late
    assert (hopeless.open_from, hopeless.open_until) == (None, None)
    assert due_tasks(now=late) == []


def test_a_claim_reads_on_beyond_the_corrected_tasks() -> None:
    for _ in range(12):
        TaskFactory.create(due_at=NOON - HOUR)
    behind = TaskFactory.create(ladder__province="AB", ladder__market="ALL")
    upsert(MarketPolicy, province="ON", enabled=False, act=Act("me"))
    assert claimed(limit=2) == [behind.pk]


def test_a_lead_who_opted_out_a_moment_ago_is_not_claimed() -> None:
    lead = LeadFactory.create()
    task = task_of(lead)
    say_no(lead)
    assert claimed() == []
    assert lease(task) == FREE


@pytest.mark.parametrize("path", [CLAIM, RENEW])
def test_nothing_is_leased_under_the_kill_switch(agent: APIClient, kill_switch: Any, path: str) -> None:
    task = TaskFactory.create()
    response = agent.post(path, {"task_ids": [task.pk]})
    assert (response.status_code, codes(response), lease(task)) == (503, ["KILL_SWITCH_ENGAGED"], FREE)
    release_kill_switch(act=Act("me", reason="test"))
    assert claimed() == [task.pk]


def test_nothing_is_leased_before_go_live_where_it_is_enforced(agent: APIClient, settings: Any) -> None:
    settings.GO_LIVE_ENFORCE = True
    task = TaskFactory.create()
    response = agent.post(CLAIM)
    assert (response.status_code, codes(response), lease(task)) == (503, ["GO_LIVE_DISABLED"], FREE)


def test_a_task_may_be_given_back_under_the_kill_switch(agent: APIClient) -> None:
    task = TaskFactory.create()
    agent.post(CLAIM)
    with time_machine.travel(NOON + MINUTE, tick=False):
        assert agent.post(RELEASE, {"task_ids": [task.pk]}).json() == {"released": [task.pk], "lost": []}
    assert lease(task) == FREE


def test_a_renewed_lease_counts_from_its_renewal_and_lost_ones_are_named(agent: APIClient) -> None:
    held, done, others, never = [TaskFactory.create() for _ in range(4)]
    for task in (held, done):
        FollowupTask.objects.filter(pk=task.pk).update(leased_by="agent", leased_until=NOON + MINUTE)
    FollowupTask.objects.filter(pk=others.pk).update(leased_by="va1", leased_until=NOON + MINUTE)
    complete_task(done.pk, "agent")
    given = {"task_ids": [never.pk, others.pk, done.pk, held.pk, held.pk, 10**9], "lease_minutes": 20}
    assert agent.post(RENEW, given).json() == {
        "renewed": [held.pk],
        "lost": [done.pk, others.pk, never.pk, 10**9],
        "leased_until": "2026-12-15T18:20:00Z",
    }
    assert (lease(held)[2], lease(others)[2], lease(never)) == (NOON + 20 * MINUTE, NOON + MINUTE, FREE)


@pytest.mark.parametrize(("left", "is_held"), [(timedelta(microseconds=1), True), (timedelta(0), False)])
def test_a_lease_is_held_until_it_expires(left: timedelta, is_held: bool) -> None:
    task = TaskFactory.create(leased_by="va1", leased_until=NOON + left)
    renewed, lost, _ = renew_leases(task_ids=[task.pk], owner="va1", act=Act())
    assert (renewed, lost) == (([task.pk], []) if is_held else ([], [task.pk]))
    assert lease(task)[2] == (NOON + 15 * MINUTE if is_held else NOON)


def test_only_the_holder_gives_a_task_back(agent: APIClient) -> None:
    task = TaskFactory.create(leased_by="va1", leased_until=NOON + MINUTE)
    assert agent.post(RELEASE, {"task_ids": [task.pk]}).json() == {"released": [], "lost": [task.pk]}
    assert lease(task)[0] == "va1"
    assert release_leases(task_ids=[task.pk], owner="va1", act=Act()) == ([task.pk], [])
    assert claimed("va2") == [task.pk]


@pytest.mark.parametrize("path", [CLAIM, RENEW, RELEASE])
def test_an_agent_claims_only_under_its_own_name(agent: APIClient, operator: APIClient, path: str) -> None:
    task = TaskFactory.create(leased_by="va1", leased_until=NOON + MINUTE)
    given = {"owner": "va1", "task_ids": [task.pk]}
    response = agent.post(path, given)
    assert (response.status_code, codes(response)) == (403, ["permission_denied"])
    assert lease(task)[2] == NOON + MINUTE
    assert operator.post(path, given).status_code == 200
    assert agent.post(path, {**given, "owner": "agent"}).status_code == 200


def test_an_agent_claims_only_under_its_own_name_in_python_too(user_of: Any) -> None:
    with pytest.raises(NotYourName):
        claim_due(owner="va1", act=Act(user=user_of("agent")))


@pytest.mark.parametrize(
    ("path", "given", "attr"),
    [
        (CLAIM, {"limit": 0}, "limit"),
        (CLAIM, {"limit": 501}, "limit"),
        (CLAIM, {"lease_minutes": 0}, "lease_minutes"),
        (CLAIM, {"lease_minutes": 241}, "lease_minutes"),
        (CLAIM, {"channel": "FAX"}, "channel"),
        (RENEW, {}, "task_ids"),
        (RENEW, {"task_ids": [1], "lease_minutes": 0}, "lease_minutes"),
        (RENEW, {"task_ids": list(range(1, 502))}, "task_ids"),
        (RELEASE, {"task_ids": []}, "task_ids"),
    ],
)
def test_a_bad_parameter_is_named(agent: APIClient, path: str, given: Any, attr: str) -> None:
    response = agent.post(path, given)
    assert (response.status_code, attrs(response)) == (400, [attr])


@pytest.mark.parametrize("limit", [1, 500])
def test_the_limits_of_a_claim_are_checked(agent: APIClient, limit: int) -> None:
    for _ in range(3):
        TaskFactory.create()
    assert len(agent.post(CLAIM, {"limit": limit, "lease_minutes": 240}).json()) == min(limit, 3)
    assert {row.leased_until for row in FollowupTask.objects.exclude(leased_by=None)} == {NOON + 4 * HOUR}


def test_a_repeated_claim_under_its_key_gives_the_same_tasks(agent: APIClient) -> None:
    TaskFactory.create()
    first, again = (agent.post(CLAIM, headers={"Idempotency-Key": "K-1"}) for _ in range(2))
    assert len(first.json()) == 1
    assert first.json() == again.json()
