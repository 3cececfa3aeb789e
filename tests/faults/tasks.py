"""Background tasks that tell a file that they began, for a test that kills their worker or runs two."""

import os
import time
from pathlib import Path

from django_tasks import task

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
