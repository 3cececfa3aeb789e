"""The envelope that every signal carries, so that receivers read all signals in the same way."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from wholesale.plumbing.act import Act


class Subject(NamedTuple):
    """The thing that something happened to."""

    kind: str  # such as "task", "ladder", "lead"
    id: str = ""
    lead_id: str | None = None
    province: str | None = None
    market: str | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """Something that happened: its name, its subject, the act and facts. `facts` are plain values and rows."""

    name: str
    subject: Subject
    act: Act
    facts: Mapping[str, Any]
    happened_at: datetime
