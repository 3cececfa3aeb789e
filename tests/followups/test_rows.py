"""The read-only lists `/api/followups/ladders` and `/tasks`, newest first."""

from datetime import timedelta
from typing import Any

import pytest
from rest_framework.test import APIClient

from tests.factories import NOON, LadderFactory, TaskFactory, completed

LADDERS, TASKS = "/api/followups/ladders", "/api/followups/tasks"


def ids(response: Any) -> list[int]:
    assert response.status_code == 200, response.json()
    return [row["id"] for row in response.json()["results"]]


def test_the_api_shows_a_ladder(auditor: APIClient) -> None:
    ladder = LadderFactory.create(lead_id="L1", owner="bryan")
    shown = auditor.get(f"{LADDERS}/{ladder.pk}").json()
    assert shown == {
        "id": ladder.pk,
        "lead_id": "L1",
        "province": "ON",
        "market": "TORONTO",
        "owner": "bryan",
        "template": None,
        "template_version": None,
        "template_kind": "STANDARD",
        "created_by": "factory",
        "reason": "",
        "correlation_id": "made",
        "created_at": "2026-12-15T18:00:00Z",
        "open_steps": 6,
        "closed_at": None,
    }
    assert auditor.get(LADDERS).json() == {"next": None, "previous": None, "results": [shown]}


def test_the_api_shows_a_task(auditor: APIClient) -> None:
    task = completed(late=timedelta(minutes=5), cancelled_at=NOON, cancel_reason="restarted")
    shown = auditor.get(f"{TASKS}/{task.pk}").json()
    assert (shown["ladder"], shown["step"], shown["channel"]) == (task.ladder_id, 1, "SMS")
    assert (shown["due_at"], shown["completed_at"]) == ("2026-12-15T18:00:00Z", "2026-12-15T18:05:00Z")
    assert (shown["completed_by"], shown["cancel_reason"]) == ("factory", "restarted")
    assert auditor.get(TASKS).json()["results"] == [shown]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, [2, 1, 0]),
        ({"lead_id": "L0"}, [0]),
        ({"owner": "bryan"}, [1]),
        ({"province": "qc"}, [2]),
        ({"market": "St. Thomas"}, [1]),
        ({"correlation_id": "C-1"}, [0]),
        ({"open": "true"}, [1, 0]),
        ({"open": "false"}, [2]),
        ({"since": "2026-12-15T18:01:00Z"}, [2, 1]),
        ({"until": "2026-12-15T18:01:00Z"}, [0]),
        ({"since": "2026-12-15T18:01:00Z", "until": "2026-12-15T18:02:00Z"}, [1]),
        ({"owner": "", "since": " "}, [2, 1, 0]),
    ],
)
def test_ladders_are_filtered(auditor: APIClient, given: Any, found: Any) -> None:
    minutes = [NOON + timedelta(minutes=n) for n in range(3)]
    rows = [
        LadderFactory.create(lead_id="L0", correlation_id="C-1", created_at=minutes[0]),
        LadderFactory.create(owner="bryan", market="ST_THOMAS", created_at=minutes[1]),
        LadderFactory.create(province="QC", open_steps=0, closed_at=NOON, created_at=minutes[2]),
    ]
    assert ids(auditor.get(LADDERS, given)) == [rows[n].pk for n in found]


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, [2, 1, 0]),
        ({"lead_id": "L0"}, [0]),
        ({"owner": "bryan"}, [1]),
        ({"province": "QC"}, [2]),
        ({"market": "st thomas"}, [1]),
        ({"channel": "call"}, [1]),
        ({"correlation_id": "C-1"}, [0]),
        ({"completed": "true"}, [2]),
        ({"completed": "false"}, [1, 0]),
        ({"cancelled": "true"}, [1]),
        ({"cancelled": "false"}, [2, 0]),
        ({"due_since": "2026-12-15T18:01:00Z"}, [2, 1]),
        ({"due_until": "2026-12-15T13:01:00-05:00"}, [0]),
    ],
)
def test_tasks_are_filtered(auditor: APIClient, given: Any, found: Any) -> None:
    minutes = [NOON + timedelta(minutes=n) for n in range(3)]
    rows = [
        TaskFactory.create(ladder__lead_id="L0", ladder__correlation_id="C-1", due_at=minutes[0]),
        TaskFactory.create(
            ladder__owner="bryan",
            ladder__market="ST_THOMAS",
            channel="CALL",
            due_at=minutes[1],
            cancelled_at=NOON,
        ),
        completed(late=timedelta(0), ladder__province="QC", due_at=minutes[2]),
    ]
    assert ids(auditor.get(TASKS, given)) == [rows[n].pk for n in found]


def test_tasks_are_filtered_by_ladder(auditor: APIClient) -> None:
    wanted, _ = TaskFactory.create(), TaskFactory.create()
    assert ids(auditor.get(TASKS, {"ladder": wanted.ladder_id})) == [wanted.pk]
