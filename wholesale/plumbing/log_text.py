"""Lines of the log as text. They are masked, because the message of an exception may quote personal values."""

import json
import re
import traceback
from collections.abc import Callable
from typing import Any, TextIO

import orjson
import structlog

_QUOTED = re.compile(r"""'[^'\n]*'|"[^"\n]*"|\(.*\)""")  # PostgreSQL shows a row between parentheses
_ADDRESS = re.compile(r"[^\s()]+@[^\s()]+")
_NUMBER = re.compile(r"\+?\d(?:[ .()-]{0,2}\d){6,}")

# PostgreSQL's DETAIL holds values, perhaps on several lines. It ends where the next traceback of a chain begins.
_DETAIL = re.compile(r"^DETAIL:.*?(?=\n\n(?:The above exception|During handling)|\Z)", re.MULTILINE | re.DOTALL)

_as_dicts = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)


def masked(text: str) -> str:
    """Return the text with parts masked that may be personal: quotations, parentheses, addresses and long numbers."""
    for pattern in (_DETAIL, _NUMBER, _ADDRESS, _QUOTED):
        text = pattern.sub("...", text)
    return text


def masked_traceback(text: str) -> str:
    """Return a traceback with the messages of exceptions masked. Its indented lines (frames and code) stay."""
    lines = _DETAIL.sub("...", text).splitlines(keepends=True)
    return "".join(line if line.startswith("  ") else masked(line) for line in lines)


def write_traceback(stream: TextIO, exc_info: Any) -> None:
    """Write a masked traceback for a person. structlog's console renderer calls it."""
    stream.write("\n" + masked_traceback("".join(traceback.format_exception(*exc_info))))


def json_line(line: dict[str, Any], default: Callable[[Any], Any]) -> str:
    """Return a line of the log as JSON in ASCII. `default` gives a text for what JSON does not know."""
    try:
        text = orjson.dumps(line, default)
    except TypeError:  # a whole number above 64 bits, or a lone surrogate
        return json.dumps(line, default=default)
    return text.decode() if text.isascii() else json.dumps(line, default=default)


def traceback_dicts(exc_info: Any) -> list[dict[str, Any]]:
    """Return a masked traceback as plain values. structlog's JSON renderer calls it."""
    stacks = _as_dicts(exc_info)
    for stack in stacks:
        stack["exc_value"] = masked(stack["exc_value"])
        stack["exc_notes"] = [masked(note) for note in stack["exc_notes"]]
    return stacks
