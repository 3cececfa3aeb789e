"""Background tasks that write their start into a file, for tests that kill their worker or run two."""

import os
import time
from pathlib import Path

from django_tasks import task
from django_tasks_db.models import DBTaskResult

PATIENCE = 60  # seconds


def began(diary: str) -> list[str]:
    """Write a line for the start of a task: the process and the task."""
    path = Path(diary)
    return path.read_text().splitlines() if path.exists() else []


def _begin(diary: str, what: str) -> None:
    with Path(diary).open("a") as lines:
        lines.write(f"{os.getpid()} {what}\n")


@task()
def end_at_the_second_try(diary: str) -> None:
    """Never end the first time, and end the second time."""
    _begin(diary, "try")
    if len(began(diary)) == 1:
        time.sleep(PATIENCE)


@task()
def wait_for_company(diary: str, number: int) -> None:
    """End once two processes have begun such tasks."""
    _begin(diary, str(number))
    deadline = time.monotonic() + PATIENCE
    while len({line.partition(" ")[0] for line in began(diary)}) < 2:
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.01)


@task(queue_name="long")
def never_end(diary: str) -> None:
    """Run until the process is killed, ignoring Python's exceptions."""
    _begin(diary, "long")
    while True:
        try:
            time.sleep(PATIENCE)
        except BaseException:
            continue


@task(queue_name="periodic")
def look(diary: str) -> None:
    """Do short work."""
    _begin(diary, "look")


@task()
def ask_when_told(diary: str, told: str) -> None:
    """Query the database once a file exists."""
    _begin(diary, "ask")
    deadline = time.monotonic() + PATIENCE
    while not Path(told).exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    DBTaskResult.objects.count()
    _begin(diary, "answered")
