"""Background tasks that tell a file that they began, for a test that kills their worker or runs two."""

import os
import time
from pathlib import Path

from django_tasks import task
from django_tasks_db.models import DBTaskResult

PATIENCE = 60  # seconds


def began(diary: str) -> list[str]:
    """A line for each beginning: the process that did it, and what."""
    path = Path(diary)
    return path.read_text().splitlines() if path.exists() else []


def _begin(diary: str, what: str) -> None:
    with Path(diary).open("a") as lines:
        lines.write(f"{os.getpid()} {what}\n")


@task()
def end_at_the_second_try(diary: str) -> None:
    """The first time it never ends."""
    _begin(diary, "try")
    if len(began(diary)) == 1:
        time.sleep(PATIENCE)


@task()
def wait_for_company(diary: str, number: int) -> None:
    """Ends once two processes have begun such tasks."""
    _begin(diary, str(number))
    deadline = time.monotonic() + PATIENCE
    while len({line.partition(" ")[0] for line in began(diary)}) < 2:
        if time.monotonic() > deadline:
            raise TimeoutError
        time.sleep(0.01)


@task(queue_name="long")
def never_end(diary: str) -> None:
    """Is at it until somebody ends it, and deaf to Python's exceptions."""
    _begin(diary, "long")
    while True:
        try:
            time.sleep(PATIENCE)
        except BaseException:
            continue


@task(queue_name="periodic")
def look(diary: str) -> None:
    """Short work."""
    _begin(diary, "look")


@task()
def ask_when_told(diary: str, told: str) -> None:
    """Asks the database something once there is a file."""
    _begin(diary, "ask")
    deadline = time.monotonic() + PATIENCE
    while not Path(told).exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    DBTaskResult.objects.count()
    _begin(diary, "answered")
