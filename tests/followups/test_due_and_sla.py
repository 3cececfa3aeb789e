"""`due`, the list that a dialer pulls, and `sla`, how late tasks were completed."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from followups.services import due_tasks
from followups.sla.snapshot import sla_snapshot
from followups.tasks.models import FollowupTask
from tests.conftest import attrs
from tests.factories import NOON, TaskFactory, completed

DUE, SLA = "/api/followups/due", "/api/followups/sla"
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _it_is_noon() -> Any:
    with time_machine.travel(NOON, tick=False):
        yield


def sla(count: int, within_30m: float | None, within_2h: float | None) -> dict[str, Any]:
    """The SLA with equal fractions by both clocks, since contact was permitted throughout."""
    within = {"within_30m": within_30m, "within_2h": within_2h}
    return {"count": count, **within, **{f"{name}_permitted": value for name, value in within.items()}}


def ids(response: Any) -> list[int]:
    assert response.status_code == 200, response.json()
    return [task["id"] for task in response.json()]


def test_due_shows_the_tasks_in_the_guides_shape_with_the_answer_of_the_gate(integrator: APIClient) -> None:
    task = TaskFactory.create(owner="bryan", channel="CALL", step=2)
    assert integrator.get(DUE).json() == [
        {
            "id": task.pk,
            "lead_id": task.lead_id,
            "due_at": "2026-12-15T18:00:00Z",
            "channel": "CALL",
            "step": 2,
            "owner": "bryan",
            "province": "ON",
            "market": "TORONTO",
            "actionable_at": "2026-12-15T18:00:00Z",
            "open_until": "2026-12-15T21:00:00Z",
            "leased_by": None,
            "leased_until": None,
            "local_time": "2026-12-15T13:00:00-05:00",
            "timezone": "America/Toronto",
            "allowed": True,
            "reason": "within_window",
            "next_allowed_at": None,
        }
    ]


def test_due_lists_the_oldest_first_and_ties_by_id(integrator: APIClient) -> None:
    late = TaskFactory.create(due_at=NOON - 2 * MINUTE)
    later = TaskFactory.create(due_at=NOON - 3 * MINUTE)
    equal = TaskFactory.create(due_at=NOON - 2 * MINUTE)
    assert ids(integrator.get(DUE)) == [later.pk, late.pk, equal.pk]


def test_only_open_and_due_tasks_are_listed(integrator: APIClient) -> None:
    TaskFactory.create(due_at=NOON + timedelta(microseconds=1))
    completed(late=timedelta(0), due_at=NOON - MINUTE)
    TaskFactory.create(cancelled_at=NOON, due_at=NOON - MINUTE)
    just_due = TaskFactory.create(due_at=NOON)
    assert ids(integrator.get(DUE)) == [just_due.pk]


def test_an_agent_sees_its_own_and_unowned_tasks_and_others_see_all(agent: APIClient, integrator: APIClient) -> None:
    owned = TaskFactory.create(owner="bryan", due_at=NOON - 2 * MINUTE)
    own = TaskFactory.create(owner="agent", due_at=NOON - MINUTE)
    unowned = TaskFactory.create()
    assert ids(integrator.get(DUE)) == [owned.pk, own.pk, unowned.pk]
    assert ids(agent.get(DUE)) == [own.pk, unowned.pk]
    assert ids(agent.get(DUE, {"owner": "bryan"})) == []


@pytest.mark.parametrize(
    "wanted",
    [
        {"owner": "bryan"},
        {"province": "qc"},
        {"province": "ON", "market": "st. thomas"},
        {"channel": "email"},
        {"owner": "bryan", "channel": "CALL"},
    ],
)
def test_due_is_filtered(integrator: APIClient, wanted: Any) -> None:
    stored = {"province": "ON", "market": "TORONTO", "channel": "SMS", "owner": "anna"}
    values = {**stored, **{name: value.upper() if name != "owner" else value for name, value in wanted.items()}}
    if "market" in wanted:
        values["market"] = "ST_THOMAS"
    TaskFactory.create(**stored)
    TaskFactory.create(**stored, due_at=NOON - MINUTE)
    match = TaskFactory.create(**values)
    assert ids(integrator.get(DUE, wanted)) == [match.pk]


def test_an_empty_filter_filters_nothing(integrator: APIClient) -> None:
    task = TaskFactory.create()
    assert ids(integrator.get(DUE, {"owner": "", "province": " ", "limit": ""})) == [task.pk]


@pytest.mark.parametrize(("limit", "listed"), [(None, 50), (1, 1), (2, 2), (500, 51)])
def test_the_limit_has_bounds(integrator: APIClient, limit: Any, listed: Any) -> None:
    for minute in range(51):
        TaskFactory.create(due_at=NOON - minute * MINUTE)
    found = ids(integrator.get(DUE, {} if limit is None else {"limit": limit}))
    assert len(found) == listed
    assert found[0] == FollowupTask.objects.order_by("due_at").values_list("pk", flat=True)[0]


@pytest.mark.parametrize(
    ("given", "attr"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 501}, "limit"),
        ({"limit": "1.0"}, "limit"),
        ({"limit": "1_0"}, "limit"),
        ({"limit": "\u0665"}, "limit"),
        ({"limit": "9" * 400}, "limit"),
        ({"province": "XX"}, "province"),
        ({"market": "%"}, "market"),
        ({"channel": "FAX"}, "channel"),
        ({"owner": "x" * 129}, "owner"),
    ],
)
def test_due_names_a_bad_parameter(integrator: APIClient, given: Any, attr: Any) -> None:
    response = integrator.get(DUE, given)
    assert (response.status_code, attrs(response)) == (400, [attr])


def test_an_unknown_parameter_is_ignored(integrator: APIClient) -> None:
    assert integrator.get(DUE, {"colour": "blue"}).status_code == 200


def test_the_guides_function_lists_due_tasks(db: None) -> None:
    first, second = TaskFactory.create(due_at=NOON - MINUTE), TaskFactory.create()
    assert [task.id for task in due_tasks()] == [first.pk, second.pk]
    assert [task.id for task in due_tasks(1)] == [first.pk]
    assert due_tasks(now=NOON - 2 * MINUTE) == []


def test_the_sla_without_tasks_is_null(auditor: APIClient) -> None:
    assert auditor.get(SLA).json() == sla(0, None, None)
    TaskFactory.create()
    assert auditor.get(SLA).json()["count"] == 0


def test_a_task_on_the_limit_or_early_is_within_the_sla(auditor: APIClient) -> None:
    for late in (-timedelta(days=1), 30 * MINUTE, 30 * MINUTE + timedelta(microseconds=1), 31 * MINUTE):
        completed(late=late)
    assert auditor.get(SLA).json() == sla(4, 0.5, 1.0)
    completed(late=timedelta(hours=2))
    completed(late=timedelta(hours=2, microseconds=1))
    completed(late=timedelta(days=300))
    completed(late=timedelta(days=1), cancelled_at=NOON)
    assert auditor.get(SLA).json() == sla(8, 0.25, 0.625)


def test_the_sla_counts_only_the_last_completed_tasks(auditor: APIClient) -> None:
    for n in range(3):
        completed(due_at=NOON - n * timedelta(days=1), late=timedelta(minutes=40 if n else 0))
    assert auditor.get(SLA, {"window": 1}).json() == sla(1, 1.0, 1.0)
    assert auditor.get(SLA, {"window": 2}).json() == sla(2, 0.5, 1.0)
    assert sla_snapshot(10_000)["count"] == 3


def test_the_guides_fractions_use_elapsed_time_and_the_others_permitted_minutes(auditor: APIClient) -> None:
    night = timedelta(hours=13)
    for late in (30 * MINUTE, 30 * MINUTE + timedelta(microseconds=1), timedelta(hours=2), timedelta(hours=2, seconds=1)):
        completed(late=night + late, late_for=late)
    completed(late=MINUTE, late_for=None)  # from before permitted minutes were counted
    assert auditor.get(SLA).json() == {
        "count": 5,
        "within_30m": 0.2,
        "within_2h": 0.2,
        "within_30m_permitted": 0.4,
        "within_2h_permitted": 0.8,
    }


def test_the_sla_counts_the_last_500_tasks_by_default(auditor: APIClient) -> None:
    ladders = [completed(late=timedelta(0)) for _ in range(2)]
    FollowupTask.objects.bulk_create(
        FollowupTask(
            ladder=ladders[0].ladder,
            step=step,
            channel="SMS",
            due_at=NOON,
            province="ON",
            correlation_id="made",
            created_at=NOON,
            completed_at=NOON,
        )
        for step in range(2, 503)
    )
    assert auditor.get(SLA).json()["count"] == 500


@pytest.mark.parametrize("window", [0, -1, 10_001, "1.0", "many"])
def test_the_sla_names_a_bad_window(auditor: APIClient, window: Any) -> None:
    response = auditor.get(SLA, {"window": window})
    assert (response.status_code, attrs(response)) == (400, ["window"])
