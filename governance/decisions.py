"""A decision is a value, never a bare bool; and every verb of the system belongs to one execution class."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate says; `code` is a stable word."""

    allowed: bool
    code: str
    detail: str = ""


class ExecutionClass(StrEnum):
    """What the kill switch and go-live stop (CONTRACT section 4)."""

    READ = "READ"  # lists, scores, reports: always open
    RECORD = "RECORD"  # a fact that happened is never refused for the state of the system
    CONTROL = "CONTROL"  # everything that governs: always open
    SANDBOX = "SANDBOX"  # stopped by the kill switch
    EXECUTE = "EXECUTE"  # stopped by the kill switch, and by go-live being off where that is enforced


Verb = TypeVar("Verb", bound=Callable[..., object])
VERBS: dict[Callable[..., object], ExecutionClass] = {}


def verb(execution_class: ExecutionClass) -> Callable[[Verb], Verb]:
    """Declare the execution class of a service. A test walks `VERBS` and holds each of them to it."""

    def declare(function: Verb) -> Verb:
        VERBS[function] = execution_class
        return function

    return declare
