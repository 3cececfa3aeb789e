"""The page "My numbers": what an agent did, against its own usual day and week."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from followups.tasks.numbers import numbers_of
from tests.factories import NOON, InboxItemFactory, TaskFactory
from tests.query_counts import counted, queries
from tests.staff import signed_in
from wholesale.plumbing.vocabulary import WALKTHROUGH_MARK

pytestmark = pytest.mark.django_db

PAGE = "/admin/followups/followuptask/numbers/"
# NOON is a Tuesday.
MONDAY, LAST_MONDAY, THREE_WEEKS_AGO = (NOON - timedelta(days=days) for days in (1, 8, 22))


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def agent(user_of: Callable[..., User]) -> User:
    """The agent va1."""
    return user_of("agent", username="va1")


def done(user: User, at: datetime, outcome: str = "NO_ANSWER", channel: str = "CALL", **values: Any) -> None:
    TaskFactory.create(
        **{"step": 2, "due_at": at - timedelta(minutes=20)} | values,
        channel=channel,
        outcome=outcome,
        completed_at=at,
        completed_by=user.username,
        completed_user=user,
    )


def test_today_and_this_week_are_counted_against_the_usual_day_and_week(agent: User, user_of: Callable[..., User]) -> None:
    done(agent, NOON, "REACHED")
    done(agent, NOON, "LEFT_MESSAGE", "SMS")
    done(agent, MONDAY, "APPOINTMENT", breached_due_at=MONDAY - timedelta(minutes=20))
    for at in (LAST_MONDAY, LAST_MONDAY, LAST_MONDAY + timedelta(days=1), THREE_WEEKS_AGO):
        done(agent, at, "REACHED")
    done(agent, NOON - timedelta(weeks=6))  # too long ago
    done(agent, NOON, correlation_id=f"{WALKTHROUGH_MARK}1")
    done(user_of("agent", username="va2"), NOON)

    found = numbers_of(agent, NOON)

    def shown(name: str) -> list[float | None]:
        return [span.number(name) for span in (found.today, found.usual_day, found.week, found.usual_week)]

    assert shown("calls") == [1, 4 / 3, 2, 2]  # three days and two weeks with work
    assert shown("texts") == [1, 0, 1, 0]
    assert shown("reached") == [1, 4 / 3, 2, 2]
    assert shown("appointments") == [0, 0, 1, 0]
    assert [found.today.kept, found.week.kept] == [1, 2 / 3]


def test_the_speed_to_first_contact_is_the_median_from_the_start_of_a_ladder(agent: User) -> None:
    for minutes in (10, 30, 500):
        done(agent, NOON, step=1, ladder__created_at=NOON - timedelta(minutes=minutes))
    done(agent, NOON, step=2, ladder__created_at=NOON - timedelta(days=9))

    found = numbers_of(agent, NOON)

    assert found.today.speed == 30
    assert found.usual_day.speed is None


def test_a_day_begins_at_the_midnight_of_the_agents_zone(agent: User) -> None:

    done(agent, NOON.replace(hour=4))  # still Monday in Toronto, at 23:00

    with timezone.override("America/Toronto"):
        found = numbers_of(agent, NOON)
    assert (found.today.number("calls"), found.week.number("calls")) == (0, 1)


def test_an_agent_finds_the_page_in_its_sidebar(agent: User) -> None:
    client = signed_in(agent)
    done(agent, NOON, "REACHED")
    InboxItemFactory.create(owner="va1")
    client.get(PAGE)

    with CaptureQueriesContext(connection) as captured:
        page = client.get(PAGE)

    assert counted(captured) <= queries("the page of one's own numbers, at most")
    text = page.content.decode()
    (entry,) = [item for group in page.context["sidebar_navigation"] for item in group["items"] if item["active"]]
    assert (entry["title"], entry["link"]) == ("My numbers", PAGE)
    assert page.context["table"]["rows"][0][1:] == ["1", "-", "1", "-"]
    assert list(page.context["waiting"])[-1] == ("1", "in your inbox")
    assert "What you did" in text


def test_the_page_is_for_who_claims_tasks(user_of: Callable[..., User]) -> None:
    assert signed_in(user_of("auditor")).get(PAGE).status_code == 403
    assert Client().get(PAGE).status_code == 302
