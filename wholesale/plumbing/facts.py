"""Text that was received: a fact, made storable rather than refused (CONTRACT section 10)."""

import json
import re
from collections.abc import Mapping
from typing import Any

from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH

REPLACED = "\ufffd"  # stands for each character that cannot be stored
CUT = " [cut]"  # ends a text that was too long
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CONTROL_WITHIN_LINES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def as_text(data: Any) -> str:
    """What came, as text: of JSON that is no text its JSON."""
    return data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)


def storable(text: str, longest: int, *, lines: bool = True) -> str:
    """A text that any database can store: trimmed, unusable characters replaced, cut to `longest` characters."""
    text = (_CONTROL_WITHIN_LINES if lines else _CONTROL).sub(REPLACED, text.strip())
    return text if len(text) <= longest else text[: longest - len(CUT)] + CUT


def noted(text: str, unreadable: Mapping[str, str]) -> str:
    """A reason that also names what was not taken as it came, cut where the two together are too long."""
    if not unreadable:
        return text
    named = "; ".join(f"{name} {came[:100]!r}" for name, came in unreadable.items())
    note = storable(f"Not taken as it came: {named}.", NOTE_MAX_LENGTH)
    return f"{storable(text, NOTE_MAX_LENGTH - len(note) - 1)} {note}".strip()
