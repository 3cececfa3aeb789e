"""The registry of runbook checks, similar to Django's system checks. Each app registers its checks in `ready()`."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import wraps
from typing import Any, TypeVar


class Severity(StrEnum):
    """How serious a failing check is."""

    BLOCKER = "blocker"  # go-live stays off
    WARNING = "warning"  # somebody should look at it
    INFO = "info"  # good to know


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found. If `severity` is given, it replaces the severity of the check.

    `message` is in the active language: French on the pages of who chose it, English in the API and where it is kept.
    """

    ok: bool
    message: str
    detail: Any = None
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """A registered check. `function(now)` returns the check's finding, in few queries."""

    id: str
    severity: Severity
    title: str
    function: Callable[[datetime], Finding]


checks: dict[str, Check] = {}


def register(
    id: str, severity: Severity, title: str
) -> Callable[[Callable[[datetime], Finding]], Callable[[datetime], Finding]]:
    """Make a decorator that registers a function as a check. The function gets the present instant."""

    def decorate(function: Callable[[datetime], Finding]) -> Callable[[datetime], Finding]:
        checks[id] = Check(id, severity, title, function)
        return function

    return decorate


def registered() -> list[Check]:
    """All checks, in the order of their ids."""
    return [checks[id] for id in sorted(checks)]


Read = TypeVar("Read")
_made: ContextVar[dict[Callable[[], Any], Any] | None] = ContextVar("reads_of_a_status", default=None)


def read_once(read: Callable[[], Read]) -> Callable[[], Read]:
    """Decorate a function that reads something for several checks. Within `one_status` it reads once, else at each call."""

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
    """A context in which each function that is decorated with `read_once` reads at most once, also within another one."""
    token = _made.set({} if (made := _made.get()) is None else made)
    try:
        yield
    finally:
        _made.reset(token)


def ended_or_ending(
    last_days: Mapping[str, date], today: date, notice: timedelta, *, ended: str, ending: str
) -> Finding | None:
    """Return a finding if a last day is over or comes within the time `notice`, else None. A last day counts until its end.

    `ended` is the sentence on what is over, `ending` that on what ends soon: with %(names)s, and the %(days)s of `notice`.
    """
    over = sorted(name for name, last_day in last_days.items() if last_day < today)
    soon = sorted(name for name, last_day in last_days.items() if today <= last_day <= today + notice)
    said = [ended % {"names": ", ".join(over)}] if over else []
    said += [ending % {"days": notice.days, "names": ", ".join(soon)}] if soon else []
    return Finding(False, " ".join(said), {"ended": over, "ending": soon}) if said else None
