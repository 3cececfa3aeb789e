"""Every endpoint of the API, from the router and from a table written by hand from CONTRACT sections 2, 3 and 5."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from governance import gate
from governance.ledger import consents, opt_outs, points
from governance.market.models import MarketPolicy
from governance.market.rules import SAFE_RULES, WINDOWS
from governance.policies import upsert
from governance.risk import reservations
from offers.models import OfferPolicy
from tests.factories import (
    AreaCodeFactory,
    AttemptFactory,
    BuyerFactory,
    ClosedDayFactory,
    DealSentFactory,
    EvidenceFactory,
    FeedbackFactory,
    InboundFactory,
    InboxItemFactory,
    KpiFactory,
    LadderFactory,
    LeadFactory,
    MarketPolicyFactory,
    OfferFactory,
    PoolAgentFactory,
    RecordFactory,
    ReplyFactory,
    RunFactory,
    SentOfferFactory,
    SlaBreachFactory,
    TaskEventFactory,
    TaskFactory,
    TriggerFactory,
    VendorFactory,
    many,
)
from wholesale.plumbing.act import Act

OPERATOR, AGENT, INTEGRATOR, AUDITOR = ROLES = ("operator", "agent", "integrator", "auditor")
EVERYBODY = frozenset(ROLES)


@dataclass(frozen=True, eq=False)
class Endpoint:
    """One method of one path: the roles that may call it, valid parameters, and one bad parameter."""

    method: str
    path: str  # with {id} where a row's id stands, {correlation_id} where that of a request does
    roles: frozenset[str]
    good: dict[str, Any] = field(default_factory=dict)
    bad: tuple[dict[str, Any], str] | None = None  # parameters, and the field that the answer names
    row: Callable[[], Any] | None = None  # makes the row whose id the path takes
    stands_on: Callable[[], Any] | None = None  # makes other rows that the good parameters need
    status: int = 200
    media_type: str = "application/json"

    def url(self) -> str:
        if self.stands_on:
            self.stands_on()
        path = self.path.replace("{correlation_id}", "made")
        return path.replace("{id}", str(self.row().pk)) if self.row else path

    def __repr__(self) -> str:
        return f"{self.method} {self.path}"


def get(path: str, *, bad: tuple[dict[str, Any], str] | None = None, **options: Any) -> Endpoint:
    return Endpoint("get", f"/api/{path}", EVERYBODY, bad=bad, **options)


def post(path: str, *roles: str, bad: tuple[dict[str, Any], str] | None = None, **options: Any) -> Endpoint:
    return Endpoint("post", f"/api/{path}", frozenset(roles), bad=bad, **options)


def rows(path: str, make: Callable[[], Any], bad_filter: tuple[dict[str, Any], str]) -> list[Endpoint]:
    return [get(path, bad=bad_filter), get(f"{path}/{{id}}", row=make)]


def _a_vendor() -> None:
    VendorFactory.create(name="Calls")


def _buyer_to_reach_at_any_hour() -> None:
    BuyerFactory.create(buyer_id="walked")
    always = [{"days": list(range(7)), "start": "00:00", "end": "23:59"}]
    upsert(MarketPolicy, province="ON", rules={**SAFE_RULES, WINDOWS: always}, act=Act("test", reason="a test"))


def _walked_lead() -> None:
    LeadFactory.create(lead_id="walked")


def _task_of_nobody() -> Any:
    return TaskFactory.create(owner=None)


def _task_of_the_agent() -> Any:
    return TaskFactory.create(owner="agent")


def _ladder_at_work() -> Any:
    return TaskFactory.create(ladder__open_steps=1).ladder


def _message_of_a_lead() -> Any:
    return InboundFactory.create(lead_id=LeadFactory.create().lead_id)


def _reply_to_a_lead() -> Any:
    return ReplyFactory.create(message=_message_of_a_lead())


def _record_of_a_lead() -> Any:
    point = ("PHONE", LeadFactory.create().phone)
    return RecordFactory.create(point=points.contact_points([point], Act())[point])


def _reservations() -> None:
    for _ in range(4):
        gate.risk_reserve_or_raise("WHOLESALE", Decimal(10), actor="walk")


def _settled() -> None:
    _reservations()
    reservations.risk_settle(engine="WHOLESALE", reserved_amount=Decimal(10), act=Act("walk"))


def _events_for_a_baseline() -> None:
    for success in (True, False):
        many(KpiFactory, 100, metric="contract_rate", success=success)


def _an_opt_out() -> None:
    opt_outs.record_opt_out(points=points.points_of(phone="+14165550123"), act=Act("walk"))


def _a_contract() -> None:
    consents.record_consent(
        points=points.points_of(phone="+14165550123"),
        basis="CONTRACT",
        obtained_at=datetime(2026, 5, 1, tzinfo=UTC),
        evidence="contract 1",
        act=Act("walk"),
    )


def _evidence() -> None:
    EvidenceFactory.create(pk=9_001)


def _draft() -> Any:
    """A draft of a small offer in a market that is open for offers, however illiquid."""
    return OfferFactory.create(evidence__policy__enabled=True, evidence__policy__min_liquidity_score=0, amount=Decimal(10))


def _offer(**values: Any) -> Callable[[], Any]:
    """Make an offer that is on the table, or beyond it, with what it puts at stake."""

    def make() -> Any:
        reservation = gate.risk_record(engine="WHOLESALE", amount=Decimal(10), act=Act("walk"))
        expires_at = timezone.now() + timedelta(days=7)
        open_market = {"evidence__policy__enabled": True}
        return SentOfferFactory.create(
            reservation=reservation, amount=Decimal(10), expires_at=expires_at, **open_market, **values
        )

    return make


def _buyer() -> None:
    BuyerFactory.create(buyer_id="walked")


def happens(verb: str, make: Callable[[], Any], **options: Any) -> Endpoint:
    """What becomes of an offer, which an agent may record too."""
    bad = ({"reason": "x" * 1_001}, "reason")
    return post(f"deals/offers/{{id}}/{verb}", OPERATOR, AGENT, INTEGRATOR, row=make, **{"bad": bad, **options})


CLAIMING = (OPERATOR, AGENT, INTEGRATOR)
ABOUT = {"phone": "416 555 0123"}
WATCHED = {"domain": "WHOLESALE", "metric": "contract_rate"}
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
    get(
        "governance/contact/decide",
        good={"lead_id": "walked", "channel": "SMS"},
        bad=({"lead_id": "walked", "channel": "FAX"}, "channel"),
        stands_on=_walked_lead,
    ),
    post(
        "governance/contact/explain",
        *ROLES,
        good={"lead_ids": ["walked", "nobody"], "channel": "CALL"},
        bad=({"lead_ids": [], "channel": "CALL"}, "lead_ids"),
        stands_on=_walked_lead,
    ),
    post(
        "governance/contact/consents",
        OPERATOR,
        INTEGRATOR,
        good={
            **ABOUT,
            "basis": "EXPRESS",
            "obtained_at": "2026-05-01T12:00:00Z",
            "evidence": "form 1",
            "proof": {"wording": "Yes, text me offers.", "given_how": "WEB_FORM"},
        },
        bad=({**ABOUT, "basis": "EXPRESS", "obtained_at": "2026-05-01T12:00:00Z"}, "evidence"),
        status=201,
    ),
    post(
        "governance/contact/contracts/end",
        OPERATOR,
        INTEGRATOR,
        good={**ABOUT, "ended_on": "2026-05-02", "evidence": "notice 1"},
        bad=({**ABOUT, "ended_on": "2 May", "evidence": "notice 1"}, "ended_on"),
        stands_on=_a_contract,
    ),
    post("governance/contact/opt-outs", OPERATOR, INTEGRATOR, good=ABOUT, bad=({"reason": "x"}, "lead_id"), status=201),
    post("governance/contact/do-not-call", OPERATOR, INTEGRATOR, good=ABOUT, bad=({}, "lead_id"), status=201),
    post(
        "governance/contact/opt-outs/lift",
        OPERATOR,
        good={**ABOUT, "reason": "test"},
        bad=(ABOUT, "reason"),
        stands_on=_an_opt_out,
    ),
    post(
        "governance/contact/scrubs",
        OPERATOR,
        INTEGRATOR,
        good={**ABOUT, "checked_at": "2026-05-01T12:00:00Z", "evidence": "file 1"},
        bad=({**ABOUT, "checked_at": "2026-05-01T12:00:00", "evidence": "file 1"}, "checked_at"),
        status=201,
    ),
    *rows("governance/contact/records", _record_of_a_lead, ({"phone": "555"}, "phone")),
    get("governance/contact/organisation"),
    post(
        "governance/contact/organisation/upsert",
        OPERATOR,
        good={"consent": "enforce"},
        bad=({"consent": "perhaps"}, "consent"),
    ),
    *rows("governance/contact/closed-days", ClosedDayFactory.create, ({"province": "XX"}, "province")),
    post(
        "governance/contact/closed-days",
        OPERATOR,
        good={"day": "2026-12-24", "name": "Christmas Eve"},
        bad=({"day": "2026-12-32", "name": "Never"}, "day"),
    ),
    post("governance/contact/closed-days/remove", OPERATOR, good={"day": "2026-12-24"}, bad=({"day": "24/12/2026"}, "day")),
    get("governance/contact/area-codes"),
    get("governance/contact/area-codes/{id}", row=AreaCodeFactory.create),
    post(
        "governance/contact/area-codes",
        OPERATOR,
        good={"area_code": "416", "expires_on": "2027-03-31"},
        bad=({"area_code": "41", "expires_on": "2027-03-31"}, "area_code"),
    ),
    post(
        "governance/contact/area-codes/import",
        OPERATOR,
        good={"subscriptions": "416,2027-03-31"},
        bad=({"subscriptions": "416"}, "subscriptions"),
    ),
    post("governance/contact/area-codes/remove", OPERATOR, good={"area_code": "416"}, bad=({}, "area_code")),
    get("governance/duties"),
    post(
        "governance/duties/upsert",
        OPERATOR,
        good={"kind": "TRAINING", "subject": "ann", "due_on": "2027-03-31"},
        bad=({"kind": "PARTY"}, "kind"),
    ),
    get("governance/go-live/state"),
    get("governance/go-live/checklist"),
    post("governance/go-live/enable", OPERATOR, good={"reason": "test"}, bad=({}, "reason")),
    post("governance/go-live/disable", OPERATOR, good={"reason": "test"}, bad=({"reason": " "}, "reason")),
    post("governance/go-live/kill-switch/engage", OPERATOR, good={"reason": "test"}, bad=({"reason": ""}, "reason")),
    post("governance/go-live/kill-switch/release", OPERATOR, good={"reason": "test"}, bad=({}, "reason")),
    get("governance/risk/policies"),
    post(
        "governance/risk/policies/upsert",
        OPERATOR,
        good={"engine": "WHOLESALE", "max_open_risk": 500},
        bad=({"engine": "WHOLESALE", "max_open_risk": -1}, "max_open_risk"),
    ),
    get("governance/risk/ledger/today"),
    post(
        "governance/risk/check-and-reserve",
        OPERATOR,
        INTEGRATOR,
        good={"engine": "WHOLESALE", "amount": 10},
        bad=({"engine": "WHOLESALE", "amount": 0}, "amount"),
    ),
    post(
        "governance/risk/settle",
        OPERATOR,
        INTEGRATOR,
        good={"engine": "WHOLESALE", "reserved_amount": 10},
        bad=({"engine": "WHOLESALE"}, "reservation_id"),
        stands_on=_reservations,
    ),
    post(
        "governance/risk/correct",
        OPERATOR,
        good={"engine": "WHOLESALE", "reserved_amount": 10, "realized_loss": 1, "reason": "test"},
        bad=({"engine": "WHOLESALE", "reserved_amount": 10, "realized_loss": 1}, "reason"),
        stands_on=_settled,
    ),
    get("governance/heimdall/policies"),
    post(
        "governance/heimdall/policies/upsert",
        OPERATOR,
        good={"domain": "BUYER_MATCH", "min_sandbox_trials": 60},
        bad=({"domain": "NEW"}, "min_confidence_prod"),
    ),
    get("governance/heimdall/scorecard/today"),
    post(
        "governance/heimdall/sandbox/trial",
        OPERATOR,
        INTEGRATOR,
        good={"domain": "BUYER_MATCH", "confidence": 0.9, "success": True},
        bad=({"domain": "BUYER_MATCH", "confidence": 1.1, "success": True}, "confidence"),
        status=201,
    ),
    post(
        "governance/heimdall/recommend",
        OPERATOR,
        INTEGRATOR,
        good={"domain": "BUYER_MATCH", "confidence": 0.95, "recommendation": {"buyer": "B1"}},
        bad=({"domain": "BUYER_MATCH", "confidence": 0.95, "recommendation": "call B1"}, "recommendation"),
        status=201,
    ),
    get("governance/regression/policies"),
    post(
        "governance/regression/policies/upsert",
        OPERATOR,
        good={**WATCHED, "window_events": 60},
        bad=({**WATCHED, "window_events": 0}, "window_events"),
    ),
    get("governance/regression/state"),
    post("governance/regression/evaluate", OPERATOR, good=WATCHED, bad=({"domain": "WHOLESALE"}, "metric")),
    post(
        "governance/regression/kpi",
        OPERATOR,
        INTEGRATOR,
        good={**WATCHED, "success": True},
        bad=({**WATCHED, "success": "perhaps"}, "success"),
        status=201,
    ),
    post(
        "governance/regression/baseline/approve",
        OPERATOR,
        good={**WATCHED, "reason": "test"},
        bad=(WATCHED, "reason"),
        stands_on=_events_for_a_baseline,
    ),
    post(
        "governance/regression/triggers/{id}/undo",
        OPERATOR,
        good={"reason": "test"},
        bad=({}, "reason"),
        row=TriggerFactory.create,
    ),
    get("governance/runbook/status"),
    get("governance/runbook/markdown", media_type="text/markdown"),
    get("governance/runbook/checks"),
    get("governance/runbook/runs"),
    get("governance/runbook/runs/{id}", row=RunFactory.create),
    post("governance/runbook/runs", OPERATOR, good={"reason": "test"}, bad=({"reason": ""}, "reason"), status=201),
    post(
        "followups/ladder/create",
        OPERATOR,
        INTEGRATOR,
        good={"lead_id": "L1", "province": "ON"},
        bad=({"province": "ON", "lead_id": "\x7f"}, "lead_id"),
        status=201,
    ),
    post(
        "followups/ladder/bulk",
        OPERATOR,
        INTEGRATOR,
        good={"ladders": [{"lead_id": "L1", "province": "ON"}]},
        bad=({"ladders": [{"lead_id": "L1", "province": "ON"}, "L2"]}, "ladders.1"),
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
    post(
        "followups/task/{id}/snooze",
        OPERATOR,
        AGENT,
        INTEGRATOR,
        good={"until": (timezone.now() + timedelta(days=1)).isoformat(), "reason": "test"},
        bad=({"until": "2026-12-15T12:00:00", "reason": "test"}, "until"),
        row=_task_of_the_agent,
    ),
    post(
        "followups/task/{id}/skip",
        OPERATOR,
        AGENT,
        INTEGRATOR,
        good={"reason": "test"},
        bad=({"reason": ""}, "reason"),
        row=_task_of_the_agent,
    ),
    post(
        "followups/ladder/{id}/reassign",
        OPERATOR,
        INTEGRATOR,
        good={"owner": "anna", "reason": "test"},
        bad=({"owner": ["a"], "reason": "test"}, "owner"),
        row=_ladder_at_work,
    ),
    post(
        "followups/ladder/{id}/cancel",
        OPERATOR,
        INTEGRATOR,
        good={"reason": "test"},
        bad=({"reason": ""}, "reason"),
        row=_ladder_at_work,
    ),
    post(
        "followups/ladder/{id}/restart",
        OPERATOR,
        INTEGRATOR,
        good={"reason": "test"},
        bad=({"reason": ""}, "reason"),
        row=_ladder_at_work,
        status=201,
    ),
    *rows("followups/events", TaskEventFactory.create, ({"kind": "MAYBE"}, "kind")),
    get("followups/outcomes"),
    post(
        "followups/outcomes/upsert",
        OPERATOR,
        good={"outcome": "REPLIED", "effect": "PAUSE", "pause_days": 7, "reason": "test"},
        bad=({"outcome": "REPLIED", "pause_days": 366}, "pause_days"),
    ),
    get("followups/templates"),
    get("followups/templates/effective", good={"province": "ON"}, bad=({"province": ""}, "province")),
    post(
        "followups/templates/upsert",
        OPERATOR,
        good={"province": "ON", "enabled": True},
        bad=({"province": "ON", "steps": [{"delay_minutes": 0, "channel": "FAX"}]}, "steps.0.channel"),
    ),
    get("followups/pool"),
    post(
        "followups/pool/upsert",
        OPERATOR,
        good={"province": "ON", "agent": "va1"},
        bad=({"province": "ON", "agent": "va1", "weight": 0}, "weight"),
    ),
    post(
        "followups/pool/remove",
        OPERATOR,
        good={"province": "ON", "agent": "va1"},
        bad=({"province": "ON"}, "agent"),
    ),
    get("followups/vendors"),
    post(
        "followups/vendors/upsert",
        OPERATOR,
        good={"name": "Calls", "registration_number": "C-1", "registration_expires_on": "2027-03-31"},
        bad=({"name": "Calls", "registration_number": "C-1", "registration_expires_on": "soon"}, "registration_expires_on"),
    ),
    get("followups/vendors/agents"),
    post(
        "followups/vendors/agents/assign",
        OPERATOR,
        good={"agent": "va1", "vendor": "Calls"},
        bad=({"agent": "va1"}, "vendor"),
        stands_on=_a_vendor,
    ),
    post("followups/vendors/agents/remove", OPERATOR, good={"agent": "va1"}, bad=({}, "agent")),
    get("followups/due", good={"limit": 10}, bad=({"limit": "1.0"}, "limit")),
    post("followups/due/claim", *CLAIMING, good={"limit": 10}, bad=({"lease_minutes": 241}, "lease_minutes")),
    post("followups/due/renew", *CLAIMING, good={"task_ids": [1]}, bad=({"task_ids": []}, "task_ids")),
    post("followups/due/release", *CLAIMING, good={"task_ids": [1]}, bad=({"task_ids": {}}, "task_ids")),
    get("followups/sla/policies"),
    post(
        "followups/sla/policies/upsert",
        OPERATOR,
        good={"province": "ON", "channel": "CALL", "breach_after_minutes": 60},
        bad=({"province": "ON", "channel": "FAX"}, "channel"),
    ),
    get("followups/sla/at-risk", good={"limit": 10}, bad=({"limit": 0}, "limit")),
    *rows("followups/sla/breaches", SlaBreachFactory.create, ({"since": "2026-12-15"}, "since")),
    get("followups/sla", good={"by": "owner", "since": "2026-01-01T00:00:00Z"}, bad=({"window": 0}, "window")),
    *rows("followups/leads", LeadFactory.create, ({"phone": "555"}, "phone")),
    post(
        "followups/leads/upsert",
        OPERATOR,
        INTEGRATOR,
        good={"lead_id": "L1", "province": "ON", "score": 0.5},
        bad=({"lead_id": "L1", "province": "ON", "score": 1.5}, "score"),
        status=201,
    ),
    *rows("followups/ladders", LadderFactory.create, ({"open": "perhaps"}, "open")),
    *rows("followups/tasks", TaskFactory.create, ({"ladder": "1.0"}, "ladder")),
    *rows("followups/attempts", AttemptFactory.create, ({"allowed": "perhaps"}, "allowed")),
    *rows("followups/inbound", _message_of_a_lead, ({"meaning": "MAYBE"}, "meaning")),
    post(
        "followups/inbound",
        OPERATOR,
        INTEGRATOR,
        good={"phone": "416 555-0123", "channel": "SMS", "text": "STOP"},
        bad=({"channel": "SMS", "text": "STOP"}, "lead_id"),  # nothing else refuses a received message
        status=201,
    ),
    post(
        "followups/inbound/{id}/decide",
        OPERATOR,
        AGENT,
        good={"meaning": "OPT_OUT", "reason": "test"},
        bad=({"meaning": "DOUBTFUL", "reason": "test"}, "meaning"),
        row=_message_of_a_lead,
    ),
    get("followups/inbound/words"),
    *rows("followups/replies", _reply_to_a_lead, ({"kind": "MAYBE"}, "kind")),
    post("followups/replies/{id}/sent", OPERATOR, AGENT, INTEGRATOR, row=_reply_to_a_lead),
    *rows("followups/inbox", InboxItemFactory.create, ({"kind": "MAYBE"}, "kind")),
    post(
        "followups/inbox/{id}/done",
        OPERATOR,
        AGENT,
        good={"reason": "test"},
        bad=({"reason": ""}, "reason"),
        row=InboxItemFactory.create,
    ),
    get("buyers/liquidity/nodes"),
    get("buyers/liquidity/score", good={"province": "ON"}, bad=({"province": "ON", "market": "%"}, "market")),
    get("buyers/liquidity/graph", bad=({"province": "ZZ"}, "province")),
    get("buyers/liquidity/neighbours", good={"province": "ON"}, bad=({"province": "ON", "limit": 501}, "limit")),
    post(
        "buyers/match",
        *ROLES,
        good={"province": "ON", "price": 420000, "arv": 640000, "repairs": 45000, "explore": 0.1},
        bad=({"province": "ON", "explore": 1.5}, "explore"),
    ),
    get("buyers/book/{id}/fitting", row=BuyerFactory.create),
    post(
        "buyers/liquidity/feedback",
        OPERATOR,
        AGENT,
        INTEGRATOR,
        good={"province": "ON", "event": "BOUGHT", "buyer_id": "B1"},
        bad=({"province": "ON", "event": "LOVED"}, "event"),
        status=201,
    ),
    *rows("buyers/book", BuyerFactory.create, ({"phone": "555"}, "phone")),
    post(
        "buyers/book/upsert",
        OPERATOR,
        INTEGRATOR,
        good={"buyer_id": "B1", "province": "ON", "boxes": [{"places": [{"province": "ON"}], "max_price": 500000}]},
        bad=({"buyer_id": "B1", "province": "ON", "phone": "555"}, "phone"),
        status=201,
    ),
    *rows("buyers/feedback", FeedbackFactory.create, ({"event": "LOVED"}, "event")),
    *rows("buyers/deals", DealSentFactory.create, ({"channel": "FAX"}, "channel")),
    post(
        "buyers/deals/send",
        OPERATOR,
        AGENT,
        INTEGRATOR,
        good={"buyer_id": "walked", "deal_ref": "D1", "channel": "EMAIL", "province": "ON"},
        bad=({"buyer_id": "B1", "deal_ref": "D1", "channel": "FAX", "province": "ON"}, "channel"),
        stands_on=_buyer_to_reach_at_any_hour,
        status=201,
    ),
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
    post(
        "deals/arv",
        OPERATOR,
        AGENT,
        INTEGRATOR,
        AUDITOR,
        good={"province": "ON", "comps": [{"price": 500000, "sold_on": "2026-01-15"}], "as_of": "2026-06-01"},
        bad=({"province": "ON", "latitude": 43.7}, "longitude"),
    ),
    get(
        "deals/land-transfer-tax",
        good={"province": "ON", "municipality": "TORONTO", "price": 450000},
        bad=({"province": "ON", "price": -1}, "price"),
    ),
    *rows("deals/offers", OfferFactory.create, ({"state": "LOST"}, "state")),
    post(
        "deals/offers",
        OPERATOR,
        INTEGRATOR,
        good={"evidence_id": 9_001},
        bad=({"evidence_id": 9_001, "amount": 0}, "amount"),
        stands_on=_evidence,
        status=201,
    ),
    post("deals/offers/{id}/send", OPERATOR, INTEGRATOR, bad=({"expires_at": "soon"}, "expires_at"), row=_draft),
    post(
        "deals/offers/{id}/counter",
        OPERATOR,
        INTEGRATOR,
        good={"amount": 9},
        bad=({"amount": 0}, "amount"),
        row=_offer(),
    ),
    happens("accept", _offer()),
    happens("reject", _offer()),
    happens("contract", _offer(state="ACCEPTED")),
    post(
        "deals/offers/{id}/assign",
        OPERATOR,
        INTEGRATOR,
        good={"buyer_id": "walked"},
        bad=({}, "buyer_id"),
        row=_offer(state="CONTRACTED"),
        stands_on=_buyer,
    ),
    happens("close", _offer(state="CONTRACTED"), good={"realized_profit": 5}, bad=({}, "realized_profit")),
    happens("fall-through", _offer(), bad=({"realized_loss": -1}, "realized_loss")),
    *rows("deals/offers/evidence", EvidenceFactory.create, ({"since": "yesterday"}, "since")),
    *rows("kpi/events", KpiFactory.create, ({"domain": "?"}, "domain")),
    get("kpi/trace/{correlation_id}", bad=({"before": "yesterday"}, "before")),
    get("kpi/summary", bad=({"since": "2026-12-15"}, "since")),
    get("kpi/friday-review", bad=({"until": "2026-12-18"}, "until")),
]


def call(client: Any, endpoint: Endpoint, given: dict[str, Any] | None = None, *, url: str = "") -> Any:
    """Call the endpoint with its good parameters, or with the given ones."""
    given = endpoint.good if given is None else given
    return getattr(client, endpoint.method)(url or endpoint.url(), given)


def make_everything_possible() -> None:
    """Make the rows that the good parameters need."""
    OfferPolicy.objects.filter(province="ON").update(enabled=True)
    PoolAgentFactory.create(agent="agent", market="ALL")  # an agent reads only what is in its pool


@dataclass(frozen=True)
class Route:
    """A route of the router."""

    path: str
    view: Any
    actions: dict[str, str]  # method -> action


def routes() -> Iterator[Route]:
    """The routes of every viewset below /api/."""
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
