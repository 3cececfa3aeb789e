"""Worker processes: one killed in the middle of a task, and two at the same queue and the same schedule."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.faults.conftest import Served
from tests.faults.tasks import PATIENCE, began
from tests.served import ROOT, manage, settings_for

AFTER_IT_COUNTS_AS_LOST = """
from datetime import timedelta
from django.utils import timezone
from wholesale.periodic import LOST_AFTER, requeue_lost
print([requeue_lost(), requeue_lost(timezone.now() + LOST_AFTER + timedelta(seconds=1))])
"""
SCHEDULE_AND_WORK = """
from datetime import UTC, datetime
from django.core.management import call_command
from wholesale.periodic import enqueue_turn, jobs
for job in jobs():
    enqueue_turn(job.name, datetime(2026, 11, 24, 10, 30, tzinfo=UTC))
call_command("worker", batch=True)
"""
RESULTS = """
import json
from django_tasks_db.models import DBTaskResult
fields = ("task_path", "status", "worker_ids")
print(json.dumps(list(DBTaskResult.objects.order_by("enqueued_at", "id").values(*fields))))
DBTaskResult.objects.all().delete()
"""


def run(served: Served, code: str) -> str:
    return manage(served.database_url, "shell", "--verbosity", "0", "--command", code)


def results(served: Served) -> list[dict[str, Any]]:
    """What became of the tasks; they are gone afterwards."""
    found: list[dict[str, Any]] = json.loads(run(served, RESULTS))
    return found


def start(served: Served, *arguments: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.Popen(command, cwd=ROOT, env=settings_for(served.database_url), stdout=subprocess.DEVNULL)


@contextmanager
def ending(*processes: "subprocess.Popen[bytes]") -> Iterator[None]:
    """None of them outlives the block."""
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


def test_a_task_whose_worker_is_killed_is_found_and_done_by_another(served: Served, tmp_path: Path) -> None:
    diary = str(tmp_path / "diary")
    run(served, f"from tests.faults.tasks import end_at_the_second_try as t; t.enqueue({diary!r})")
    killed = start(served, "worker", "--no-schedule")
    with ending(killed):
        deadline = time.monotonic() + PATIENCE
        while not began(diary) and time.monotonic() < deadline:
            time.sleep(0.02)
        os.kill(killed.pid, signal.SIGKILL)
        assert killed.wait(PATIENCE) == -signal.SIGKILL
    assert run(served, AFTER_IT_COUNTS_AS_LOST) == "[0, 1]"
    manage(served.database_url, "worker", "--batch")
    assert len(began(diary)) == 2
    (task,) = results(served)
    assert (task["status"], len(set(task["worker_ids"]))) == ("SUCCESSFUL", 2)


def test_two_workers_do_each_task_and_each_turn_once(served: Served, tmp_path: Path) -> None:
    diary = str(tmp_path / "diary")
    run(served, f"from tests.faults.tasks import wait_for_company as t; [t.enqueue({diary!r}, n) for n in range(12)]")
    both = [start(served, "shell", "--verbosity", "0", "--command", SCHEDULE_AND_WORK) for _ in range(2)]
    with ending(*both):
        assert [process.wait(PATIENCE) for process in both] == [0, 0]
    assert sorted(int(line.split()[1]) for line in began(diary)) == list(range(12))
    done = results(served)
    assert {(task["status"], len(task["worker_ids"])) for task in done} == {("SUCCESSFUL", 1)}
    turns = sorted(task["task_path"] for task in done if not task["task_path"].startswith("tests."))
    assert turns == [
        "followups.leads.tasks.forget_files",
        "followups.minutes.tasks.recompute_missing",
        "followups.minutes.tasks.roll",
        "followups.sla.tasks.find_breaches",
        "kpi.tasks.evaluate_tripwires",
        "wholesale.tasks.clear_expired",
        "wholesale.tasks.requeue_lost",
    ]
