"""Every POST with a body that is right, and what each refusal must look like."""

import json
from typing import Any

from rest_framework.test import APIClient

from governance.market.rules import SAFE_RULES

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
TASK = "/api/followups/task/{id}/complete"

# Each with all its text parameters, so that each can be spoilt.
POSTS: dict[str, dict[str, Any]] = {
    "/api/buyers/liquidity/feedback": {
        "province": "ON",
        "market": "TORONTO",
        "property_type": "SFR",
        "event": "BOUGHT",
        "buyer_id": "B1",
        "actor": "bryan",
        "correlation_id": "c1",
    },
    "/api/deals/offers/compute": {
        "province": "ON",
        "market": "TORONTO",
        "arv": 450_000,
        "repairs": 50_000,
        "comps": [{"price": 440_000}],
        "assumptions": {"note": "none"},
        "correlation_id": "c1",
    },
    "/api/deals/offers/policies/upsert": {
        "province": "ON",
        "market": "TORONTO",
        "enabled": True,
        "max_arv_multiplier": 0.7,
        "default_assignment_fee": 10_000,
        "default_fees_buffer": 2_500,
        "changed_by": "bryan",
        "reason": "first",
        "correlation_id": "c1",
    },
    "/api/followups/ladder/create": {
        "province": "ON",
        "market": "TORONTO",
        "lead_id": "L1",
        "owner": "bryan",
        "restart": False,
        "correlation_id": "c1",
    },
    TASK: {"actor": "bryan", "correlation_id": "c1"},
    "/api/governance/go-live/kill-switch/engage": {"changed_by": "bryan", "reason": "drill", "correlation_id": "c1"},
    "/api/governance/go-live/kill-switch/release": {"changed_by": "bryan", "reason": "drill over", "correlation_id": "c1"},
    "/api/governance/market/policies/upsert": {
        "province": "ON",
        "market": "TORONTO",
        "enabled": True,
        "rules": SAFE_RULES,
        "changed_by": "bryan",
        "reason": "first",
        "correlation_id": "c1",
    },
}
TEXTS = [(path, name) for path, body in POSTS.items() for name, value in body.items() if isinstance(value, str)]

# Parameters that hold a number: (method, path, name).
RATES_AND_AMOUNTS = [
    ("POST", "/api/deals/offers/compute", "arv"),
    ("POST", "/api/deals/offers/compute", "repairs"),
    ("POST", "/api/deals/offers/policies/upsert", "max_arv_multiplier"),
    ("POST", "/api/deals/offers/policies/upsert", "default_assignment_fee"),
    ("POST", "/api/deals/offers/policies/upsert", "default_fees_buffer"),
    ("GET", "/api/governance/market/can-contact", "lead_score"),
]
WHOLE_NUMBERS = [
    ("POST", "/api/deals/offers/policies/upsert", "expected_version"),
    ("POST", "/api/governance/market/policies/upsert", "expected_version"),
    ("GET", "/api/governance/market/can-contact", "weekday"),
    ("GET", "/api/followups/due", "limit"),
    ("GET", "/api/followups/sla", "window"),
    ("GET", "/api/followups/tasks", "ladder"),
    ("GET", "/api/deals/offers/evidence", "policy"),
]
GETS: dict[str, dict[str, Any]] = {
    "/api/governance/market/can-contact": {"province": "ON", "channel": "SMS", "hhmm": "10:00", "weekday": 1},
}
LISTS = (
    "/api/buyers/feedback",
    "/api/deals/offers/evidence",
    "/api/followups/ladders",
    "/api/followups/tasks",
    "/api/kpi/events",
)


def valid(method: str, path: str) -> dict[str, Any]:
    """Parameters that the endpoint takes."""
    return dict(POSTS[path] if method == "POST" else GETS.get(path, {}))


def send(client: APIClient, path: str, body: str | bytes, content_type: str, **extra: Any) -> Any:
    """Post the body as it is."""
    return client.generic("POST", path, body, content_type=content_type, **extra)  # type: ignore[arg-type]  # takes bytes too


def post_json(client: APIClient, path: str, body: Any, **extra: Any) -> Any:
    """Post JSON as Python writes it, lone surrogates and all; text and bytes go as they are."""
    return send(client, path, body if isinstance(body, str | bytes) else json.dumps(body), JSON, **extra)


def assert_refused(response: Any, status: int, *, attr: str | None = "") -> None:
    """The answer is this refusal, in the one shape; `attr` is the field that one of its errors names."""
    assert response.status_code == status, response.content[:500]
    assert response["Content-Type"].startswith("application/json")
    answer = response.json()
    assert set(answer) == {"type", "errors"}
    assert answer["type"] in ("validation_error", "client_error")
    assert answer["errors"]
    assert all(set(error) == {"code", "detail", "attr"} for error in answer["errors"])
    if attr != "":
        assert attr in [error["attr"] for error in answer["errors"]], answer
