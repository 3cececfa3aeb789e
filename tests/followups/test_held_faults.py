"""What an agent said and a fault of ours keeps from being recorded: kept, shown, tried again, and in nobody's way."""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.contrib.auth.models import User
from django.test import Client

from followups.tasks.completions.services import record_completion
from followups.tasks.held.models import HeldAct
from followups.tasks.held.services import TRIES_MAX, do_overdue
from followups.tasks.models import FollowupTask, TaskEvent
from tests.factories import NOON
from tests.followups.test_queue_moves import press, shown, state
from tests.followups.test_work_queue import due, events
from tests.staff import signed_in
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def va1(user_of: Callable[..., User]) -> Client:
    """A browser of the agent va1."""
    return signed_in(user_of("agent", username="va1"))


@pytest.fixture
def va2(user_of: Callable[..., User]) -> Client:
    """A browser of the agent va2."""
    return signed_in(user_of("agent", username="va2"))


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """The ids of tasks that cannot be completed, because of a fault of ours."""
    ids: set[int] = set()

    def fails(task_id: int, **given: Any) -> FollowupTask:
        if task_id in ids:
            raise ZeroDivisionError
        return record_completion(task_id, **given)

    monkeypatch.setattr("followups.tasks.held.services.record_completion", fails)
    return ids


def worker(minutes: int = 1) -> int:
    """What the worker does so many minutes after noon."""
    return do_overdue(act=Act(at=NOON + timedelta(minutes=minutes)))


def test_a_fault_ends_after_some_tries_is_logged_and_holds_up_nobody(
    va1: Client, va2: Client, broken: set[int], caplog: pytest.LogCaptureFixture
) -> None:
    faulty = due("LEAD-1", minutes=60)
    broken.add(faulty.pk)
    press(va1, "next")
    press(va1, "complete", faulty, outcome="LEFT_MESSAGE", note="Wrote to her.")
    other = due("LEAD-2", minutes=50)
    press(va2, "next")
    with time_machine.travel(NOON + timedelta(seconds=1), tick=False):
        press(va2, "complete", other, outcome="LEFT_MESSAGE")

    with caplog.at_level(logging.ERROR):
        done = [worker(minute) for minute in range(1, TRIES_MAX + 3)]

    held = HeldAct.objects.get()
    assert done == [1, 0, 0, 0, 0]  # the act of va2, though it is younger
    assert (held.pk, held.tries, held.fault, held.words) == (faulty.pk, TRIES_MAX, "ZeroDivisionError", "Wrote to her.")
    assert len([line for line in caplog.records if held.correlation_id in line.getMessage() and line.exc_info]) == TRIES_MAX
    assert state(faulty) == (False, "")


def test_a_fault_does_not_block_the_agents_next_acts_and_shows_what_failed(va1: Client, broken: set[int]) -> None:
    first, second, third = due("LEAD-1", minutes=60), due("LEAD-2", minutes=50), due("LEAD-3", minutes=40)
    broken.add(first.pk)
    press(va1, "next")
    press(va1, "complete", first, outcome="NOT_INTERESTED")

    part = press(va1, "complete", second, outcome="LEFT_MESSAGE")
    press(va1, "settle")

    page = part.content.decode()
    assert shown(part) == [third.pk]
    assert state(second) == (True, "LEFT_MESSAGE")
    assert "Not recorded." in page
    assert "Step 1 of Jane Roe: Not interested." in page
    assert "ZeroDivisionError" in page


def test_it_is_done_again_when_the_fault_is_gone(va1: Client, broken: set[int]) -> None:
    task = due()
    broken.add(task.pk)
    press(va1, "next")
    press(va1, "complete", task, outcome="LEFT_MESSAGE", note="n")
    for minute in range(TRIES_MAX):
        worker(minute + 1)

    failed = press(va1, "again", task).content.decode()
    broken.clear()
    done = press(va1, "again", task).content.decode()

    assert "It failed again." in failed
    assert "It is recorded now." in done
    assert (state(task), task.note, task.completed_by) == ((True, "LEFT_MESSAGE"), "n", "va1")
    assert not HeldAct.objects.exists()
    assert "Nothing that you said about this task waits" in press(va1, "again", task).content.decode()


def test_what_is_let_go_stays_in_the_history(va1: Client, va2: Client, broken: set[int]) -> None:
    task = due()
    broken.add(task.pk)
    press(va1, "next")
    press(va1, "complete", task, outcome="LEFT_MESSAGE", note="Wrote to her.")
    worker()

    assert "Nothing that you said" in press(va2, "let_go", task).content.decode()
    press(va1, "let_go", task)

    assert not HeldAct.objects.exists()
    assert events(task) == [("UNRECORDED", "Wrote to her.", "va1")]
    assert TaskEvent.objects.get().detail["outcome"] == "LEFT_MESSAGE"
    assert state(task) == (False, "")


def test_somebody_else_may_work_the_task_meanwhile(va1: Client, va2: Client, broken: set[int]) -> None:
    task = due()
    broken.add(task.pk)
    press(va1, "next")
    press(va1, "complete", task, outcome="LEFT_MESSAGE", note="Wrote to her.")
    worker()
    FollowupTask.objects.filter(pk=task.pk).update(owner=None, leased_by=None, leased_until=None)

    assert shown(press(va2, "next")) == [task.pk]
    broken.clear()
    worker(2)
    press(va2, "complete", task, outcome="NOT_INTERESTED")

    assert state(task) == (True, "LEFT_MESSAGE")
    assert task.completed_by == "va1"


def test_what_another_agent_says_replaces_what_still_fails(va1: Client, va2: Client, broken: set[int]) -> None:
    task = due()
    broken.add(task.pk)
    press(va1, "next")
    press(va1, "complete", task, outcome="LEFT_MESSAGE", note="Wrote to her.")
    worker()
    FollowupTask.objects.filter(pk=task.pk).update(owner=None, leased_by=None, leased_until=None)
    press(va2, "next")

    press(va2, "complete", task, outcome="NOT_INTERESTED")

    assert (HeldAct.objects.get().actor, HeldAct.objects.get().outcome) == ("va2", "NOT_INTERESTED")
    assert events(task) == [("UNRECORDED", "Wrote to her.", "va2")]
