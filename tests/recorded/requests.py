"""Every operation of the OpenAPI document with the requests that show how it behaves: good, bad, repeated, refused.

Valid parameters are in tests.wholesale.api_walk and tests.traps.requests. The bad ones are derived from the document.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from typing import Any

from tests.documented import document
from tests.recorded.walking import CLOCK, Request, Scene, brief
from tests.traps.requests import POSTS
from tests.wholesale.api_walk import ENDPOINTS

KEY = {"Idempotency-Key": "K-1"}
STRICT = {"Prefer": "handling=strict"}
NIGHT = timedelta(hours=14)  # 03:00 in Toronto
# Times that the two tables compute from the clock of their import.
OF_THE_CLOCK = {
    "until": "2026-12-16T18:00:00Z",
    "contacted_at": "2026-12-15T18:00:00Z",
    "expires_at": "2026-12-22T18:00:00Z",
}
# The row of the world that a verb acts on. For other verbs it is the newest of its list.
ROWS = {
    "followups/task": "task",
    "followups/ladder": "ladder",
    "followups/inbound/decide": "message",
    "governance/regression/triggers": "trigger",
    "deals/offers/send": "draft",
    **dict.fromkeys((f"deals/offers/{verb}" for verb in ("counter", "accept", "reject", "fall-through")), "sent_offer"),
    "deals/offers/contract": "accepted_offer",
    **dict.fromkeys((f"deals/offers/{verb}" for verb in ("assign", "close")), "contracted_offer"),
}
_endpoints = {(endpoint.method, endpoint.path): endpoint for endpoint in ENDPOINTS}
SWITCH = Request("", "good", "post", "/api/governance/go-live/kill-switch/engage", {"reason": "drill"}, is_told=False)
OFF = Request("", "good", "post", "/api/governance/go-live/disable", {"reason": "drill"}, is_told=False)


@dataclass(frozen=True)
class Parameter:
    """A parameter as documented."""

    name: str
    schema: dict[str, Any]


@dataclass(frozen=True)
class Operation:
    """One method of one path of the document, with valid parameters."""

    name: str  # its operationId
    method: str
    path: str
    parameters: tuple[Parameter, ...]

    @property
    def good(self) -> dict[str, Any]:
        """The required parameters."""
        return _timed(_endpoints[self.method, self.path].good)

    @property
    def full(self) -> dict[str, Any]:
        """Every parameter, or for a GET the required ones."""
        return _timed(POSTS[self.path]) if self.method == "post" else self.good

    def request(self, name: str, kind: str, given: Any = None, **options: Any) -> Request:
        """A request to the operation, by default with the required parameters."""
        given = self.good if given is None else given
        path = self.path.replace("{id}", f"{{{row_of(self.path)}}}").replace("{correlation_id}", "made")  # as factories do
        return Request(name, kind, self.method, path, given, **options)


def _timed(given: dict[str, Any]) -> dict[str, Any]:
    return {name: OF_THE_CLOCK.get(name, value) for name, value in given.items()}


def row_of(path: str) -> str:
    """The name of the row whose id the path takes."""
    before, _, after = path.removeprefix("/api/").partition("/{id}")
    return ROWS.get(before + after, ROWS.get(before, before))


@cache
def operations() -> tuple[Operation, ...]:
    """The document's operations that are endpoints of the API."""
    return tuple(
        Operation(item["operationId"], method, path, tuple(_parameters(item)))
        for path, methods in document()["paths"].items()
        for method, item in methods.items()
    )


def _parameters(item: dict[str, Any]) -> Iterator[Parameter]:
    for one in item.get("parameters", ()):
        if one["in"] == "query":
            yield Parameter(one["name"], one["schema"])


def scenes(operation: Operation) -> Iterator[Scene]:
    """Every scene of the operation, in a fixed order."""
    yield from (Scene((request,)) for request in _good(operation))
    yield from (Scene((request,)) for request in _refused_to_some(operation))
    yield from (Scene((request,)) for request in _bad(operation))
    if operation.method == "post":
        yield from _repeated(operation)
    yield from _refused_by_the_state(operation)


