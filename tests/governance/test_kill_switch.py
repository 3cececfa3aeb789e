"""The kill switch: who engaged it and why. Engaging it again changes nothing."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from governance.golive.models import GoLiveState
from governance.golive.services import engage_kill_switch, release_kill_switch
from tests.conftest import attrs, codes
from wholesale.plumbing.act import Act

ENGAGE = "/api/governance/go-live/kill-switch/engage"
RELEASE = "/api/governance/go-live/kill-switch/release"


def test_migrate_seeds_one_row_with_go_live_off_and_the_switch_released(db: None) -> None:
    state = GoLiveState.objects.get()
    assert (state.pk, state.go_live_enabled, state.kill_switch_engaged) == (1, False, False)
    assert (state.changed_by, state.history.count()) == ("seed", 1)
    assert str(state) == "kill switch released"


def test_engaging_records_who_and_why(operator: APIClient) -> None:
    answer = operator.post(ENGAGE, {"reason": "wrong numbers dialled", "changed_by": "bryan"}).json()
    state = GoLiveState.objects.get()
    assert answer == {
        "go_live_enabled": False,
        "kill_switch_engaged": True,
        "changed_by": "bryan",
        "reason": "wrong numbers dialled",
        "updated_at": state.updated_at.isoformat().replace("+00:00", "Z"),
        "acts_in_flight": False,
    }
    assert state.user is not None
    assert state.user.username == "operator"
    latest = state.history.first()
    assert latest is not None
    assert (latest.history_user, latest.history_change_reason) == (state.user, "wrong numbers dialled")
    assert str(state) == "kill switch engaged"


def test_engaging_again_changes_nothing(operator: APIClient) -> None:
    first = operator.post(ENGAGE, {"reason": "first"}).json()
    assert operator.post(ENGAGE, {"reason": "second"}).json() == first
    assert GoLiveState.objects.get().history.count() == 2


def test_releasing_works_and_a_second_release_changes_nothing(operator: APIClient) -> None:
    operator.post(ENGAGE, {"reason": "stop"})
    first = operator.post(RELEASE, {"reason": "mended"}).json()
    assert (first["kill_switch_engaged"], first["changed_by"], first["reason"]) == (False, "operator", "mended")
    assert operator.post(RELEASE, {"reason": "again"}).json() == first
    assert GoLiveState.objects.get().history.count() == 3


@pytest.mark.parametrize("path", [ENGAGE, RELEASE])
@pytest.mark.parametrize("reason", [None, "", "   "])
def test_a_reason_is_required(operator: APIClient, path: Any, reason: Any) -> None:
    response = operator.post(path, {"reason": reason})
    assert response.status_code == 400
    assert attrs(response) == ["reason"]
    assert codes(response)[0] in ("required", "blank")
    assert GoLiveState.objects.get().history.count() == 1


@pytest.mark.parametrize("toggle", [engage_kill_switch, release_kill_switch])
def test_a_toggle_creates_a_missing_row(db: None, toggle: Any) -> None:
    GoLiveState.objects.all().delete()
    state = toggle(act=Act("me", reason="the row was gone"))
    assert GoLiveState.objects.get() == state
    assert (state.kill_switch_engaged, state.go_live_enabled) == (toggle is engage_kill_switch, False)
