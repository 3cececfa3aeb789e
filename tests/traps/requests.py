"""Every POST with a valid body, and the required shape of a refusal."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from rest_framework.test import APIClient

from followups.ladders.templates.guide_steps import GUIDE_STEPS
from governance.market.rules import SAFE_RULES
from tests.wholesale.api_walk import ENDPOINTS

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
TASK = "/api/followups/task/{id}/complete"
SNOOZE = "/api/followups/task/{id}/snooze"
SKIP = "/api/followups/task/{id}/skip"
REASSIGN = "/api/followups/ladder/{id}/reassign"
CANCEL = "/api/followups/ladder/{id}/cancel"
RESTART = "/api/followups/ladder/{id}/restart"
MESSAGE = "/api/followups/inbound/{id}/decide"
ITEM = "/api/followups/inbox/{id}/done"
REPLY = "/api/followups/replies/{id}/sent"
TRIGGER = "/api/governance/regression/triggers/{id}/undo"
WHO = {"lead_id": "L1", "phone": "+14165550123", "actor": "bryan", "correlation_id": "c1"}
# A received message or wish is a fact: no bad detail refuses it.
INBOUND = "/api/followups/inbound"
RECEIVED = ("/api/governance/contact/opt-outs", "/api/governance/contact/do-not-call", INBOUND)
# What happens to an offer; the walk of the API makes it in a state in which this may happen.
OFFER = "/api/deals/offers/{id}/"
NEXT_WEEK = (datetime.now(UTC) + timedelta(days=7)).isoformat()
MOVED = {"reason": "a word with the seller", "documents": ["letter 7"], "correlation_id": "c1"}
OFFER_VERBS: dict[str, dict[str, Any]] = {
    f"{OFFER}send": {"expires_at": NEXT_WEEK},
    f"{OFFER}counter": {"amount": 5, "asked": 280_000, "expires_at": NEXT_WEEK},
    f"{OFFER}accept": {},
    f"{OFFER}reject": {},
    f"{OFFER}contract": {},
    f"{OFFER}assign": {"buyer_id": "B1"},
    f"{OFFER}close": {"realized_profit": 9_000},
    f"{OFFER}fall-through": {"realized_loss": 5},
}
# What these answer in an empty database: offers are off, nothing is reserved, no province has a tripwire, no lead and no
# vendor is known.
REFUSED_AT_FIRST = {
    "/api/buyers/deals/send": 404,
    "/api/deals/offers": 404,
    f"{OFFER}assign": 404,
    "/api/deals/offers/compute": 409,
    "/api/followups/vendors/agents/assign": 404,
    "/api/governance/risk/settle": 404,
    "/api/governance/risk/correct": 404,
    "/api/governance/regression/baseline/approve": 404,
    "/api/governance/regression/evaluate": 404,
    **dict.fromkeys(
        (f"/api/governance/contact/{path}" for path in ("consents", "contracts/end", "scrubs")),
        404,
    ),
}

# Each with all its text parameters, so that a test can make each of them invalid.
POSTS: dict[str, dict[str, Any]] = {
    "/api/buyers/book/upsert": {
        "buyer_id": "B9",
        "name": "Bo Chen",
        "company": "Chen Homes",
        "phone": "+14165550170",
        "second_phone": "+14165550171",
        "email": "bo.chen@example.ca",
        "second_email": "bo2@example.ca",
        "province": "ON",
        "market": "TORONTO",
        "zone": "America/Toronto",
        "language": "en",
        "status": "ACTIVE",
        "funds_proved_on": "2026-11-01",
        "funds_expire_on": "2027-02-01",
        "funds_amount": "900000",
        "source": "club",
        "notes": "closes in two weeks",
        "actor": "bryan",
        "correlation_id": "C-1",
    },
    "/api/buyers/deals/send": {
        "buyer_id": "B1",
        "deal_ref": "D2",
        "channel": "EMAIL",
        "province": "ON",
        "market": "TORONTO",
        "property_type": "SFR",
        "actor": "bryan",
        "correlation_id": "C-1",
    },
    "/api/buyers/match": {
        "province": "ON",
        "market": "TORONTO",
        "property_type": "SFR",
        "correlation_id": "C-1",
    },
    "/api/buyers/liquidity/feedback": {
        "province": "ON",
        "market": "TORONTO",
        "property_type": "SFR",
        "event": "BOUGHT",
        "buyer_id": "B1",
        "deal_ref": "D1",
        "actor": "bryan",
        "correlation_id": "c1",
    },
    "/api/deals/arv": {
        "province": "ON",
        "market": "TORONTO",
        "property_type": "SFR",
        "living_area_sqft": 1_400,
        "lot_sqft": 3_000,
        "beds": 3,
        "baths": 1.5,
        "year_built": 1962,
        "latitude": 43.68,
        "longitude": -79.34,
        "postal_code": "M4L 1A1",
        "property_id": "19-04",
        "as_of": "2026-06-01",
        "comps": [{"price": 500_000, "sold_on": "2026-01-15", "living_area_sqft": 1_300}],
        "correlation_id": "c1",
    },
    "/api/deals/offers": {
        "evidence_id": 1,
        "amount": 250_000,
        "fee": 9_000,
        "property_type": "SFR",
        "lead_id": "L1",
        "deal_ref": "MAPLE-12",
        "recommendation_id": 1,
        "correlation_id": "c1",
    },
    **{path: {**MOVED, **more} for path, more in OFFER_VERBS.items()},
    "/api/deals/offers/compute": {
        "province": "ON",
        "market": "TORONTO",
        "arv": 450_000,
        "repairs": 50_000,
        "comps": [{"price": 440_000}],
        "as_of": "2026-06-01",
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
        "liquidity_gate": "score",
        "stake": "offer",
        "changed_by": "bryan",
        "reason": "first",
        "correlation_id": "c1",
    },
    REPLY: {"correlation_id": "c1"},
    "/api/governance/duties/upsert": {
        "kind": "TRAINING",
        "subject": "ann",
        "due_on": "2027-12-31",
        "done_on": "2026-12-31",
        "note": "course no. 7",
        "enabled": True,
        "changed_by": "bryan",
        "reason": "first",
        "correlation_id": "c1",
    },
    "/api/followups/due/claim": {
        "owner": "bryan",
        "limit": 10,
        "lease_minutes": 15,
        "province": "ON",
        "market": "TORONTO",
        "channel": "CALL",
        "correlation_id": "c1",
    },
    "/api/followups/due/renew": {"task_ids": [1], "owner": "bryan", "lease_minutes": 15, "correlation_id": "c1"},
    "/api/followups/due/release": {"task_ids": [1], "owner": "bryan", "correlation_id": "c1"},
    "/api/followups/ladder/create": {
        "province": "ON",
        "market": "TORONTO",
        "lead_id": "L1",
        "owner": "bryan",
        "restart": False,
        "reason": "because",
        "correlation_id": "c1",
    },
    "/api/followups/ladder/bulk": {
        "ladders": [{"lead_id": "L1", "province": "ON", "market": "TORONTO", "owner": "bryan"}],
        "correlation_id": "c1",
    },
    TASK: {
        "actor": "bryan",
        "contacted_at": datetime.now(UTC).isoformat(),
        "outcome": "REACHED",
        "note": "called back",
        "force": False,
        "correlation_id": "c1",
    },
    SNOOZE: {
        "until": (datetime.now(UTC) + timedelta(days=1)).isoformat(),
        "reason": "asked for tomorrow",
        "correlation_id": "c1",
    },
    SKIP: {"reason": "not needed", "correlation_id": "c1"},
    REASSIGN: {"owner": "anna", "reason": "holidays", "correlation_id": "c1"},
    CANCEL: {"reason": "sold", "correlation_id": "c1"},
    RESTART: {"reason": "new interest", "correlation_id": "c1"},
    "/api/followups/outcomes/upsert": {
        "outcome": "REPLIED",
        "effect": "PAUSE",
        "pause_days": 7,
        "lead_status": "CONTACTED",
        "changed_by": "bryan",
        "reason": "they asked for time",
        "correlation_id": "c1",
    },
    "/api/governance/contact/explain": {
        "lead_ids": ["L1", "L2"],
        "channel": "CALL",
        "at": "2026-12-15T15:00:00Z",
        "correlation_id": "c1",
    },
    "/api/followups/sla/policies/upsert": {
        "province": "ON",
        "market": "TORONTO",
        "channel": "CALL",
        "enabled": True,
        "warn_after_minutes": 20,
        "breach_after_minutes": 60,
        "changed_by": "bryan",
        "reason": "many rivals",
        "correlation_id": "c1",
    },
    "/api/followups/templates/upsert": {
        "kind": "STANDARD",
        "province": "ON",
        "market": "TORONTO",
        "enabled": True,
        "steps": GUIDE_STEPS,
        "changed_by": "bryan",
        "reason": "first",
        "correlation_id": "c1",
    },
    "/api/followups/pool/upsert": {
        "province": "ON",
        "market": "TORONTO",
        "agent": "va1",
        "weight": 2,
        "paused_until": "2026-12-15T15:00:00Z",
        "changed_by": "bryan",
        "reason": "first",
        "correlation_id": "c1",
    },
    "/api/followups/vendors/upsert": {
        "name": "Calls",
        "registration_number": "C-1",
        "registration_expires_on": "2027-12-31",
        "contract_ends_on": "2027-11-30",
        "changed_by": "bryan",
        "reason": "first",
        "correlation_id": "c1",
    },
    "/api/followups/vendors/agents/assign": {
        "agent": "va1",
        "vendor": "Nobody",
        "changed_by": "bryan",
        "reason": "first",
        "correlation_id": "c1",
    },
    "/api/followups/vendors/agents/remove": {
        "agent": "va1",
        "changed_by": "bryan",
        "reason": "first",
        "correlation_id": "c1",
    },
    "/api/followups/pool/remove": {
        "province": "ON",
        "market": "TORONTO",
        "agent": "va1",
        "changed_by": "bryan",
        "reason": "first",
        "correlation_id": "c1",
    },
    "/api/followups/leads/upsert": {
        "lead_id": "L2",
        "province": "ON",
        "market": "TORONTO",
        "first_name": "Jane",
        "last_name": "Roe",
        "phone": "+14165550123",
        "email": "jane@example.ca",
        "address": "1 King St",
        "postal_code": "M5V 2T6",
        "role": "HOMEOWNER",
        "language": "en",
        "zone": "America/Toronto",
        "score": 0.5,
        "source": "mail",
        "status": "NEW",
        "reason": "because",
        "actor": "bryan",
        "correlation_id": "c1",
    },
    INBOUND: {
        "lead_id": "L1",
        "phone": "+14165550123",
        "email": "jane@example.ca",
        "channel": "SMS",
        "text": "hello",
        "received_at": "2026-05-01T12:00:00Z",
        "correlation_id": "c1",
    },
    MESSAGE: {"meaning": "REPLY", "reason": "read it", "correlation_id": "c1"},
    ITEM: {"reason": "called back", "correlation_id": "c1"},
    "/api/governance/contact/consents": {
        **WHO,
        "email": "ann@example.ca",
        "channel": "SMS",
        "basis": "EXPRESS",
        "obtained_at": "2026-05-01T12:00:00Z",
        "ended_on": "2026-05-02",
        "evidence": "form 1",
        "proof": {"wording": "Yes, text me offers.", "given_how": "WEB_FORM"},
        "reason": "first",
    },
    "/api/governance/contact/contracts/end": {
        **WHO,
        "email": "ann@example.ca",
        "channel": "SMS",
        "ended_on": "2026-05-02",
        "evidence": "notice 1",
        "reason": "first",
    },
    "/api/governance/contact/opt-outs": {
        **WHO,
        "email": "ann@example.ca",
        "channel": "SMS",
        "said_at": "2026-05-01T12:00:00Z",
        "evidence": "message 1",
        "reason": "first",
    },
    "/api/governance/contact/opt-outs/lift": {
        **WHO,
        "email": "ann@example.ca",
        "channel": "SMS",
        "evidence": "message 1",
        "reason": "first",
    },
    "/api/governance/contact/do-not-call": {
        **WHO,
        "said_at": "2026-05-01T12:00:00Z",
        "evidence": "call 1",
        "reason": "first",
    },
    "/api/governance/contact/scrubs": {
        **WHO,
        "checked_at": "2026-05-01T12:00:00Z",
        "evidence": "file 1",
        "reason": "first",
    },
    "/api/governance/contact/organisation/upsert": {
        "name": "Maple Homes",
        "mailing_address": "1 King St, Toronto",
        "contact": "info@example.ca",
        "consent": "enforce",
        "identity": "enforce",
        "scrub": "warn",
        "registration_number": "R-1",
        "registration_expires_on": "2027-12-31",
        "changed_by": "bryan",
        "reason": "first",
        "correlation_id": "c1",
    },
    "/api/governance/contact/closed-days": {
        "day": "2026-12-24",
        "province": "ON",
        "name": "Christmas Eve",
        "changed_by": "bryan",
        "reason": "first",
        "correlation_id": "c1",
    },
    "/api/governance/contact/closed-days/remove": {
        "day": "2026-12-24",
        "province": "ON",
        "changed_by": "bryan",
        "reason": "first",
        "correlation_id": "c1",
    },
    "/api/governance/contact/area-codes": {
        "area_code": "416",
        "expires_on": "2027-12-31",
        "changed_by": "bryan",
        "reason": "first",
        "correlation_id": "c1",
    },
    "/api/governance/contact/area-codes/import": {
        "subscriptions": "416,2027-12-31",
        "changed_by": "bryan",
        "reason": "first",
        "correlation_id": "c1",
    },
    "/api/governance/contact/area-codes/remove": {
        "area_code": "416",
        "changed_by": "bryan",
        "reason": "first",
        "correlation_id": "c1",
    },
    "/api/governance/go-live/disable": {"changed_by": "bryan", "reason": "drill", "correlation_id": "c1"},
    "/api/governance/go-live/enable": {"changed_by": "bryan", "reason": "drill over", "correlation_id": "c1"},
    "/api/governance/go-live/kill-switch/engage": {"changed_by": "bryan", "reason": "drill", "correlation_id": "c1"},
    "/api/governance/go-live/kill-switch/release": {"changed_by": "bryan", "reason": "drill over", "correlation_id": "c1"},
    "/api/governance/heimdall/policies/upsert": {
        "domain": "BUYER_MATCH",
        "min_confidence_prod": 0.9,
        "min_sandbox_trials": 50,
        "min_sandbox_success_rate": 0.8,
        "prod_use_enabled": False,
        "use_lower_bound": False,
        "trial_window_days": 30,
        "recommendation_hours": 24,
        "changed_by": "bryan",
        "reason": "first",
        "correlation_id": "c1",
    },
    "/api/governance/heimdall/recommend": {
        "domain": "BUYER_MATCH",
        "confidence": 0.95,
        "recommendation": {"buyer": "B1"},
        "evidence": [{"close_rate": 0.3}],
        "actor": "bryan",
        "correlation_id": "c1",
    },
    "/api/governance/heimdall/sandbox/trial": {
        "domain": "BUYER_MATCH",
        "confidence": 0.95,
        "success": True,
        "actor": "bryan",
        "correlation_id": "c1",
    },
    "/api/governance/market/policies/upsert": {
        "province": "ON",
        "market": "TORONTO",
        "enabled": True,
        "rules": SAFE_RULES,
        "changed_by": "bryan",
        "reason": "first",
        "correlation_id": "c1",
    },
    "/api/governance/regression/baseline/approve": {
        "domain": "WHOLESALE",
        "metric": "contract_rate",
        "province": "ON",
        "changed_by": "bryan",
        "reason": "first",
        "correlation_id": "c1",
    },
    "/api/governance/regression/evaluate": {
        "domain": "WHOLESALE",
        "metric": "contract_rate",
        "province": "ON",
        "correlation_id": "c1",
    },
    "/api/governance/regression/kpi": {
        "domain": "WHOLESALE",
        "metric": "contract_rate",
        "success": True,
        "value": 1.5,
        "province": "ON",
        "market": "TORONTO",
        "actor": "bryan",
        "detail": {"deal": "D1"},
        "correlation_id": "c1",
    },
    "/api/governance/regression/policies/upsert": {
        "domain": "WHOLESALE",
        "metric": "contract_rate",
        "province": "ON",
        "statistic": "SUCCESS_RATE",
        "method": "DROP",
        "action": "THROTTLE",
        "engine": "WHOLESALE",
        "window_events": 50,
        "baseline_events": 200,
        "min_events_to_enforce": 50,
        "window_days": 7,
        "max_drop_fraction": 0.2,
        "design_drop": 0.4,
        "amber_threshold": 4,
        "red_threshold": 7,
        "changed_by": "bryan",
        "reason": "first",
        "correlation_id": "c1",
    },
    TRIGGER: {"changed_by": "bryan", "reason": "mended", "correlation_id": "c1"},
    "/api/governance/risk/check-and-reserve": {
        "engine": "WHOLESALE",
        "amount": 10,
        "actor": "bryan",
        "reason": "first",
        "metadata": {"deal": "D1"},
        "correlation_id": "c1",
    },
    "/api/governance/risk/policies/upsert": {
        "engine": "WHOLESALE",
        "max_daily_loss": 200,
        "max_daily_exposure": 1_000,
        "max_open_risk": 1_000,
        "max_actions_per_day": 0,
        "enabled": True,
        "changed_by": "bryan",
        "reason": "first",
        "correlation_id": "c1",
    },
    "/api/governance/risk/settle": {
        "engine": "WHOLESALE",
        "reserved_amount": 11,
        "realized_loss": 1,
        "actor": "bryan",
        "reason": "first",
        "correlation_id": "c1",
    },
    "/api/governance/risk/correct": {
        "engine": "WHOLESALE",
        "reserved_amount": 11,
        "realized_loss": 1,
        "actor": "bryan",
        "reason": "first",
        "correlation_id": "c1",
    },
    "/api/governance/runbook/runs": {"changed_by": "bryan", "reason": "first", "correlation_id": "c1"},
}
PROVINCE_OPTIONAL = (
    "/api/followups/due/claim",
    "/api/governance/contact/closed-days",
    "/api/governance/contact/closed-days/remove",
    *(f"/api/governance/regression/{path}" for path in ("kpi", "evaluate", "baseline/approve", "policies/upsert")),
)
GETS = {endpoint.path: endpoint.good for endpoint in ENDPOINTS if endpoint.method == "get"}
TEXTS = [
    (path, name)
    for path, body in POSTS.items()
    if path not in RECEIVED
    for name, value in body.items()
    if isinstance(value, str)
]
RECEIVED_TEXTS = [(path, name) for path in RECEIVED for name in POSTS[path]]


def is_as_at_first(path: str, response: Any) -> bool:
    """Whether a POST with its valid body is answered as in an empty database."""
    return response.status_code in ((REFUSED_AT_FIRST[path],) if path in REFUSED_AT_FIRST else (200, 201))


def valid(method: str, path: str) -> dict[str, Any]:
    """Valid parameters of the endpoint."""
    return dict(POSTS[path] if method == "POST" else GETS[path])


def send(client: APIClient, path: str, body: str | bytes, content_type: str, **extra: Any) -> Any:
    """Post the body unchanged."""
    return client.generic("POST", path, body, content_type=content_type, **extra)  # type: ignore[arg-type]  # takes bytes too


def post_json(client: APIClient, path: str, body: Any, **extra: Any) -> Any:
    """Post JSON as Python writes it, lone surrogates included. Text and bytes are sent unchanged."""
    return send(client, path, body if isinstance(body, str | bytes) else json.dumps(body), JSON, **extra)


def assert_refused(response: Any, status: int, *, attr: str | None = "") -> None:
    """Check that the answer is this refusal in the common shape. One of its errors names the field `attr`."""
    assert response.status_code == status, response.content[:500]
    assert response["Content-Type"].startswith("application/json")
    answer = response.json()
    assert set(answer) == {"type", "errors"}
    assert answer["type"] in ("validation_error", "client_error")
    assert answer["errors"]
    assert all(set(error) == {"code", "detail", "attr"} for error in answer["errors"])
    if attr != "":
        assert attr in [error["attr"] for error in answer["errors"]], answer
