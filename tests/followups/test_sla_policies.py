"""SLA policies over the API, what is at risk, and the list of breaches."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from rest_framework.test import APIClient

from followups.models import SlaPolicy
from followups.sla.breaches import find_breaches
from governance.policies import seed
from governance.runbook.services import status
from tests.conftest import attrs, codes
from tests.factories import NOON, SlaPolicyFactory, TaskFactory
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db

UPSERT = "/api/followups/sla/policies/upsert"
PLACE = {"province": "ON", "market": "TORONTO", "channel": "CALL"}
TIMES = {"warn_after_minutes": 20, "breach_after_minutes": 60}


def test_each_province_and_channel_has_the_guides_times_from_the_start() -> None:
    found = set(SlaPolicy.objects.values_list("market", "enabled", "warn_after_minutes", "breach_after_minutes"))

    assert (SlaPolicy.objects.count(), found) == (39, {("ALL", True, 30, 120)})
    assert SlaPolicy.history.count() == 39
    assert seed(SlaPolicy) == 0


def test_missing_policies_are_seeded_and_edited_ones_stay() -> None:
    SlaPolicy.objects.filter(province="PE").delete()
    SlaPolicy.objects.filter(province="ON").update(breach_after_minutes=45)

    assert seed(SlaPolicy) == 3
    assert set(SlaPolicy.objects.filter(province="ON").values_list("breach_after_minutes", flat=True)) == {45}


def test_a_policy_is_created_and_changed_and_keeps_absent_settings(operator: APIClient) -> None:
    made = operator.post(UPSERT, {**PLACE, **TIMES, "reason": "rivals", "expected_version": 0}).json()
    changed = operator.post(UPSERT, {**PLACE, "enabled": False, "expected_version": 1}).json()

    assert (made["version"], made["enabled"], made["changed_by"], made["reason"]) == (1, True, "operator", "rivals")
    assert (changed["version"], changed["enabled"], changed["breach_after_minutes"]) == (2, False, 60)
    policy = SlaPolicy.objects.get(pk=made["id"])
    assert list(policy.history.order_by("version").values_list("enabled", flat=True)) == [True, False]
    assert operator.get("/api/followups/sla/policies").json()[-1]["province"] == "YT"


def test_a_stale_version_changes_nothing(operator: APIClient) -> None:
    answer = operator.post(UPSERT, {"province": "ON", "channel": "CALL", "enabled": False, "expected_version": 7})

    assert (answer.status_code, codes(answer)) == (409, ["version_conflict"])
    assert SlaPolicy.objects.get(province="ON", channel="CALL").enabled


def test_a_warning_after_the_breach_is_refused_even_if_only_one_time_is_given(operator: APIClient) -> None:
    for given in (
        {**PLACE, "warn_after_minutes": 61, "breach_after_minutes": 60},
        {**PLACE, "market": "", "warn_after_minutes": 121},
    ):
        answer = operator.post(UPSERT, given)
        assert (answer.status_code, codes(answer), attrs(answer)) == (400, ["breach_before_warning"], ["warn_after_minutes"])
    assert SlaPolicy.objects.count() == 39


@pytest.mark.parametrize("left_out", list(TIMES))
def test_a_new_policy_needs_both_times(left_out: str, operator: APIClient) -> None:
    answer = operator.post(UPSERT, {**PLACE, **{name: value for name, value in TIMES.items() if name != left_out}})

    assert (answer.status_code, codes(answer), attrs(answer)) == (400, ["required"], [left_out])


@pytest.mark.parametrize(
    "wrong",
    [
        {"warn_after_minutes": 121},
        {"breach_after_minutes": 0, "warn_after_minutes": 0},
        {"breach_after_minutes": 43_201},
        {"province": "XX"},
        {"channel": "FAX"},
    ],
)
def test_the_database_forbids_invalid_policies(wrong: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        SlaPolicyFactory.create(**wrong)


def test_the_runbook_names_the_places_without_a_policy() -> None:
    assert "followups.sla_policies" in {item["id"] for item in status()["info"]}
    SlaPolicy.objects.filter(province="NU", channel="SMS").update(enabled=False)
    SlaPolicy.objects.filter(province="YT").delete()

    (item,) = [item for item in status()["warnings"] if item["id"] == "followups.sla_policies"]

    assert item["detail"] == ["NU SMS", "YT SMS", "YT CALL", "YT EMAIL"]


def test_tasks_at_risk_are_listed_with_the_time_of_their_breach(operator: APIClient) -> None:
    due_at = timezone.now().replace(microsecond=0) - timedelta(minutes=40)
    all_day = {"open_from": due_at - timedelta(hours=1), "open_until": due_at + timedelta(days=1)}
    task = TaskFactory.create(due_at=due_at, actionable_at=due_at + timedelta(minutes=5), owner="va1", **all_day)
    earlier = TaskFactory.create(due_at=due_at - timedelta(minutes=1), actionable_at=None, **all_day)
    TaskFactory.create(due_at=timezone.now(), actionable_at=None, **all_day)

    rows = operator.get("/api/followups/sla/at-risk").json()

    assert [row["id"] for row in rows] == [earlier.pk, task.pk]
    assert rows[1]["counted_from"] == f"{due_at + timedelta(minutes=5):%Y-%m-%dT%H:%M:%SZ}"
    assert rows[1]["breaches_at"] == f"{due_at + timedelta(minutes=125):%Y-%m-%dT%H:%M:%SZ}"
    assert [row["id"] for row in operator.get("/api/followups/sla/at-risk", {"owner": "va1"}).json()] == [task.pk]


def test_breaches_are_filtered_by_owner_place_and_time(operator: APIClient) -> None:
    TaskFactory.create(owner="va1")
    TaskFactory.create(channel="CALL", ladder__province="BC")
    find_breaches(act=Act(at=NOON + timedelta(hours=3)))

    def found(**filters: str) -> int:
        return len(operator.get("/api/followups/sla/breaches", filters).json()["results"])

    assert (found(), found(owner="va1"), found(province="BC"), found(channel="SMS"), found(market="NOWHERE")) == (
        2,
        1,
        1,
        1,
        0,
    )
    # Filtered by the time of the breach: two hours after the task was due.
    assert (found(since="2026-12-15T20:00:00Z"), found(until="2026-12-15T20:00:00Z")) == (2, 0)
