"""The pool: turns, absences and history."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from followups.ladders.bulk import Start, start_ladders
from followups.ladders.models import FollowupLadder
from followups.models import PoolAgent
from followups.pool.rules import Member, turn
from followups.pool.services import locking_agents, next_agents, remove_agent, upsert_agent
from followups.readiness import pool as pool_check
from followups.services import start_ladder
from followups.tasks.models import FollowupTask
from tests.conftest import attrs
from tests.factories import NOON, PoolAgentFactory
from tests.staff import signed_in
from wholesale.plumbing.act import Act
from wholesale.plumbing.compiled import together
from wholesale.plumbing.showing import shown_time

API = "/api/followups/pool"
AN_HOUR = timedelta(hours=1)


def turns(weights: list[int], n: int) -> list[int]:
    """The ids (1, 2, ...) of the members with the next turns. All begin without credit."""
    members = [Member(id, weight, 0) for id, weight in enumerate(weights, start=1)]
    chosen = []
    for _ in range(n):
        id, members = turn(members)
        chosen.append(id)
    return chosen


# Whose turn it is -------------------------------------------------------------------------------------------------------


def test_turns_are_spread_without_bursts() -> None:
    assert turns([5, 1, 1], 7) == [1, 1, 2, 1, 3, 1, 1]  # nginx's own example
    assert turns([1, 1, 1], 6) == [1, 2, 3, 1, 2, 3]


weights = st.lists(st.integers(1, 100), min_size=1, max_size=8)


@given(weights, st.integers(1, 3))
def test_whole_rounds_give_each_agent_exactly_its_weight(given_weights: list[int], rounds: int) -> None:
    counted = Counter(turns(given_weights, rounds * sum(given_weights)))
    assert counted == {id: rounds * weight for id, weight in enumerate(given_weights, start=1)}


@given(weights)
def test_a_round_leaves_no_credit_and_credits_always_sum_to_zero(given_weights: list[int]) -> None:
    members = [Member(id, weight, 0) for id, weight in enumerate(given_weights, start=1)]
    for _ in range(sum(given_weights)):
        _, members = turn(members)
        assert sum(member.credit for member in members) == 0
    assert all(member.credit == 0 for member in members)


@given(st.integers(1, 30), st.integers(1, 30))
def test_an_agent_of_at_most_half_the_weight_never_has_two_turns_in_a_row(one: int, two: int) -> None:
    light = min(one, two)
    chosen = turns([light, max(one, two)], one + two)
    assert not any(first == second == 1 for first, second in pairwise(chosen)) or one == two


def next_agent(province: str, market: str, now: datetime) -> str | None:
    with transaction.atomic():
        (agents,) = together(locking_agents([(province, market)]))
        return next_agents(agents, [(province, market)], now)[0]


# Which pool -------------------------------------------------------------------------------------------------------------


def owners(n: int, market: str = "TORONTO") -> list[str | None]:
    tasks = [start_ladder(province="ON", market=market, act=Act(at=NOON)).tasks[0] for _ in range(n)]
    return [task.owner for task in tasks]


def test_a_ladder_without_an_owner_goes_with_all_its_tasks_to_the_next_agent(db: None) -> None:
    for agent, weight in (("va1", 2), ("va2", 1)):
        PoolAgentFactory.create(agent=agent, weight=weight)
    assert owners(6) == ["va1", "va2", "va1"] * 2
    assert FollowupLadder.objects.filter(owner="va1").count() == 4
    assert FollowupTask.objects.filter(owner="va1").count() == 24
    assert set(PoolAgent.objects.values_list("credit", flat=True)) == {0}


def test_a_given_owner_uses_no_turn(operator: APIClient) -> None:
    PoolAgentFactory.create(agent="va1")
    PoolAgentFactory.create(agent="va2")
    start_ladder(province="ON", market="TORONTO", owner="bryan", act=Act())
    assert owners(2) == ["va1", "va2"]
    lead = {"lead_id": "L1", "province": "ON", "market": "TORONTO"}
    for _ in range(3):
        operator.post("/api/followups/ladder/create", lead)  # only the first call makes a ladder
    assert FollowupLadder.objects.get(lead_id="L1").owner == "va1"
    assert owners(1) == ["va2"]


def test_without_a_pool_a_ladder_has_no_owner(db: None) -> None:
    PoolAgentFactory.create(province="QC", market="ALL")
    PoolAgentFactory.create(market="OTTAWA")
    assert owners(1) == [None]


def test_a_market_whose_agents_are_all_away_uses_the_pool_of_its_province(db: None) -> None:
    away = NOON + timedelta(seconds=1)
    PoolAgentFactory.create(agent="city", paused_until=away)
    PoolAgentFactory.create(agent="province", market="ALL")
    assert owners(1) == ["province"]
    assert owners(1, market="ALL") == ["province"]
    PoolAgent.objects.filter(agent="province").update(paused_until=away)
    assert owners(1) == [None]


def test_a_pause_ends_at_its_time(db: None) -> None:
    PoolAgentFactory.create(agent="va1", paused_until=NOON)
    assert next_agent("ON", "TORONTO", NOON - timedelta(microseconds=1)) is None
    assert next_agent("ON", "TORONTO", NOON) == "va1"


def test_an_agent_who_is_away_keeps_its_credit_and_others_share_its_turns(db: None) -> None:
    for agent in ("va1", "va2", "va3"):
        PoolAgentFactory.create(agent=agent)
    PoolAgent.objects.filter(agent="va2").update(paused_until=NOON + timedelta(days=1))
    assert owners(4) == ["va1", "va3", "va1", "va3"]
    assert PoolAgent.objects.get(agent="va2").credit == 0


def test_a_deactivated_user_gets_no_ladder_but_a_name_without_a_user_does(user_of: Callable[..., Any]) -> None:
    gone = user_of("agent", username="va1")
    user_of("agent", username="va2")
    for agent in ("va1", "va2", "label"):
        PoolAgentFactory.create(agent=agent)
    gone.is_active = False
    gone.save()
    assert owners(4) == ["va2", "label", "va2", "label"]
    answers = start_ladders([Start(f"L{n}", "ON", "TORONTO") for n in range(4)], act=Act(at=NOON))
    assert all(answer.ladder_id for answer in answers)
    assert set(FollowupLadder.objects.values_list("owner", flat=True)) == {"va2", "label"}
    assert PoolAgent.objects.get(agent="va1").credit == 0
    gone.is_active = True
    gone.save()
    assert "va1" in owners(3)


def test_a_market_whose_only_agent_is_deactivated_uses_the_pool_of_its_province(user_of: Callable[..., Any]) -> None:
    user = user_of("agent", username="va1")
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    PoolAgentFactory.create(agent="va1")
    assert owners(1) == [None]
    PoolAgentFactory.create(agent="va2", market="ALL")
    assert owners(1) == ["va2"]


def test_the_runbook_warns_of_names_without_a_user(user_of: Callable[..., Any]) -> None:
    for name in ("va1", "va2"):
        user_of("agent", username=name)
        PoolAgentFactory.create(agent=name)
    assert pool_check(NOON).ok
    user = user_of("agent", username="va3")
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    for agent in ("va3", "bryn", "VA1"):
        PoolAgentFactory.create(agent=agent)
    found = pool_check(NOON)
    assert (found.ok, found.detail) == (False, {"unknown": ["VA1", "bryn"], "inactive": ["va3"]})
    assert found.message == (
        "Ladders go to names that are no user's: VA1, bryn. Is one misspelt? "
        "Users who may not sign in get no ladder: va3. Remove them from their pools."
    )


def test_a_turn_leaves_no_line_of_history(db: None) -> None:
    agent = upsert_agent(agent="va1", province="ON", market="TORONTO", act=Act("test"))
    upsert_agent(agent="va2", province="ON", market="TORONTO", act=Act("test"))
    owners(1)
    agent.refresh_from_db()
    assert (agent.credit, agent.history.count()) == (-1, 1)


# Changes ----------------------------------------------------------------------------------------------------------------


def test_a_change_keeps_absent_settings_and_each_change_is_in_the_history(db: None) -> None:
    until = NOON + timedelta(days=3)
    upsert_agent(agent="va1", province="ON", weight=3, act=Act("bryan", reason="started", at=NOON))
    upsert_agent(agent="va1", province="ON", paused_until=until, act=Act("bryan", reason="holiday", at=NOON + AN_HOUR))
    row = PoolAgent.objects.get()
    assert (row.market, row.weight, row.paused_until, row.reason) == ("ALL", 3, until, "holiday")
    upsert_agent(agent="va1", province="ON", paused_until=None, act=Act("bryan", reason="back", at=NOON + 2 * AN_HOUR))
    assert PoolAgent.objects.get().paused_until is None
    assert [entry.reason for entry in row.history.all()] == ["back", "holiday", "started"]


def test_a_removed_agent_keeps_its_ladders_and_its_history(db: None) -> None:
    upsert_agent(agent="va1", province="ON", market="TORONTO", act=Act("bryan"))
    owners(1)
    place: dict[str, Any] = {"agent": "va1", "province": "ON", "market": "TORONTO"}
    assert remove_agent(act=Act("bryan", reason="left"), **place)
    assert not remove_agent(act=Act("bryan", reason="left"), **place)
    assert owners(1) == [None]
    assert FollowupLadder.objects.filter(owner="va1").count() == 1
    assert [(entry.history_type, entry.reason) for entry in PoolAgent.history.all()] == [("-", "left"), ("+", "")]


@pytest.mark.parametrize("values", [{"weight": 0}, {"weight": 101}, {"province": "XX"}])
def test_the_database_forbids_invalid_agents(db: None, values: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        PoolAgentFactory.create(**values)


def test_the_api_adds_changes_lists_and_removes_agents(operator: APIClient) -> None:
    va1 = {"province": "ON", "market": "toronto", "agent": "va1"}
    made = operator.post(
        f"{API}/upsert", {**va1, "weight": 2, "paused_until": "2026-12-15T18:00:00Z", "reason": "new"}
    ).json()
    assert (made["market"], made["weight"], made["paused_until"]) == ("TORONTO", 2, "2026-12-15T18:00:00Z")
    assert (made["changed_by"], made["reason"]) == ("operator", "new")
    assert operator.get(API).json() == [made]
    assert operator.post(f"{API}/remove", va1).json() == {"removed": True}
    assert operator.post(f"{API}/remove", va1).json() == {"removed": False}
    assert operator.get(API).json() == []


@pytest.mark.parametrize("weight", [0, 101, "1.0", "2e0"])
def test_a_weight_outside_1_to_100_is_refused(operator: APIClient, weight: Any) -> None:
    refused = operator.post(f"{API}/upsert", {"province": "ON", "agent": "va1", "weight": weight})
    assert (refused.status_code, attrs(refused), PoolAgent.objects.count()) == (400, ["weight"], 0)


# The admin --------------------------------------------------------------------------------------------------------------


@pytest.fixture
def staff(user_of: Callable[..., Any]) -> Client:
    return signed_in(user_of("operator"))


def page(name: str, *args: Any) -> str:
    return reverse(f"admin:followups_poolagent_{name}", args=args)


def test_the_list_shows_the_shares_of_present_agents_and_who_is_away(staff: Client, user_of: Callable[..., Any]) -> None:
    for agent, weight in (("va1", 2), ("va2", 3)):
        PoolAgentFactory.create(agent=agent, weight=weight)
    PoolAgentFactory.create(agent="va3", weight=5, paused_until=NOON.replace(year=2099))
    PoolAgentFactory.create(agent="other", market="ALL")
    gone = user_of("agent", username="va4")
    type(gone).objects.filter(pk=gone.pk).update(is_active=False)
    PoolAgentFactory.create(agent="va4", weight=5)
    shown = staff.get(page("changelist")).content.decode()
    for text in (
        "40%",
        "60%",
        "100%",
        "none while paused",
        f"Paused until {shown_time(NOON.replace(year=2099))}",
        "none while inactive",
        "may not sign in",
    ):
        assert text in shown
    away = staff.get(page("changelist"), {"state": "paused"}).content.decode()
    assert ("va3" in away, "va4" in away, "va1" in away) == (True, True, False)
    working = staff.get(page("changelist"), {"state": "working"}).content.decode()
    assert ("va3" in working, "va4" in working, "va1" in working, "40%" in working) == (False, False, True, True)


def test_an_agent_is_added_and_changed_through_the_service(staff: Client) -> None:
    new = {"province": "ON", "market": "North Bay", "agent": "va1", "weight": "2", "why": "started"}
    assert staff.post(page("add"), new).status_code == 302
    row = PoolAgent.objects.get()
    assert (row.market, row.agent, row.weight, row.changed_by, row.reason) == ("NORTH_BAY", "va1", 2, "operator", "started")
    staff.post(page("change", row.pk), {"weight": "4", "why": "more time"})
    row.refresh_from_db()
    assert (row.weight, row.reason, row.history.count()) == (4, "more time", 2)
    again = staff.post(page("add"), new)
    assert again.status_code == 200
    assert PoolAgent.objects.get().weight == 4


def test_a_pause_needs_an_end_and_a_reason_and_ending_it_needs_a_reason(staff: Client) -> None:
    row = PoolAgentFactory.create()
    assert staff.get(page("pause", row.pk)).status_code == 200
    for wrong in ({"until": "2001-01-01T00:00", "reason": "x"}, {"until": "2099-01-01T00:00"}, {"reason": "x"}):
        assert staff.post(page("pause", row.pk), wrong).status_code == 200
        assert PoolAgent.objects.get().paused_until is None
    assert staff.post(page("pause", row.pk), {"until": "2099-01-01T00:00", "reason": "holiday"}).status_code == 302
    row.refresh_from_db()
    assert (f"{row.paused_until:%Y-%m-%d %H:%M %Z}", row.reason) == ("2099-01-01 00:00 UTC", "holiday")
    assert staff.get(page("resume", row.pk)).status_code == 200
    assert staff.post(page("resume", row.pk), {"reason": "back"}).status_code == 302
    row.refresh_from_db()
    assert (row.paused_until, row.reason) == (None, "back")
    assert "Paused until" in staff.get(page("history", row.pk)).content.decode()


def test_a_removal_needs_a_reason(staff: Client, user_of: Callable[..., Any]) -> None:
    row = PoolAgentFactory.create()
    for act in ("pause", "resume", "remove"):
        assert (
            signed_in(user_of("auditor", username=f"auditor-{act}")).post(page(act, row.pk), {"reason": "x"}).status_code
            == 403
        )
        assert staff.post(page(act, 999), {"reason": "x"}).status_code == 302
    assert staff.post(page("remove", row.pk), {"reason": ""}).status_code == 200
    assert PoolAgent.objects.exists()
    assert staff.post(page("remove", row.pk), {"reason": "left"}).status_code == 302
    assert not PoolAgent.objects.exists()
    assert PoolAgent.history.latest().reason == "left"
