"""What every signal carries: what happened, to what, by which act. Whoever listens reads all of them alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from wholesale.plumbing.act import Act


class Subject(NamedTuple):
    """What something happened to."""

    kind: str  # a word: "task", "ladder", "lead"
    id: str = ""
    lead_id: str | None = None
    province: str | None = None
    market: str | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """Something that happened. `facts`: plain values, and rows for those who listen within the product."""

    name: str
    subject: Subject
    act: Act
    facts: Mapping[str, Any]
    happened_at: datetime
