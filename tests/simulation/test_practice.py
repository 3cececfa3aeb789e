"""The practice market of the demo: work at any minute, for agents who can log in."""

import re
from datetime import datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client

from followups.ladders.models import FollowupLadder
from followups.models import Lead
from followups.services import complete_task
from followups.tasks.due.claims import claim_due
from followups.tasks.due.services import due_tasks
from followups.tasks.minutes import services as minutes
from followups.tasks.models import FollowupTask
from governance.channels import Channel
from wholesale.demo import practice, simulation
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db
QUEUE = "/admin/followups/followuptask/queue/"
MOMENTS = {
    "on a Saturday night": "2026-11-29T04:30+00:00",  # 23:30 in Toronto
    "on a Sunday": "2026-11-29T15:00+00:00",
    "on a holiday": "2026-12-25T17:00+00:00",
    "in the night of a holiday": "2026-12-25T08:00+00:00",
    "at noon on a weekday": "2026-11-25T17:00+00:00",
}
WEEKEND = 34  # hours without a permitted minute in other markets, from Saturday evening on


def simulated() -> str:
    out = StringIO()
    call_command("simulate", "--days", "1", "--leads", "3", stdout=out)
    return out.getvalue()


def passwords(said: str) -> dict[str, str]:
    return dict(re.findall(r"shown only now:\s+(\w+)\s+(\S+)", said))


@pytest.fixture(params=list(MOMENTS.values()), ids=list(MOMENTS))
def now(request: pytest.FixtureRequest) -> Any:
    """The instant at which the clock stands still."""
    moment = datetime.fromisoformat(request.param)
    with time_machine.travel(moment, tick=False):
        yield moment


def test_there_is_work_at_every_hour(now: datetime) -> None:
    simulated()
    for hour in range(WEEKEND + 1):
        when = now + timedelta(hours=hour)
        minutes.roll(when)  # as the worker does
        for owner in practice.AGENTS:
            mine = [task for task in due_tasks(now=when, owner=owner) if task.allowed]
            assert {task.channel for task in mine} <= {Channel.SMS, Channel.EMAIL}
            assert {task.owner for task in mine} == {owner}, when
        assert any(task.owner is None and task.allowed for task in due_tasks(now=when)), when


def test_an_agent_logs_in_with_the_printed_password_and_works(now: datetime) -> None:
    printed = passwords(simulated())
    assert printed.keys() == set(practice.AGENTS)
    for name, password in printed.items():
        browser = Client()
        browser.post("/admin/login/", {"username": name, "password": password})
        page = browser.post(QUEUE, {"act": "next"}, follow=True)
        assert page.status_code == 200
        assert "@example.com" in page.text or "555" in page.text
        task = FollowupTask.objects.get(leased_by=name)
        complete_task(task.pk, actor=name, now=now)
        assert task.attempt.allowed


def test_a_user_who_is_no_agent_finds_unowned_work(now: datetime) -> None:
    simulated()
    (claimed,) = claim_due(owner="admin", limit=1, market=practice.MARKET, act=Act(at=now))
    assert claimed.task.owner is None


def test_a_second_run_prints_no_password_and_makes_nothing() -> None:
    simulated()
    kept = list(User.objects.order_by("pk").values_list("username", "password", "is_staff", "is_superuser"))
    leads = Lead.objects.count()
    assert leads == 3 + practice.LEADS
    assert [(name, staff, root) for name, _, staff, root in kept] == [(name, True, False) for name in practice.AGENTS]
    assert passwords(simulated()) == {}
    assert list(User.objects.order_by("pk").values_list("username", "password", "is_staff", "is_superuser")) == kept
    assert Lead.objects.count() == leads


def test_an_existing_user_of_that_name_keeps_the_password_and_the_roles() -> None:
    User.objects.create_user("pat", password="own")
    assert passwords(simulated()).keys() == {"robin"}
    pat = User.objects.get(username="pat")
    assert pat.check_password("own")
    assert (pat.is_staff, list(pat.groups.all())) == (False, [])


def test_the_practice_market_belongs_to_the_simulation() -> None:
    simulated()
    assert simulation.others() == {}
    assert FollowupLadder.objects.filter(market=practice.MARKET).count() == practice.LEADS
