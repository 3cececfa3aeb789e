"""Storing the permitted minutes of tasks."""

from collections.abc import Sequence
from typing import Any

from followups.tasks.models import FollowupTask
from wholesale.plumbing import writes

STORED = ("actionable_at", "open_from", "open_until", "warns_at", "breaches_at", "late_for", "late_until")


def store(minutes: Sequence[tuple[Any, ...]]) -> None:
    """Store the minutes and SLA limits of locked tasks. Each row is a task's id, then the values of `STORED`."""
    writes.update(FollowupTask, STORED, minutes)
