"""Making texts from outside storable. What people tell us is a fact, so it is never refused (CONTRACT section 10)."""

import json
import re
from collections.abc import Mapping
from typing import Any

from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH

REPLACED = "\ufffd"  # replaces each character that cannot be stored
CUT = " [cut]"  # marks the end of a text that was cut
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_CONTROL_WITHIN_LINES = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def as_text(data: Any) -> str:
    """Return the value as text: a text unchanged, any other value as JSON."""
    return data if isinstance(data, str) else json.dumps(data, ensure_ascii=False)


def storable(text: str, longest: int, *, lines: bool = True) -> str:
    """Return the text in storable form: trimmed, cut to `longest`, bad characters replaced. `lines` keeps line breaks."""
    text = (_CONTROL_WITHIN_LINES if lines else _CONTROL).sub(REPLACED, text.strip())
    return text if len(text) <= longest else text[: longest - len(CUT)] + CUT


def noted(text: str, unreadable: Mapping[str, str]) -> str:
    """Return `text` and a sentence that quotes the `unreadable` values (name -> original text). The whole fits in a note."""
    if not unreadable:
        return text
    named = "; ".join(f"{name} {came[:100]!r}" for name, came in unreadable.items())
    note = storable(f"Not taken as it came: {named}.", NOTE_MAX_LENGTH)
    return f"{storable(text, NOTE_MAX_LENGTH - len(note) - 1)} {note}".strip()
