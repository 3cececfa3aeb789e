"""One agent presses a button of the work queue in many windows at once."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import Group, User

from followups.services import start_ladder
from followups.tasks.models import FollowupTask, TaskEvent
from tests.factories import NOON
from tests.staff import signed_in
from wholesale.plumbing.act import Act

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True, serialized_rollback=True)]

WINDOWS = 8
QUEUE = "/admin/followups/followuptask/queue/"
RunTogether = Callable[..., list[Any]]


@pytest.fixture
def windows() -> Iterator[list[Any]]:
    """So many windows of the agent va1, with as many due and permitted tasks."""
    with time_machine.travel(NOON, tick=False):
        user = User.objects.create_user("va1")
        user.groups.set(Group.objects.filter(name="agent"))
        for number in range(WINDOWS):
            start_ladder(lead_id=f"L{number}", province="ON", market="TORONTO", act=Act(at=NOON - timedelta(minutes=5)))
        yield [signed_in(user) for _ in range(WINDOWS)]


def test_next_in_many_windows_takes_one_task(windows: list[Any], run_together: RunTogether) -> None:
    answers = run_together(WINDOWS, lambda n: windows[n].post(QUEUE, {"act": "next"}).status_code)

    assert answers == [302] * WINDOWS
    assert FollowupTask.objects.filter(leased_by="va1").count() == 1


def test_a_task_snoozed_in_many_windows_is_snoozed_once(windows: list[Any], run_together: RunTogether) -> None:
    windows[0].post(QUEUE, {"act": "next"})
    task = FollowupTask.objects.get(leased_by="va1")
    snooze = {"act": "snooze", "task": task.pk, "until": "2026-12-16T09:00", "reason": "Tomorrow"}

    answers = run_together(WINDOWS, lambda n: windows[n].post(QUEUE, snooze).status_code)

    assert answers == [302] * WINDOWS
    assert TaskEvent.objects.filter(task=task).count() == 1
