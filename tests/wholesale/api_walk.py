"""Every endpoint of the API, walked, beside one table written by hand from CONTRACT sections 2 and 5."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from offers.models import OfferPolicy
from tests.factories import EvidenceFactory, FeedbackFactory, KpiFactory, LadderFactory, MarketPolicyFactory, TaskFactory

OPERATOR, AGENT, INTEGRATOR, AUDITOR = ROLES = ("operator", "agent", "integrator", "auditor")
EVERYBODY = frozenset(ROLES)


@dataclass(frozen=True, eq=False)
class Endpoint:
    """One method of one path: who may call it, parameters that work, and one parameter that does not."""

    method: str
    path: str  # with {id} where a row's id stands
    roles: frozenset[str]
    good: dict[str, Any] = field(default_factory=dict)
    bad: tuple[dict[str, Any], str] | None = None  # parameters, and the field that the answer names
    row: Callable[[], Any] | None = None  # makes the row whose id the path takes
    status: int = 200

    def url(self) -> str:
        return self.path.replace("{id}", str(self.row().pk)) if self.row else self.path

    def __repr__(self) -> str:
        return f"{self.method} {self.path}"


def get(path: str, *, bad: tuple[dict[str, Any], str] | None = None, **options: Any) -> Endpoint:
    return Endpoint("get", f"/api/{path}", EVERYBODY, bad=bad, **options)


def post(path: str, *roles: str, bad: tuple[dict[str, Any], str] | None = None, **options: Any) -> Endpoint:
    return Endpoint("post", f"/api/{path}", frozenset(roles), bad=bad, **options)


def rows(path: str, make: Callable[[], Any], bad_filter: tuple[dict[str, Any], str]) -> list[Endpoint]:
    return [get(path, bad=bad_filter), get(f"{path}/{{id}}", row=make)]


def _task_of_nobody() -> Any:
    return TaskFactory.create(owner=None)


ENDPOINTS = [
    get("governance/market/policies"),
    get("governance/market/policies/{id}", row=MarketPolicyFactory.create),
    post(
        "governance/market/policies/upsert",
        OPERATOR,
        good={"province": "ON", "enabled": False},
        bad=({"province": "XX"}, "province"),
    ),
    get("governance/market/effective", good={"province": "ON"}, bad=({"province": ""}, "province")),
    get(
        "governance/market/can-contact",
        good={"province": "ON", "channel": "SMS", "weekday": 1, "hhmm": "12:00"},
        bad=({"province": "ON", "channel": "FAX"}, "channel"),
    ),
    post("governance/go-live/kill-switch/engage", OPERATOR, good={"reason": "test"}, bad=({"reason": ""}, "reason")),
    post("governance/go-live/kill-switch/release", OPERATOR, good={"reason": "test"}, bad=({}, "reason")),
    post(
        "followups/ladder/create",
        OPERATOR,
        INTEGRATOR,
        good={"lead_id": "L1", "province": "ON"},
        bad=({"province": "ON", "lead_id": "\x7f"}, "lead_id"),
        status=201,
    ),
    post(
        "followups/task/{id}/complete",
        OPERATOR,
        AGENT,
        INTEGRATOR,
        good={"actor": "bryan"},
        bad=({"actor": ["a"]}, "actor"),
        row=_task_of_nobody,
    ),
    get("followups/due", good={"limit": 10}, bad=({"limit": "1.0"}, "limit")),
    get("followups/sla", good={"window": 10}, bad=({"window": 0}, "window")),
    *rows("followups/ladders", LadderFactory.create, ({"open": "perhaps"}, "open")),
    *rows("followups/tasks", TaskFactory.create, ({"ladder": "1.0"}, "ladder")),
    get("buyers/liquidity/nodes"),
    get("buyers/liquidity/score", good={"province": "ON"}, bad=({"province": "ON", "market": "%"}, "market")),
    post(
        "buyers/liquidity/feedback",
        OPERATOR,
        AGENT,
        INTEGRATOR,
        good={"province": "ON", "event": "BOUGHT", "buyer_id": "B1"},
        bad=({"province": "ON", "event": "LOVED"}, "event"),
        status=201,
    ),
    *rows("buyers/feedback", FeedbackFactory.create, ({"event": "LOVED"}, "event")),
    get("deals/offers/policies"),
    post(
        "deals/offers/policies/upsert",
        OPERATOR,
        good={"province": "ON", "enabled": True},
        bad=({"province": "ON", "max_arv_multiplier": 2}, "max_arv_multiplier"),
    ),
    post(
        "deals/offers/compute",
        OPERATOR,
        INTEGRATOR,
        good={"province": "ON", "arv": 450000, "repairs": 50000},
        bad=({"province": "ON", "arv": "4.5e5", "repairs": 0}, "arv"),
        status=201,
    ),
    *rows("deals/offers/evidence", EvidenceFactory.create, ({"since": "yesterday"}, "since")),
    *rows("kpi/events", KpiFactory.create, ({"domain": "?"}, "domain")),
    get("kpi/summary", bad=({"since": "2026-12-15"}, "since")),
]


def call(client: Any, endpoint: Endpoint, given: dict[str, Any] | None = None, *, url: str = "") -> Any:
    """Call it with its good parameters, or with these."""
    given = endpoint.good if given is None else given
    return getattr(client, endpoint.method)(url or endpoint.url(), given)


def make_everything_possible() -> None:
    """Rows that the good parameters stand on."""
    OfferPolicy.objects.filter(province="ON").update(enabled=True)


@dataclass(frozen=True)
class Route:
    """A route as the router has it."""

    path: str
    view: Any
    actions: dict[str, str]  # method -> action


def routes() -> Iterator[Route]:
    """Every routed viewset below /api/."""
    for path, pattern in _patterns(get_resolver(), "/"):
        actions = getattr(pattern.callback, "actions", None)
        if path.startswith("/api/") and actions:
            # The first GET of all adds "head" to the actions.
            named = {method: action for method, action in actions.items() if method != "head"}
            yield Route(path, pattern.callback.cls, named)  # type: ignore[attr-defined]


def _patterns(resolver: Any, prefix: str) -> Iterator[tuple[str, URLPattern]]:
    for item in resolver.url_patterns:
        path = prefix + re.sub(r"\(\?P<(\w+)>[^)]*\)", r"{\1}", str(item.pattern)).strip("^$").removesuffix(r"\Z")
        if isinstance(item, URLResolver):
            yield from _patterns(item, path)
        else:
            yield path, item
