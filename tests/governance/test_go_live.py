"""Going live: the checklist, the two toggles, their permissions and history (CONTRACT sections 3 and 4)."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from pytest_django import Settings
from rest_framework.test import APIClient

from followups.ladders.models import FollowupLadder
from governance import gate
from governance.gate import ChecklistFailed
from governance.golive.models import GoLiveState
from governance.golive.services import disable_go_live, engage_kill_switch
from governance.models import HeimdallPolicy
from tests.conftest import codes
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

API = "/api/governance/go-live"
WHY = {"reason": "all thirteen checked", "changed_by": "bryan"}


def state() -> tuple[bool, bool, int]:
    """Whether go-live is on, whether the kill switch is engaged, and the length of the history."""
    row = GoLiveState.objects.get()
    return row.go_live_enabled, row.kill_switch_engaged, row.history.count()


def test_the_state_starts_with_go_live_off_and_the_kill_switch_released(agent: APIClient) -> None:
    answer = agent.get(f"{API}/state").json()
    assert (answer["go_live_enabled"], answer["kill_switch_engaged"], answer["changed_by"]) == (False, False, "seed")
    assert answer["updated_at"].endswith("Z")


def test_a_missing_row_is_shown_as_engaged(agent: APIClient) -> None:
    GoLiveState.objects.all().delete()
    assert agent.get(f"{API}/state").json() == {
        "go_live_enabled": False,
        "kill_switch_engaged": True,
        "changed_by": "",
        "reason": "",
        "updated_at": None,
    }


def test_go_live_is_enabled_and_disabled_with_who_and_why(operator: APIClient) -> None:
    answer = operator.post(f"{API}/enable", WHY)
    row = GoLiveState.objects.get()
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "go_live_enabled": True,
            "kill_switch_engaged": False,
            **WHY,
            "updated_at": row.updated_at.isoformat().replace("+00:00", "Z"),
        },
    )
    answer = operator.post(f"{API}/disable", {"reason": "the weekend"})
    assert (answer.status_code, answer.json()["go_live_enabled"], answer.json()["changed_by"]) == (200, False, "operator")
    entries = row.history.order_by("history_id").values_list(
        "go_live_enabled", "changed_by", "history_user__username", "history_change_reason"
    )
    assert list(entries)[1:] == [
        (True, "bryan", "operator", "all thirteen checked"),
        (False, "operator", "operator", "the weekend"),
    ]
    dates = list(row.history.order_by("history_id").values_list("history_date", flat=True))
    assert dates == sorted(dates)
    assert dates[1] == row.updated_at


def test_toggling_again_changes_nothing(operator: APIClient) -> None:
    first = operator.post(f"{API}/enable", WHY).json()
    assert operator.post(f"{API}/enable", {"reason": "again"}).json() == first
    assert state() == (True, False, 2)
    off = operator.post(f"{API}/disable", {"reason": "off"}).json()
    assert operator.post(f"{API}/disable", {"reason": "off again"}).json() == off
    assert state() == (False, False, 3)


def test_the_kill_switch_leaves_go_live_unchanged(operator: APIClient) -> None:
    operator.post(f"{API}/enable", WHY)
    operator.post(f"{API}/kill-switch/engage", {"reason": "drill"})
    assert state()[:2] == (True, True)
    operator.post(f"{API}/disable", {"reason": "off"})
    assert state()[:2] == (False, True)
    operator.post(f"{API}/kill-switch/release", {"reason": "over"})
    assert state() == (False, False, 5)


def test_a_blocker_refuses_go_live_and_is_named(operator: APIClient) -> None:
    HeimdallPolicy.objects.all().delete()
    engage_kill_switch(act=Act("bryan", reason="wrong numbers"))
    before = state()
    answer = operator.post(f"{API}/enable", WHY, headers={"Idempotency-Key": "K-1"})
    assert (answer.status_code, answer.json()) == (
        412,
        {
            "type": "client_error",
            "errors": [
                {
                    "code": "checklist_failed",
                    "detail": "No Heimdall policy: no advice could ever be judged. Add one for each domain of advice.",
                    "attr": "heimdall.charter",
                },
                {
                    "code": "checklist_failed",
                    "detail": "The kill switch was engaged by bryan: wrong numbers",
                    "attr": "kill_switch.free",
                },
            ],
        },
    )
    assert state() == before
    with pytest.raises(ChecklistFailed):
        gate.enable_go_live(act=Act("bryan", reason="over Python"))
    assert state() == before


def test_a_refusal_is_not_stored_under_its_key(operator: APIClient) -> None:
    operator.post(f"{API}/kill-switch/engage", {"reason": "drill"})
    key = {"Idempotency-Key": "K-1"}
    assert operator.post(f"{API}/enable", WHY, headers=key).status_code == 412
    operator.post(f"{API}/kill-switch/release", {"reason": "over"})
    assert operator.post(f"{API}/enable", WHY, headers=key).status_code == 200


def test_a_blocker_does_not_disable_go_live(operator: APIClient) -> None:
    """A missing row does not enable go-live either."""
    operator.post(f"{API}/enable", WHY)
    HeimdallPolicy.objects.all().delete()
    assert operator.get(f"{API}/state").json()["go_live_enabled"] is True
    GoLiveState.objects.all().delete()
    assert operator.post(f"{API}/enable", WHY).status_code == 412
    assert not GoLiveState.objects.exists()


def test_disabling_with_a_missing_row_engages_the_kill_switch() -> None:
    GoLiveState.objects.all().delete()
    made = disable_go_live(act=Act("me", reason="the row was gone"))
    assert (made.go_live_enabled, made.kill_switch_engaged) == (False, True)


def test_the_checklist_lists_failures_first(agent: APIClient) -> None:
    engage_kill_switch(act=Act("bryan", reason="drill"))
    answer = agent.get(f"{API}/checklist").json()
    assert answer["ok_to_enable_go_live"] is False
    first, *others = answer["items"]
    assert first == {
        "id": "kill_switch.free",
        "ok": False,
        "severity": "blocker",
        "message": "The kill switch was engaged by bryan: drill",
        "detail": None,
    }
    status = agent.get("/api/governance/runbook/status").json()
    assert answer["items"] == [*status["blockers"], *status["warnings"], *status["info"]]
    assert len(others) == len(agent.get("/api/governance/runbook/checks").json()) - 1


@pytest.mark.parametrize("toggle", ["enable", "disable"])
@pytest.mark.parametrize("role", ["agent", "integrator", "auditor"])
def test_only_an_operator_toggles(client_of: Callable[..., APIClient], toggle: str, role: str) -> None:
    before = state()
    answer = client_of(role).post(f"{API}/{toggle}", WHY)
    assert (answer.status_code, codes(answer)) == (403, ["permission_denied"])
    assert state() == before


@pytest.mark.parametrize(
    ("path", "permission"),
    [
        ("enable", "enable_go_live"),
        ("disable", "disable_go_live"),
        ("kill-switch/engage", "engage_kill_switch"),
        ("kill-switch/release", "release_kill_switch"),
    ],
)
def test_each_toggle_has_a_permission_of_its_own(operator: APIClient, path: str, permission: str) -> None:
    Group.objects.get(name="operator").permissions.remove(Permission.objects.get(codename=permission))
    refused = {
        other: operator.post(f"{API}/{other}", WHY).status_code == 403
        for other in ("kill-switch/release", "enable", "disable", "kill-switch/engage")
    }
    assert refused == {other: other == path for other in refused}


@pytest.mark.parametrize(
    ("enforced", "live", "status"), [(True, False, 503), (True, True, 201), (False, False, 201), (False, True, 201)]
)
def test_go_live_counts_where_it_is_enforced(
    integrator: APIClient, settings: Settings, enforced: bool, live: bool, status: int
) -> None:
    settings.GO_LIVE_ENFORCE = enforced
    GoLiveState.objects.update(go_live_enabled=live)
    answer = integrator.post("/api/followups/ladder/create", {"province": "ON"})
    assert answer.status_code == status
    assert FollowupLadder.objects.count() == (status == 201)
    contact: dict[str, Any] = {"province": "ON", "channel": "SMS", "weekday": 1, "hhmm": "12:00"}
    gate_says = integrator.get("/api/governance/market/can-contact", contact).json()
    assert gate_says["reason"] == ("within_window" if status == 201 else "GO_LIVE_DISABLED")


def test_going_live_lets_enforced_verbs_act(operator: APIClient, settings: Settings) -> None:
    settings.GO_LIVE_ENFORCE = True
    reserve: dict[str, Any] = {"engine": "WHOLESALE", "amount": 10}
    path = "/api/governance/risk/check-and-reserve"
    assert codes(operator.post(path, reserve)) == ["GO_LIVE_DISABLED"]
    operator.post(f"{API}/enable", WHY)
    assert operator.post(path, reserve).json()["ok"] is True
    operator.post(f"{API}/disable", {"reason": "the weekend"})
    assert codes(operator.post(path, reserve)) == ["GO_LIVE_DISABLED"]
