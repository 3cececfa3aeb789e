"""The envelope that every signal carries, so that receivers read all signals in the same way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from wholesale.plumbing.act import Act


class Subject(NamedTuple):
    """What something happened to: its kind and id, its lead and its place. A part that is None or empty is unknown."""

    kind: str  # such as "task", "ladder", "lead"
    id: str = ""
    lead_id: str | None = None
    province: str | None = None
    market: str | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """What a signal says about something that happened. `facts` are further plain values and rows, by name."""

    name: str
    subject: Subject
    act: Act
    facts: Mapping[str, Any]
    happened_at: datetime
