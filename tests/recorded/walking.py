"""One request after another: what was asked, what was answered, and which rows were written, as text."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import time_machine
from django.db import transaction
from django.test import override_settings
from rest_framework.test import APIClient

from tests.recorded import changes
from tests.recorded.masks import Masks

CLOCK = datetime(2026, 12, 15, 18, 0, tzinfo=UTC)  # a Tuesday, 13:00 in Toronto
# An answer has these; a header is told where it differs, or is missing.
USUAL_HEADERS = {
    "Content-Type": "application/json",
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_WIDTH = 160
_ROW = re.compile(r"{(.+)}")


@dataclass(frozen=True)
class Request:
    """One request. `kind` is good, bad, repeated or refused; who asks is a role, `nobody` (no role) or "" (no token)."""

    name: str
    kind: str
    method: str
    path: str
    given: Any = field(default_factory=dict)
    who: str = "operator"
    headers: Mapping[str, str] = field(default_factory=dict)
    after: timedelta = timedelta()  # how long after the walk's clock
    is_told: bool = True  # else it only prepares the next one


@dataclass(frozen=True)
class Scene:
    """Requests that follow each other. What they write is undone before the next scene."""

    requests: tuple[Request, ...]
    is_go_live_enforced: bool = False


@dataclass
class Walker:
    """Makes the requests. `rows` are the ids of the rows of the world that a path may name."""

    clients: dict[str, APIClient]
    rows: dict[str, int]
    tables: list[str]

    def walked(self, scene: Scene) -> Iterator[tuple[str, str]]:
        """(name, text) of each request that is told."""
        masks = Masks(self.tables, CLOCK)
        rows = dict(self.rows)
        with override_settings(GO_LIVE_ENFORCE=scene.is_go_live_enforced), transaction.atomic():
            for request in scene.requests:
                response = self.answer(request, rows)
                written = changes.taken()
                if request.is_told:
                    yield request.name, f"{_asked(request)}\n{_told(response, masks)}{_wrote(written, masks)}"
            transaction.set_rollback(True)

    def answer(self, request: Request, rows: Mapping[str, int]) -> Any:
        """Make the request."""
        client, path = self.clients[request.who], _ROW.sub(lambda named: str(rows[named[1]]), request.path)
        with time_machine.travel(CLOCK + request.after, tick=False):
            call = getattr(client, request.method.lower())
            return call(path, request.given, headers=dict(request.headers))


def _asked(request: Request) -> str:
    asked = f"{request.method.upper()} {request.path} as {request.who or 'nobody known'}"
    given = f" {json.dumps(request.given, ensure_ascii=False)}" if request.given else ""
    headers = f" {json.dumps(dict(request.headers))}" if request.headers else ""
    when = f" after {request.after}" if request.after else ""
    return f"{asked}{when}{headers}{given}"


def _told(response: Any, masks: Masks) -> str:
    untold = {"Content-Length", "X-Correlation-ID"} | ({"Allow"} if response.status_code != 405 else set())
    headers = {name: value for name, value in response.headers.items() if name not in untold}
    unusual = {name: value for name, value in headers.items() if USUAL_HEADERS.get(name) != value}
    missing = {name: "(missing)" for name in USUAL_HEADERS if name not in headers}
    lines = [f"{name}: {masks.text(value)}\n" for name, value in sorted({**unusual, **missing}.items())]
    return f"{response.status_code}\n{''.join(lines)}{_body(response, masks)}\n"


def _body(response: Any, masks: Masks) -> str:
    if not response.headers.get("Content-Type", "").startswith("application/json"):
        return masks.text(response.content.decode())
    return "\n".join(_lines(masks.value(response.json())))


def _wrote(written: list[tuple[str, Any, Any]], masks: Masks) -> str:
    return "".join(
        f"{line}\n" for line in sorted(_change(masks, table, before, after) for table, before, after in written)
    )


def _change(masks: Masks, table: str, before: Any, after: Any) -> str:
    if before and after:
        became = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
        key = next(iter(after))
        return f"~ {table} {masks.value({key: after[key]})} {_line(_changed(became, masks))}"
    return f"{'-' if before else '+'} {table} {_line(masks.value(before or after))}"


def _changed(became: Mapping[str, list[Any]], masks: Masks) -> dict[str, Any]:
    return {name: [masks.value(value, name) for value in values] for name, values in sorted(became.items())}


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def _lines(value: Any, indent: str = "", label: str = "", end: str = "") -> Iterator[str]:
    """JSON on one line where it fits; else what fits on a line, and the rest on lines of its own."""
    short = f"{indent}{label}{json.dumps(value, ensure_ascii=False)}{end}"
    if len(short) <= _WIDTH or not isinstance(value, dict | list) or not value:
        yield short
        return
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    yield f"{indent}{label}{opening}"
    yield from _filled([line for name, item, comma in _items(value) for line in _lines(item, f"{indent} ", name, comma)])
    yield f"{indent}{closing}{end}"


def _items(value: dict[str, Any] | list[Any]) -> Iterator[tuple[str, Any, str]]:
    pairs = value.items() if isinstance(value, dict) else (("", item) for item in value)
    for n, (name, item) in enumerate(pairs, start=1):
        yield f"{json.dumps(name)}: " if isinstance(value, dict) else "", item, "," if n < len(value) else ""


def _filled(lines: list[str]) -> Iterator[str]:
    """The lines, with those that fit beside each other put on one."""
    filled = ""
    for line in lines:
        if filled and (len(filled) + len(line) > _WIDTH or not filled.endswith(",") or line.lstrip()[-1] in "[{"):
            yield filled
            filled = line
        else:
            filled = f"{filled} {line.lstrip()}" if filled else line
    yield filled

