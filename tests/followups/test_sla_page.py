"""The SLA page of the admin."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.factories import NOON, TaskFactory, completed
from tests.staff import signed_in

pytestmark = pytest.mark.django_db

PAGE = "/admin/followups/followuptask/sla/"


@pytest.fixture(autouse=True)
def _it_is_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def auditor(user_of: Callable[..., User]) -> Client:
    """A browser of an auditor."""
    return signed_in(user_of("auditor"))


def rows(response: Any) -> list[list[str]]:
    assert response.status_code == 200
    (table,) = response.context["report"].tables
    return list(table.texts())


def test_the_page_shows_the_last_seven_days_by_owner_and_in_total(auditor: Client) -> None:
    completed(late=timedelta(minutes=45), due_at=NOON - timedelta(days=6), ladder__owner="va1")
    due_at = NOON - timedelta(hours=30)  # but contact was permitted only in these three hours
    TaskFactory.create(due_at=due_at, actionable_at=NOON - timedelta(hours=3))
    TaskFactory.create(due_at=NOON - timedelta(days=7))
    completed(late=timedelta(hours=-1), due_at=NOON + timedelta(minutes=1))
    page = auditor.get(PAGE)
    assert rows(page) == [
        ["va1", "1", "1", "0", "45 min", "45 min", "45 min", "0%", "100%", "45 min", "100%"],
        ["nobody", "1", "0", "1", "3 h", "3 h", "3 h", "0%", "0%", "1 d 6 h", "0%"],
        ["All", "2", "1", "1", "45 min", "3 h", "3 h", "0%", "50%", "45 min", "50%"],
    ]
    chart = json.loads(page.context["report"].sections[0].charts[0].data)
    assert chart["labels"] == ["va1", "nobody", "all"]
    assert [(bars["label"], bars["data"]) for bars in chart["datasets"]] == [
        ("p50", [45, 180, 45]),
        ("p90", [45, 180, 180]),
        ("p99", [45, 180, 180]),
    ]
    assert "canvas" in page.content.decode()


def test_days_and_grouping_can_be_chosen_and_the_last_day_is_included(auditor: Client) -> None:
    for days in range(3):
        completed(late=timedelta(0), due_at=NOON - timedelta(days=30 + days), ladder__province="QC")
    chosen = {"by": "province", "since": "2026-11-13", "until": "2026-11-14"}
    assert [row[:2] for row in rows(auditor.get(PAGE, chosen))] == [["Quebec", "2"], ["All", "2"]]


def test_days_without_tasks_say_so(auditor: Client) -> None:
    for given in ({}, {"since": "2027-01-01", "until": "2027-01-02"}):
        page = auditor.get(PAGE, given)
        assert "Nothing fell due in these days" in page.content.decode()
        assert "canvas" not in page.content.decode()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"by": "colour"}, "Select a valid choice"),
        ({"since": "yesterday"}, "Enter a valid date"),
        ({"until": ""}, "This field is required"),
        ({"since": "2026-12-02", "until": "2026-12-01"}, "Must not lie after the last day."),
        ({"until": "9999-12-31"}, "2000 and 2099"),
    ],
)
def test_an_impossible_value_is_reported_at_its_field(auditor: Client, given: Any, says: str) -> None:
    page = auditor.get(PAGE, given)
    assert page.status_code == 200
    assert says in page.content.decode()
    assert page.context["report"] is None


def test_a_user_who_may_not_read_the_sla_sees_no_page(client: Client, user_of: Callable[..., User]) -> None:
    assert client.get(PAGE).status_code == 302
    assert signed_in(User.objects.create_user("nobody")).get(PAGE).status_code == 403
    assert signed_in(user_of("agent")).get(PAGE).status_code == 200


def test_more_tasks_take_no_more_queries(auditor: Client) -> None:
    from django.db import connection

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            auditor.get(PAGE)
        return len(captured)

    TaskFactory.create(due_at=NOON - timedelta(hours=1))
    before = queries()
    for owner in "abcdef":
        completed(late=timedelta(0), due_at=NOON - timedelta(hours=1), ladder__owner=owner)
    assert queries() == before
