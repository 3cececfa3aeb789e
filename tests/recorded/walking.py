"""Make requests one after another. Describe each request, its answer and the written rows as text."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.db import transaction
from django.test import override_settings
from rest_framework.test import APIClient

from tests.recorded import changes
from tests.recorded.masks import Masks

CLOCK = datetime(2026, 12, 15, 18, 0, tzinfo=UTC)  # a Tuesday, 13:00 in Toronto
# The usual headers of an answer. A different or missing one is described.
USUAL_HEADERS = {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_WIDTH = 160
_ALL_SHOWN, _SHOWN = 30, 10  # a list longer than the first number is shown with so many items
_ROW = re.compile(r"{(.+)}")


@dataclass(frozen=True)
class Request:
    """One request. `kind` is good, bad, repeated or refused. The user is a role, `nobody` (no role) or "" (no token)."""

    name: str
    kind: str
    method: str
    path: str
    given: Any = field(default_factory=dict)
    who: str = "operator"
    headers: Mapping[str, str] = field(default_factory=dict)
    after: timedelta = timedelta()  # how long after the time of the walk's clock
    is_told: bool = True  # otherwise it only prepares the next request
    keep: str = ""  # the name by which later paths and parameters refer to the row it made


@dataclass(frozen=True)
class Scene:
    """Consecutive requests. Their rows are rolled back before the next scene."""

    requests: tuple[Request, ...]
    is_go_live_enforced: bool = False


@dataclass(frozen=True)
class Told:
    """A request and its result in lines of text."""

    name: str
    asked: str
    head: list[str]
    body: list[str]
    rows: list[str]


@dataclass
class Walker:
    """Makes the requests. `rows` are the ids of the world's rows that a path may name."""

    clients: dict[str, APIClient]
    rows: dict[str, int]
    tables: list[str]

    def walked(self, scene: Scene) -> Iterator[Told]:
        """Walk a scene. Return the description of each request."""
        masks, rows = Masks(self.tables, CLOCK), dict(self.rows)
        with override_settings(GO_LIVE_ENFORCE=scene.is_go_live_enforced), transaction.atomic():
            for request in scene.requests:
                response = self.answer(request, rows)
                if request.keep:
                    rows[request.keep] = _made(response.json())
                written = changes.taken()
                if request.is_told:
                    yield _told(request, response, written, masks)
            transaction.set_rollback(True)

    def answer(self, request: Request, rows: Mapping[str, int]) -> Any:
        """Make the request. Return the answer."""
        path = _ROW.sub(lambda named: str(rows[named[1]]), request.path)
        given = {name: _with_rows(value, rows) for name, value in request.given.items()}
        with time_machine.travel(CLOCK + request.after, tick=False):
            call = getattr(self.clients[request.who], request.method.lower())
            return call(path, given, headers=dict(request.headers))


def _with_rows(value: Any, rows: Mapping[str, int]) -> Any:
    if isinstance(value, list):
        return [_with_rows(item, rows) for item in value]
    named = _ROW.fullmatch(value) if isinstance(value, str) else None
    return rows[named[1]] if named else value


def _made(answer: Any) -> int:
    """The id of the row that the request made, or of the first of several."""
    row = answer[0] if isinstance(answer, list) else answer
    return int(row.get("id") or row["reservation_id"])


def _told(request: Request, response: Any, written: list[changes.Change], masks: Masks) -> Told:
    return Told(request.name, _asked(request), _head(response, masks), _body(response, masks), _wrote(written, masks))


def _asked(request: Request) -> str:
    asked = f"{request.method.upper()} {request.path} as {request.who or 'nobody known'}"
    given = {name: brief(value) if isinstance(value, str) else value for name, value in request.given.items()}
    parts = (f"after {request.after}" if request.after else "", dict(request.headers), given)
    return " ".join([asked, *(part if isinstance(part, str) else json.dumps(part) for part in parts if part)])


def brief(text: str) -> str:
    """The text, shortened where it is too long to read."""
    return text if len(text) < 100 else f"{text[:10]}... of {len(text)}"


def _head(response: Any, masks: Masks) -> list[str]:
    untold = {"Content-Length", "X-Correlation-ID"} | ({"Allow"} if response.status_code != 405 else set())
    headers = {name: value for name, value in response.headers.items() if name not in untold}
    unusual = {name: value for name, value in headers.items() if USUAL_HEADERS.get(name) != value}
    missing = {name: "(missing)" for name in USUAL_HEADERS if name not in headers}
    lines = [f"{name}: {masks.text(value)}" for name, value in sorted({**unusual, **missing}.items())]
    return [str(response.status_code), *lines]


def _body(response: Any, masks: Masks) -> list[str]:
    if not response.headers.get("Content-Type", "").startswith("application/json"):
        return masks.text(response.content.decode()).splitlines()
    return list(_lines(masks.value(response.json())))


def _wrote(written: list[changes.Change], masks: Masks) -> list[str]:
    told = [list(_change(change, masks)) for change in changes.in_order(written)]
    return [line for lines in sorted(told, key=lambda lines: (lines[0].split()[1], lines)) for line in lines]


def _change(change: changes.Change, masks: Masks) -> Iterator[str]:
    if not (change.before and change.after):
        return _lines(masks.value(change.before or change.after), label=f"{'-' if change.before else '+'} {change.table} ")
    before, after = change.before, change.after
    became = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    return _lines(masks.value(became), label=f"~ {change.table} {masks.value(changes.key(change), 'id')} ")


def _lines(value: Any, indent: str = "", label: str = "", end: str = "") -> Iterator[str]:
    """JSON on one line if it fits, else over several lines."""
    short = f"{indent}{label}{json.dumps(value, ensure_ascii=False)}{end}"
    if len(short) <= _WIDTH or not isinstance(value, dict | list) or not value:
        yield short
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield f"{indent}{label}{opening}"
    items = list(_items(value))
    more = items[_SHOWN:] if isinstance(value, list) and len(items) > _ALL_SHOWN else []
    shown = items[: len(items) - len(more)]
    yield from _filled([line for name, item, comma in shown for line in _lines(item, f"{indent} ", name, comma)])
    if more:
        yield f"{indent} and {len(more)} more, of digest {hashlib.sha256(json.dumps(more).encode()).hexdigest()[:16]}"
    yield f"{indent}{closing}{end}"


def _items(value: dict[str, Any] | list[Any]) -> Iterator[tuple[str, Any, str]]:
    pairs = value.items() if isinstance(value, dict) else (("", item) for item in value)
    for n, (name, item) in enumerate(pairs, start=1):
        yield f"{json.dumps(name)}: " if isinstance(value, dict) else "", item, "," if n < len(value) else ""


def _filled(lines: list[str]) -> Iterator[str]:
    """Join short lines that fit on one line."""
    filled = ""
    for line in lines:
        if filled and (len(filled) + len(line) > _WIDTH or not filled.endswith(",") or line.lstrip()[-1] in "[{"):
            yield filled
            filled = line
        else:
            filled = f"{filled} {line.lstrip()}" if filled else line
    yield filled
