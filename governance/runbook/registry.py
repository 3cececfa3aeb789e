"""The registry of runbook checks, in the manner of Django's system checks. Each app registers its own in `ready()`."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


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


_checks: dict[str, Check] = {}


def register(
    id: str, severity: Severity, title: str
) -> Callable[[Callable[[datetime], Finding]], Callable[[datetime], Finding]]:
    """Register a function of the present instant as a check, under an id that is stable."""

    def decorate(function: Callable[[datetime], Finding]) -> Callable[[datetime], Finding]:
        _checks[id] = Check(id, severity, title, function)
        return function

    return decorate


def registered() -> list[Check]:
    """All checks, by id."""
    return [_checks[id] for id in sorted(_checks)]
