"""The queues of background work. Each has its own process. This is imported before the settings."""

from enum import StrEnum


class Queue(StrEnum):
    """The queues. A task waits only for tasks of its own queue."""

    PERIODIC = "periodic"  # short, and due by the clock: permitted minutes, SLA, notices, tripwires, chores
    DEFAULT = "default"  # tasks that follow from a change: they take minutes
    LONG = "long"  # imports of many rows: up to TASK_TIME_LIMIT