def _good(operation: Operation) -> Iterator[Request]:
    yield operation.request("good", "good")
    if operation.method == "post":
        yield operation.request("with every parameter", "good", operation.full)
    else:
        for one in operation.parameters:
            yield operation.request(f"with {one.name}", "good", {**operation.good, one.name: _fitting(one.schema)})
    yield operation.request("at night", "good", after=NIGHT)


def _refused_to_some(operation: Operation) -> Iterator[Request]:
    for role in ("agent", "integrator", "auditor"):
        allowed = role in _endpoints[operation.method, operation.path].roles
        yield operation.request(f"as {role}", "good" if allowed else "refused", who=role)
    yield operation.request("as somebody without a role", "refused", who="nobody")
    yield operation.request("with a token of nobody", "refused", who="stranger")
    yield operation.request("without a token", "refused", who="")
    yield replace(operation.request("by another method", "refused"), method="delete")


def _bad(operation: Operation) -> Iterator[Request]:
    endpoint = _endpoints[operation.method, operation.path]
    yield operation.request("unknown parameter", "good", {**operation.good, "colour": "blue"})
    yield operation.request("unknown parameter, strictly", "bad", {**operation.good, "colour": "blue"}, headers=STRICT)
    if endpoint.bad:
        yield operation.request("bad", "bad", endpoint.bad[0])
    for name in operation.good:
        yield operation.request(f"without {name}", "bad", {key: v for key, v in operation.good.items() if key != name})
    for name, value in _spoilt(operation):
        yield operation.request(f"{name} is {brief(str(value))}", "bad", {**operation.full, name: value})
    if "{id}" in operation.path:
        for unknown in ("999999999", "x"):
            yield replace(operation.request(f"unknown id {unknown}", "bad"), path=operation.path.replace("{id}", unknown))


def _spoilt(operation: Operation) -> Iterator[tuple[str, Any]]:
    described = {one.name: one.schema for one in operation.parameters}
    for name, schema in described.items():
        yield from ((name, value) for value in _unfitting(schema, in_json=operation.method == "post"))
    # Parameters documented only for the body: objects and lists.
    yield from ((name, 5) for name in operation.full if name not in described)


def _repeated(operation: Operation) -> Iterator[Scene]:
    first = operation.request("once more under its key: the first", "good", headers=KEY)
    other = {**operation.good, "correlation_id": "c2", "reason": "other", "actor": "other"}
    yield Scene(
        (
            first,
            operation.request("once more under its key: the same", "repeated", headers=KEY),
            operation.request("once more under its key: with other parameters", "repeated", other, headers=KEY),
            operation.request("once more under its key: of another user", "repeated", headers=KEY, who="integrator"),
        )
    )
    once = replace(operation.request("", "good"), is_told=False)
    yield Scene((once, operation.request("once more without a key", "repeated")))
    yield Scene((once, operation.request("once more without a key, with every parameter", "repeated", operation.full)))


def _refused_by_the_state(operation: Operation) -> Iterator[Scene]:
    yield Scene((SWITCH, operation.request("while the kill switch is engaged", "refused")))
    yield Scene((OFF, operation.request("while go-live is off", "refused")), is_go_live_enforced=True)
    if any(one.name == "expected_version" for one in operation.parameters):
        given = {**operation.full, "expected_version": 99}
        yield Scene((operation.request("another version is expected", "refused", given),))


def _type(schema: dict[str, Any]) -> str:
    kind = schema.get("type", "string")
    return str(kind if isinstance(kind, str) else kind[0])


def _fitting(schema: dict[str, Any]) -> Any:
    if "enum" in schema:
        return schema["enum"][0]
    if schema.get("format") == "date-time":
        return (CLOCK - timedelta(days=1)).isoformat().replace("+00:00", "Z")
    return {"integer": 1, "number": 0.5, "boolean": "true"}.get(_type(schema), "L1")


def _unfitting(schema: dict[str, Any], *, in_json: bool) -> Iterator[Any]:
    kind, form = _type(schema), schema.get("format", "")
    if kind in ("integer", "number"):
        yield from ("many", -1, 10**12)
    elif form.startswith("date"):
        yield from ("yesterday", "1999-01-01T00:00:00Z" if form == "date-time" else "1999-01-01")
    elif kind == "boolean" or "enum" in schema:
        yield "perhaps"
    else:
        yield "x" * 1100
        if in_json:
            yield ["a"]
