"""Worker processes: killed in the middle of a task, two at the same queue, without a database, and held up by long work."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.faults.conftest import Served
from tests.faults.tasks import PATIENCE, began
from tests.served import ROOT, manage, settings_for

AFTER_IT_COUNTS_AS_LOST = """
from datetime import timedelta
from django.utils import timezone
from wholesale.plumbing.work.periodic import LOST_AFTER, requeue_lost
print([requeue_lost(), requeue_lost(timezone.now() + LOST_AFTER + timedelta(seconds=1))])
"""
SCHEDULE_AND_WORK = """
from datetime import UTC, datetime
from django.core.management import call_command
from wholesale.plumbing.work.periodic import enqueue_turn, jobs
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
    """The results of the tasks. They are deleted after the test."""
    found: list[dict[str, Any]] = json.loads(run(served, RESULTS))
    return found


def start(served: Served, *arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "manage.py", *arguments]
    settings = settings_for(served.database_url, **environment)
    return subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.DEVNULL)


@contextmanager
def ending(*processes: "subprocess.Popen[bytes]") -> Iterator[None]:
    """End all of these processes after the block."""
    try:
        yield
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.mark.postgres
def test_the_task_of_a_killed_worker_is_found_and_done_by_another(served: Served, tmp_path: Path) -> None:
    diary = str(tmp_path / "diary")
    run(served, f"from tests.faults.tasks import end_at_the_second_try as t; t.enqueue({diary!r})")
    killed = start(served, "worker", "--queue", "default", "--no-schedule")
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
        "buyers.book.lists.tasks.forget_files",
        "buyers.liquidity.tasks.fit_priors",
        "buyers.liquidity.tasks.record_silence",
        "followups.leads.lists.tasks.forget_files",
        "followups.sla.tasks.find_breaches",
        "followups.tasks.held.tasks.do_held_acts",
        "followups.tasks.minutes.tasks.lapse",
        "followups.tasks.minutes.tasks.recompute_missing",
        "followups.tasks.minutes.tasks.roll",
        "kpi.review.tasks.review_the_week",
        "kpi.tasks.evaluate_tripwires",
        "offers.comps.lists.tasks.forget_files",
        "offers.comps.tasks.fit_market_priors",
        "offers.deals.life.tasks.expire_offers",
        "wholesale.console.notices.tasks.write_notices",
        "wholesale.plumbing.work.tasks.clear_expired",
        "wholesale.plumbing.work.tasks.requeue_lost",
    ]


def processes_of(crew: "subprocess.Popen[bytes]") -> list[int]:
    """The processes of a worker: one for each queue."""
    listed = subprocess.run(["ps", "-A", "-o", "pid=,ppid=,stat="], capture_output=True, text=True, check=True)
    rows = [line.split() for line in listed.stdout.splitlines()]
    return [int(pid) for pid, parent, state in rows if int(parent) == crew.pid and "Z" not in state]


def wait_until(is_so: Callable[[], Any], seconds: float = PATIENCE) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := is_so()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found


def pid_of(diary: str, what: str) -> int:
    """The process that began the task last. Wait until one has."""
    return int(wait_until(lambda: [line.split()[0] for line in began(diary) if line.endswith(what)])[-1])


def has_ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.mark.postgres
def test_short_work_does_not_wait_behind_long_work_whose_process_may_die(served: Served, tmp_path: Path) -> None:
    diary = str(tmp_path / "diary")
    run(served, f"from tests.faults.tasks import never_end as t; t.enqueue({diary!r})")
    crew = start(served, "worker", "--no-schedule")
    with ending(crew):
        long_one = pid_of(diary, "long")
        run(served, f"from tests.faults.tasks import look as t; t.enqueue({diary!r})")
        assert wait_until(lambda: pid_of(diary, "look"), 20) != long_one
        others = set(processes_of(crew)) - {long_one}
        assert len(others) == 2
        os.kill(long_one, signal.SIGKILL)
        wait_until(
            lambda: [line.endswith("long") for line in began(diary)].count(True) == 2, 20
        )  # the next process does the task again
        assert set(processes_of(crew)) > others
        crew.kill()  # killed without a report
        crew.wait()
        wait_until(lambda: all(has_ended(pid) for pid in others), 20)
        os.kill(pid_of(diary, "long"), signal.SIGKILL)
    results(served)


@pytest.mark.postgres
def test_a_task_that_never_ends_is_ended_with_its_process(served: Served, tmp_path: Path) -> None:
    diary = str(tmp_path / "diary")
    run(served, f"from tests.faults.tasks import never_end as t; t.enqueue({diary!r})")
    crew = start(served, "worker", "--no-schedule", TASK_TIME_LIMIT="1")
    with ending(crew):
        first = pid_of(diary, "long")
        wait_until(lambda: has_ended(first), 20)
        wait_until(lambda: len(processes_of(crew)) == 3, 20)
        run(served, f"from tests.faults.tasks import look as t; t.using(queue_name='long').enqueue({diary!r})")
        pid_of(diary, "look")
        crew.terminate()
        assert crew.wait(PATIENCE) == 0
    (failed, looked) = results(served)
    assert (failed["status"], looked["status"]) == ("FAILED", "SUCCESSFUL")
    assert len(failed["worker_ids"]) == 1


@pytest.mark.postgres
def test_a_worker_stops_only_after_its_current_task(served: Served, tmp_path: Path) -> None:
    diary, told = str(tmp_path / "diary"), tmp_path / "told"
    run(served, f"from tests.faults.tasks import ask_when_told as t; t.enqueue({diary!r}, {str(told)!r})")
    crew = start(served, "worker", "--no-schedule")
    with ending(crew):
        pid_of(diary, "ask")
        crew.terminate()
        wait_until(lambda: len(processes_of(crew)) == 1)
        told.touch()
        assert crew.wait(PATIENCE) == 0
    assert [line.split()[1] for line in began(diary)] == ["ask", "answered"]
    assert [task["status"] for task in results(served)] == ["SUCCESSFUL"]


@pytest.mark.postgres
def test_a_worker_waits_for_an_unavailable_database_and_repeats_its_task(served: Served, tmp_path: Path) -> None:
    diary, told = str(tmp_path / "diary"), tmp_path / "told"
    run(served, f"from tests.faults.tasks import ask_when_told as t; t.enqueue({diary!r}, {str(told)!r})")
    name = urlsplit(served.database_url).path.strip("/")
    elsewhere = urlsplit(served.database_url)._replace(path="/postgres").geturl()
    crew = start(served, "worker", "--no-schedule")
    with ending(crew), psycopg.connect(elsewhere, autocommit=True) as postgres:
        pid_of(diary, "ask")
        processes = processes_of(crew)
        postgres.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        try:
            postgres.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            told.touch()
            time.sleep(2)
            assert processes_of(crew) == processes
        finally:
            postgres.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        wait_until(lambda: [line for line in began(diary) if line.endswith("answered")])
        assert processes_of(crew) == processes
        crew.terminate()
        assert crew.wait(PATIENCE) == 0
    (task,) = results(served)
    assert (task["status"], len(task["worker_ids"])) == ("SUCCESSFUL", 2)
