"""The rows of the walk, made by the API itself in the four days before the walk's clock."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import time_machine
from django.contrib.auth.models import User
from django.core.management import call_command
from rest_framework.test import APIClient

from offers.models import OfferPolicy
from tests.factories import EvidenceFactory
from tests.recorded.walking import CLOCK, Walker
from tests.traps.requests import POSTS
from tests.wholesale.api_walk import ENDPOINTS
from wholesale.plumbing.work import periodic

ROLES = ("operator", "agent", "integrator", "auditor")
BEGAN = CLOCK - timedelta(days=4, hours=3)  # a Friday, 10:00 in Toronto
Post = Callable[..., Any]


def build(tables: list[str]) -> Walker:
    """Make the accounts and the rows. Return the walker."""
    clients = _accounts()
    with time_machine.travel(BEGAN, tick=False) as clock:

        def post(path: str, *, hours_later: int = 0, **given: Any) -> Any:
            clock.shift(60 + 3600 * hours_later)
            response = clients["operator"].post(f"/api/{path}", given)
            assert response.status_code in (200, 201), (path, response.status_code, response.content)
            return response.json()

        _govern(post)
        _meet(post)
        offers = _offer(post)
        _count(post)
        rows = _work(post) | offers
        _sell(post)
        clock.move_to(CLOCK - timedelta(hours=1))
        for job in jobs():
            job()
        rows |= _found(clients["operator"], rows["task"]) | _newest(clients["operator"])
    return Walker(clients, rows, tables)


def jobs() -> list[Callable[[], object]]:
    """Run the worker's periodic tasks, in order of the functions' names, since their modules may move."""
    return sorted((job.task.func for job in periodic.jobs()), key=lambda function: function.__name__)


def _newest(client: APIClient) -> dict[str, int]:
    """The newest row of each list by the list's path."""
    lists = [endpoint.path.removesuffix("/{id}") for endpoint in ENDPOINTS if endpoint.path.endswith("/{id}")]
    pages = {path: client.get(path).json() for path in lists}
    found = {path: page if isinstance(page, list) else page["results"] for path, page in pages.items()}
    assert all(found.values()), [path for path, rows in found.items() if not rows]
    return {path.removeprefix("/api/"): rows[0]["id"] for path, rows in found.items()}


def _found(client: APIClient, task: int) -> dict[str, int]:
    """Rows that other acts made."""
    (item,) = client.get("/api/followups/inbox", {"kind": "MESSAGE"}).json()["results"]
    triggers = [trigger for state in client.get("/api/governance/regression/state").json() for trigger in state["triggers"]]
    ladder = client.get(f"/api/followups/tasks/{task}").json()["ladder"]
    return {"message_item": item["id"], "trigger": triggers[0]["id"], "ladder": ladder}


def _accounts() -> dict[str, APIClient]:
    with time_machine.travel(BEGAN, tick=False):
        clients = {role: _client(role, role) for role in ROLES}
        clients["nobody"] = _client("nobody", "auditor")
        User.objects.get(username="nobody").groups.clear()
    stranger = APIClient(raise_request_exception=False)
    stranger.credentials(HTTP_AUTHORIZATION=f"Token {'0' * 64}")
    return {**clients, "stranger": stranger, "": APIClient(raise_request_exception=False)}


def _client(name: str, role: str) -> APIClient:
    printed = StringIO()
    call_command("create_api_token", name, role=role, stdout=printed)
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Token {printed.getvalue().strip()}")
    return client


def _govern(post: Post) -> None:
    """Set the organisation, its strictness, the offers and the pool."""
    post("governance/contact/organisation/upsert", **POSTS["/api/governance/contact/organisation/upsert"])
    post("deals/offers/policies/upsert", province="ON", enabled=True)
    post("followups/pool/upsert", province="ON", agent="agent")
    post("followups/pool/upsert", province="QC", agent="va1", weight=2)
    post("followups/vendors/upsert", name="Calls", registration_number="C-1", registration_expires_on="2027-12-31")
    post("followups/vendors/agents/assign", agent="va2", vendor="Calls")
    post("governance/duties/upsert", kind="TRAINING", subject="bob", due_on="2027-12-31")
    post("governance/contact/closed-days", day="2026-12-26", name="Boxing Day", province="BC")
    post("governance/contact/area-codes", area_code="604", expires_on="2027-12-31")
    post("governance/runbook/runs", reason="to have one")


def _meet(post: Post) -> None:
    """Make leads with and without a ground, and lines about a number."""
    _lead(post, "L1", phone="+14165550199", email="jane@example.ca", market="TORONTO", has_consent=True)
    _lead(post, "walked", phone="+14165550198", market="TORONTO", has_consent=True)
    # Without a number, since the ledger's lines of several points have no fixed order.
    _lead(post, "L2", province="QC", market="MONTREAL", has_consent=False)
    _lead(post, "gone", phone="+14165550196", has_consent=False)
    post("governance/contact/opt-outs", lead_id="gone", evidence="a letter")
    about = {"phone": "+14165550123"}
    ground = {"basis": "CONTRACT", "obtained_at": "2026-05-01T00:00:00Z", "evidence": "contract 1"}
    post("governance/contact/consents", **about, channel="SMS", **ground)
    post("governance/contact/consents", **about, **ground)
    post("governance/contact/opt-outs", **about)


