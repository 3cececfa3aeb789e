"""The registry of runbook checks, in the manner of Django's system checks. Each app registers its own in `ready()`."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar


class Severity(StrEnum):
    """What a failing check means."""

    BLOCKER = "blocker"  # nobody goes live with it
    WARNING = "warning"  # look at it
    INFO = "info"  # good to know


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. `severity` is given when a failure weighs other than the check's own says."""

    ok: bool
    message: str
    detail: Any = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A registered check: `function(now)` gives its finding in few queries."""

    id: str
    severity: Severity
    title: str
    function: Callable[[datetime], Finding]


checks: dict[str, Check] = {}


def register(
    id: str, severity: Severity, title: str
) -> Callable[[Callable[[datetime], Finding]], Callable[[datetime], Finding]]:
    """Register a function of the present instant as a check, under an id that is stable."""

    def decorate(function: Callable[[datetime], Finding]) -> Callable[[datetime], Finding]:
        checks[id] = Check(id, severity, title, function)
        return function

    return decorate


def registered() -> list[Check]:
    """All checks, by id."""
    return [checks[id] for id in sorted(checks)]


Read = TypeVar("Read")
_made: ContextVar[dict[Callable[[], Any], Any] | None] = ContextVar("reads_of_a_status", default=None)


def read_once(read: Callable[[], Read]) -> Callable[[], Read]:
    """Decorate a read that several checks stand on: within one status it is made once."""

    @wraps(read)
    def once() -> Read:
        made = _made.get()
        if made is None:
            return read()
        if read not in made:
            made[read] = read()
        return made[read]

    return once


@contextmanager
def one_status() -> Iterator[None]:
    """Within this block each of the shared reads is made once."""
    token = _made.set({})
    try:
        yield
    finally:
        _made.reset(token)


def ended_or_ending(
    last_days: Mapping[str, date], today: date, notice: timedelta, *, ended: str, of: str = "for"
) -> Finding | None:
    """What has ended and what ends within the notice, by name; None where nothing does. A last day counts.

    `ended` is the sentence of what has, with `{}` in the place of the names; `of` stands before the names of what will.
    """
    over = sorted(name for name, last_day in last_days.items() if last_day < today)
    soon = sorted(name for name, last_day in last_days.items() if today <= last_day <= today + notice)
    said = [ended.format(", ".join(over))] if over else []
    said += [f"It ends within {notice.days} days {of} {', '.join(soon)}."] if soon else []
    return Finding(False, " ".join(said), {"ended": over, "ending": soon}) if said else None
