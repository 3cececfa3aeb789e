"""Decisions, which are values and never a bare bool, and the execution classes of verbs."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer of the gate. `code` is a stable word, `detail` a sentence."""

    allowed: bool
    code: str
    detail: str = ""


class ExecutionClass(StrEnum):
    """Whether the kill switch and go-live stop a verb (CONTRACT section 4)."""

    READ = "READ"  # lists, scores, reports: never stopped
    RECORD = "RECORD"  # recording a fact that happened: never stopped
    CONTROL = "CONTROL"  # what governs the system: never stopped
    SANDBOX = "SANDBOX"  # stopped by the kill switch
    EXECUTE = "EXECUTE"  # stopped by the kill switch, and by go-live being off where that is enforced


Verb = TypeVar("Verb", bound=Callable[..., object])
VERBS: dict[Callable[..., object], ExecutionClass] = {}


def verb(execution_class: ExecutionClass) -> Callable[[Verb], Verb]:
    """Decorate a verb with its execution class. A test checks that each verb in `VERBS` keeps to its class."""

    def declare(function: Verb) -> Verb:
        VERBS[function] = execution_class
        return function

    return declare
