"""A worker is killed between finding and recording breaches, and another continues."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.conftest import Served
from tests.faults.tasks import PATIENCE
from tests.faults.test_workers import ending, run, start
from tests.served import fresh_database

LATE_TASKS = """
from datetime import timedelta
from django.utils import timezone
from followups.models import FollowupTask
from tests.factories import LadderFactory, TaskFactory, many
due_at = timezone.now() - timedelta(hours=3)
ladders = many(LadderFactory, 20, lead_id=None, open_steps=1)
permitted = {"actionable_at": due_at, "open_from": due_at, "open_until": due_at + timedelta(days=1)}
tasks = [TaskFactory.build(ladder=ladder, due_at=due_at, **permitted) for ladder in ladders]
FollowupTask.objects.bulk_create(tasks)
"""
# The process finds the tasks like a worker, but never records them.
LOOK_AND_STAY = """
import pathlib, time
from followups.sla import breaches
from wholesale.plumbing.act import Act
def stay(*args, **kwargs):
    {before}
    pathlib.Path({diary!r}).touch()
    time.sleep({patience})
record = breaches._record
breaches._record = stay
breaches.find_breaches(act=Act())
"""
LOOK = """
from followups.sla.breaches import find_breaches
from wholesale.plumbing.act import Act
print(find_breaches(act=Act()))
"""
RECORDED = """
import json
from followups.models import FollowupTask, SlaBreach, SlaNotice
from kpi.models import KPIEvent
print(json.dumps({
    "breaches": SlaBreach.objects.count(),
    "tasks": SlaBreach.objects.values("task", "due_at").distinct().count(),
    "marked": FollowupTask.objects.breached().count(),
    "events": KPIEvent.objects.filter(metric="followup_breached").count(),
    "notices": SlaNotice.objects.count(),
}))
"""


@pytest.fixture
def served() -> Iterator[Served]:
    """A separate database: these tasks have no KPI rows, which the other tests of faults would report."""
    with fresh_database() as url:
        yield Served(url, token="")


def recorded(served: Served) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(served, RECORDED))
    return found


def looking_on(served: Served) -> "subprocess.Popen[bytes]":
    return start(served, "shell", "--verbosity", "0", "--command", LOOK)


@pytest.mark.parametrize("before", ["pass", "record(*args, **kwargs)"], ids=["before any row", "before the commit"])
def test_each_breach_is_recorded_once_whenever_its_finder_is_killed(served: Served, tmp_path: Path, before: str) -> None:
    was = recorded(served)
    run(served, LATE_TASKS)
    diary = tmp_path / "found"
    code = LOOK_AND_STAY.format(before=before, diary=str(diary), patience=PATIENCE)
    killed = start(served, "shell", "--verbosity", "0", "--command", code)
    with ending(killed):
        deadline = time.monotonic() + PATIENCE
        while not diary.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert diary.exists()
        os.kill(killed.pid, signal.SIGKILL)
        assert killed.wait(PATIENCE) == -signal.SIGKILL
    both = [looking_on(served) for _ in range(2)]
    with ending(*both):
        assert [process.wait(PATIENCE) for process in both] == [0, 0]
    now = recorded(served)
    new = {name: now[name] - was[name] for name in now}
    assert new == {"breaches": 20, "tasks": 20, "marked": 20, "events": 20, "notices": 1}
    assert run(served, LOOK) == "0"
