"""The queues of background work, each with a process of its own. Imported before the settings are."""

from enum import StrEnum


class Queue(StrEnum):
    """What waits behind what."""

    PERIODIC = "periodic"  # short, and due by the clock: permitted minutes, SLA, notices, tripwires, chores
    DEFAULT = "default"  # what follows from a change: minutes
    LONG = "long"  # imports of many rows: up to TASK_TIME_LIMIT