def _lead(post: Post, lead_id: str, *, has_consent: bool, **about: Any) -> None:
    post("followups/leads/upsert", **{"province": "ON", "lead_id": lead_id, "first_name": "Jane", **about})
    if has_consent:
        said = {"lead_id": lead_id, "evidence": "form 1"}
        post("governance/contact/consents", **said, basis="EXPRESS", obtained_at="2026-11-01T12:00:00Z")
        post("governance/contact/scrubs", **said, checked_at="2026-12-10T12:00:00Z")


def _work(post: Post) -> dict[str, int]:
    """Make ladders at various steps, and messages with their inbox items."""
    first = post("followups/ladder/create", lead_id="walked", province="ON", market="TORONTO", owner="agent")
    agents = post("followups/ladder/create", lead_id="unknown", province="ON", owner="agent")
    others = post("followups/ladder/create", lead_id="L2", province="QC", market="MONTREAL", owner="va1")
    closed = post("followups/ladder/create", lead_id="left", province="ON", owner="bryan")
    skipped = post(f"followups/task/{closed[0]['id']}/skip", reason="not needed")
    post(f"followups/ladder/{skipped['ladder']}/cancel", reason="sold")
    post(f"followups/task/{first[0]['id']}/complete", hours_later=4, outcome="REACHED", note="late")
    reply = post("followups/inbound", lead_id="walked", channel="SMS", text="Yes, call me")
    doubtful = post("followups/inbound", lead_id="L2", channel="SMS", text="please do not bother me with this any more")
    post("followups/inbound", phone="+14165550155", channel="SMS", text="HELP")
    post("followups/inbound", phone="no number", channel="SMS", text="Who is this?")
    return {
        "task": first[1]["id"],
        "agents_task": agents[0]["id"],
        "others_task": others[0]["id"],
        "closed_task": closed[0]["id"],
        "closed_ladder": skipped["ladder"],
        "message": doubtful["id"],
        "read_message": reply["id"],
    }


def _offer(post: Post) -> dict[str, int]:
    """Make offers in four states, each of 10 CAD. Their evidence has the id that the good parameters name."""
    EvidenceFactory.create(pk=9_001, policy=OfferPolicy.objects.get(province="ON", market="ALL"), created_at=BEGAN)
    post("deals/offers/policies/upsert", province="ON", min_liquidity_score=0, expires_after_days=30)
    states = {"draft": (), "sent_offer": ("send",), "accepted_offer": ("send", "accept")}
    states["contracted_offer"] = ("send", "accept", "contract")
    made = {}
    for name, verbs in states.items():
        made[name] = post("deals/offers", evidence_id=9_001, amount=10, lead_id="L1", deal_ref="D1")["id"]
        for verb in verbs:
            post(f"deals/offers/{made[name]}/{verb}", reason="as agreed", documents='["letter 7"]')
    return made


def _count(post: Post) -> None:
    """Make offers, reservations, trials, buyers, and a metric whose tripwire acted."""
    post("deals/offers/compute", province="ON", arv=450_000, repairs=50_000, comps=[{"price": 440_000}])
    for event in ("BOUGHT", "PASSED"):
        post("buyers/liquidity/feedback", province="ON", market="TORONTO", event=event, buyer_id="B1")
    for amount in (10, 10, 10, 11, 11):
        post("governance/risk/check-and-reserve", engine="WHOLESALE", amount=amount)
    for amount in (10, 11):
        post("governance/risk/settle", engine="WHOLESALE", reserved_amount=amount)
    for success in (True, False):
        post("governance/heimdall/sandbox/trial", domain="BUYER_MATCH", confidence=0.9, success=success)
    watched = {"domain": "WHOLESALE", "metric": "contract_rate"}
    windows = {"window_events": 20, "baseline_events": 20, "min_events_to_enforce": 20}
    post("governance/regression/policies/upsert", **watched, **windows, enabled=True, method="DROP", reason="first")
    for success in [True] * 180 + [False] * 20:
        post("governance/regression/kpi", **watched, success=success)
    post("governance/regression/evaluate", **watched)


def _sell(post: Post) -> None:
    """Make a buyer with a box, to whom a deal is sent. The worker finds later that the buyer was silent."""
    boxes = [{"places": [{"province": "ON"}], "property_types": ["SFR"], "max_price": 500_000}]
    post("buyers/book/upsert", buyer_id="B1", name="Bo", email="bo@example.ca", province="ON", boxes=boxes)
    agreed = {"basis": "CONTRACT", "obtained_at": "2026-11-01T00:00:00Z", "evidence": "contract 2"}
    post("governance/contact/consents", email="bo@example.ca", **agreed)
    post("buyers/deals/send", buyer_id="B1", deal_ref="D1", channel="EMAIL", province="ON", market="TORONTO")
