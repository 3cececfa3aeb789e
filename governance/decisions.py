"""The gate's answers as values, never a bare bool, and the execution classes of verbs."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer of the gate: whether something is allowed, and why. `code` is a stable word, `detail` a sentence."""

    allowed: bool
    code: str
    detail: str = ""


class ExecutionClass(StrEnum):
    """The class of a verb. It says whether the kill switch and go-live stop the verb (CONTRACT section 4)."""

    READ = "READ"  # lists, scores, reports: never stopped
    RECORD = "RECORD"  # recording a fact that happened: never stopped
    CONTROL = "CONTROL"  # what governs the system: never stopped
    SANDBOX = "SANDBOX"  # stopped by the kill switch
    EXECUTE = "EXECUTE"  # stopped by the kill switch, and by go-live being off where that is enforced


Verb = TypeVar("Verb", bound=Callable[..., object])
VERBS: dict[Callable[..., object], ExecutionClass] = {}


def verb(execution_class: ExecutionClass) -> Callable[[Verb], Verb]:
    """Make a decorator that enters a verb with its class in `VERBS`. A test checks that each verb keeps to its class."""

    def declare(function: Verb) -> Verb:
        VERBS[function] = execution_class
        return function

    return declare
