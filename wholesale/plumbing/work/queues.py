"""The queues of background work. Each queue has its own process. This module is imported before the settings."""

from enum import StrEnum


class Queue(StrEnum):
    """The queues of background tasks. A task waits only for tasks of its own queue."""

    PERIODIC = "periodic"  # short, and due by the clock: permitted minutes, SLA, notices, tripwires, chores
    DEFAULT = "default"  # tasks that follow from a change: they take minutes
    LONG = "long"  # imports of many rows: up to TASK_TIME_LIMIT
