"""The walkthrough of the guide over the real HTTP API: the go-live sequence and two scenarios. Each step prints its request
and its answer, and checks the answer against the guide."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from rich.console import Console
from rich.markup import escape

from wholesale.plumbing.vocabulary import WALKTHROUGH, WALKTHROUGH_MARK, WALKTHROUGH_PROPERTY

PROVINCE, MARKET, PROPERTY_TYPE = "ON", "TORONTO", WALKTHROUGH_PROPERTY
ARV, REPAIRS, OFFER = 450_000, 50_000, 262_500  # the guide's own figures
SCORE_NEEDED = 50  # below this score the guide calls the market too cold for an offer
OFFER_SETTINGS = {
    **{"max_arv_multiplier": 0.7, "default_assignment_fee": 10_000, "default_fees_buffer": 2_500},
    **{"min_liquidity_score": SCORE_NEEDED, "liquidity_gate": "score", "stake": "offer"},
}
PROFIT = 10_000  # CAD, of the deal: the assignment fee
BUYERS = 50
LADDER = [(1, "SMS"), (2, "CALL"), (3, "SMS"), (4, "CALL"), (5, "SMS"), (6, "CALL")]
PROVINCES = 13
ENGINE = "WHOLESALE"  # this engine and GLOBAL must have room for the offer
CAPS = ("max_daily_exposure", "max_open_risk")  # the seeded caps that refuse the offer
METRICS = {
    *("ladder_created", "followup_completed", "buyer_feedback", "offer_generated"),
    *("offer_accept_rate", "contract_rate", "match_success", "roi_event"),
}
NAME = WALKTHROUGH  # the actor, and the beginning of the buyers' ids
BUYER = f"{NAME}-1"  # the buyer who buys
_SHOWN = 300  # characters of an answer that are printed


class StepFailed(Exception):
    """A step of the walkthrough did not give the result that the guide says."""


@dataclass
class Walk:
    """One walk through the guide: its API client, its console for printing, and the correlation id of all its rows."""

    api: httpx.Client
    console: Console
    id: str = field(default_factory=lambda: f"{WALKTHROUGH_MARK}{uuid4().hex[:12]}")
    step: int = 0

    def title(self, text: str) -> None:
        """Print the title of a part of the guide."""
        self.console.print(f"\n[bold]{escape(text)}[/bold]")

    def ask(self, what: str, method: str, path: str, status: int | tuple[int, ...] = 200, /, **params: Any) -> Any:
        """Take a step: print what it does (`what`), send the request, print the answer, and return the answer's JSON.

        Raises:
            StepFailed: the answer's status is not `status` (or none of them), or no answer came.

        """
        self.step += 1
        self.console.print(f"\n[bold cyan]{self.step}.[/bold cyan] {escape(what)}")
        answer = self.call(method, path, **params)
        asked = str(answer.request.url.raw_path, "ascii")
        self.console.print(f"   [dim]{method} {escape(asked)}[/dim]", soft_wrap=True)
        self.console.print(f"   {answer.status_code} {escape(_shortened(answer))}", soft_wrap=True)
        expected = status if isinstance(status, tuple) else (status,)
        if answer.status_code not in expected:
            raise StepFailed(f"{method} {path} answered {answer.status_code}, not {' or '.join(map(str, expected))}.")
        return answer.json()

    def call(self, method: str, path: str, **params: Any) -> httpx.Response:
        """Send a request without printing it, and return the answer.

        Raises:
            StepFailed: no answer came.

        """
        try:
            return self.api.request(method, path, params=params, headers={"X-Correlation-ID": self.id})
        except httpx.HTTPError as error:
            raise StepFailed(f"{method} {path}: {type(error).__name__}: {error}") from error

    def hold(self, said: str, true: bool) -> None:
        """Check a statement of the guide, and print it: `said` is the statement, `true` whether it is right.

        Raises:
            StepFailed: the statement is not right.

        """
        if not true:
            raise StepFailed(f"The guide says: {said}.")
        self.console.print(f"   [green]ok[/green] {escape(said)}")


def take(walk: Walk) -> None:
    """Take the whole walk. At the end, even after a failed step, changed policies and caps are restored and the ladder is
    cancelled. Reports leave out the walk's rows, which carry its id.

    Raises:
        StepFailed: a step did not give the result that the guide says.

    """
    walk.title("Go-live sequence")
    policies = walk.ask("Migrations have run: each province has its market policy", "GET", "/api/governance/market/policies")
    seeded = {policy["province"] for policy in policies if policy["market"] == "ALL"}
    walk.hold(f"{PROVINCES} provinces, market ALL", len(seeded) == PROVINCES)
    with offers_enabled(walk), ladder_closed(walk):
        lead_comes_in(walk)
        evidence_id = offer_flow(walk)
        offer_life(walk, evidence_id)
        monitor(walk)
    walk.console.print(f"\n[bold green]All {walk.step} steps came out as the guide says.[/bold green]")


@contextmanager
def offers_enabled(walk: Walk) -> Iterator[None]:
    """Within this block, enable the market's effective offer policy with the guide's values. Restore it afterwards."""
    policies = walk.ask("Which offer policies are on", "GET", "/api/deals/offers/policies")
    before = _governing(policies)
    on = [policy for policy in policies if policy["enabled"]]
    walk.hold("never all provinces at once", len({policy["province"] for policy in on}) < PROVINCES)
    with changed(
        walk,
        "Enable offers, one province to start with",
        "/api/deals/offers/policies/upsert",
        before,
        named=f"The offer policy {PROVINCE} {before['market']}",
        key={"province": PROVINCE, "market": before["market"]},
        settings={**OFFER_SETTINGS, "enabled": True},
        reason="walkthrough: enabled for its duration",
    ) as enabled:
        walk.hold("the policy is enabled", enabled["enabled"] is True)
        yield


@contextmanager
def changed(
    walk: Walk,
    what: str,
    path: str,
    before: dict[str, Any],
    *,
    named: str,
    key: dict[str, Any],
    settings: dict[str, Any],
    reason: str,
) -> Iterator[dict[str, Any]]:
    """Within this block, a policy has these settings. Afterwards it is as `before`, unless somebody else has changed it.

    Raises:
        StepFailed: the policy could not be changed or restored.

    """
    given = {**key, "changed_by": NAME}
    policy = walk.ask(what, "POST", path, **given, **settings, reason=reason, expected_version=before["version"])
    try:
        yield policy
    finally:
        old = {name: before[name] for name in settings}
        answer = walk.call("POST", path, **given, **old, expected_version=policy["version"], reason="walkthrough: put back")
        if answer.status_code != 200:
            walk.console.print(f"   {answer.status_code} {escape(_shortened(answer))}", soft_wrap=True)
            raise StepFailed(f"{named} could not be put back; look at it.")
        walk.console.print(f"\n{named} is as before.")


@contextmanager
def ladder_closed(walk: Walk) -> Iterator[None]:
    """Cancel the walk's ladder at the end of this block, so that nobody has to work on it."""
    try:
        yield
    finally:
        found = walk.call("GET", "/api/followups/ladders", correlation_id=walk.id)
        if found.status_code != 200:
            raise StepFailed(f"Whether a ladder of {walk.id} is open could not be asked; look at it.")
        for ladder in found.json()["results"]:
            path = f"/api/followups/ladder/{ladder['id']}/cancel"
            if walk.call("POST", path, reason="walkthrough: over").status_code != 200:
                raise StepFailed(f"The ladder {ladder['id']} could not be cancelled; look at it.")
            walk.console.print("\nThe steps that were left of the ladder are cancelled.")


def lead_comes_in(walk: Walk) -> None:
    """Walk through scenario 1: a lead comes in and gets a ladder."""
    walk.title("Scenario 1: a lead comes in")
    place = {"province": PROVINCE, "market": MARKET}
    answer = walk.ask(
        "May the lead be texted on a Wednesday at 14:30?",
        "GET",
        "/api/governance/market/can-contact",
        **place,
        weekday=2,
        hhmm="14:30",
        channel="SMS",
    )
    walk.hold("ok, within_window", (answer["ok"], answer["reason"]) == (True, "within_window"))
    tasks = walk.ask(
        "Create its follow-up ladder",
        "POST",
        "/api/followups/ladder/create",
        201,
        lead_id=walk.id,
        **place,
        owner=walk.id,
    )
    walk.hold("six steps, SMS and CALL in turn", [(task["step"], task["channel"]) for task in tasks] == LADDER)
    # Blocked tasks are included, so that the walk also works at night.
    due = walk.ask("What is due now?", "GET", "/api/followups/due", owner=walk.id, limit=1, include_blocked="true")
    first = tasks[0]["id"]
    walk.hold("the first step, an SMS", [(t["id"], t["step"], t["channel"]) for t in due] == [(first, 1, "SMS")])
    done = walk.ask("The SMS is sent: complete it", "POST", f"/api/followups/task/{first}/complete", actor=NAME)
    walk.hold("step 1 is completed", done["step"] == 1 and done["completed_at"] is not None)
    sla = walk.ask("Monitor with the SLA", "GET", "/api/followups/sla")
    walk.hold(
        "fractions over the last completed tasks; this walk's is left out",
        sla["count"] == 0 or 0 <= sla["within_30m"] <= sla["within_2h"] <= 1,
    )


def offer_flow(walk: Walk) -> int:
    """Walk through scenario 2, from the buyers to the offer's evidence. Return the id of the evidence."""
    walk.title("Scenario 2: an offer")
    place = {"province": PROVINCE, "market": MARKET}
    node = {**place, "property_type": PROPERTY_TYPE}
    walk.ask("Check the buyers' liquidity first", "GET", "/api/buyers/liquidity/score", **node)
    feedback = {**node, "event": "RESPONDED"}
    for n in range(1, BUYERS):
        answer = walk.call("POST", "/api/buyers/liquidity/feedback", **feedback, buyer_id=f"{NAME}-{n}")
        if answer.status_code != 201:
            raise StepFailed(f"Feedback {n} answered {answer.status_code}: {_shortened(answer)}")
    walk.ask(
        f"{BUYERS} distinct buyers respond; here the last of them",
        "POST",
        "/api/buyers/liquidity/feedback",
        201,
        **feedback,
        buyer_id=f"{NAME}-{BUYERS}",
    )
    score = walk.ask("Check the liquidity again", "GET", "/api/buyers/liquidity/score", **node)
    walk.hold(f"a score of {SCORE_NEEDED} or more: the market is not too cold", score["score"] >= SCORE_NEEDED)
    offer = walk.ask(
        f"Compute the offer: ARV {ARV:,}, repairs {REPAIRS:,}",
        "POST",
        "/api/deals/offers/compute",
        201,
        **place,
        arv=ARV,
        repairs=REPAIRS,
    )
    walk.hold(f"the recommended offer is {OFFER:,}", offer["calc"]["recommended_offer"] == OFFER)
    evidence = walk.ask("Its evidence is kept", "GET", f"/api/deals/offers/evidence/{offer['evidence_id']}")
    walk.hold("the same figures, under this walk's correlation id", _same_offer(evidence, offer, walk.id))
    return int(offer["evidence_id"])


def offer_life(walk: Walk, evidence_id: int) -> None:
    """Walk through the rest of scenario 2: the offer is sent, accepted, contracted, assigned and closed."""
    walk.title("Scenario 2: the life of the offer")
    book_buyer(walk)
    offer = walk.ask(
        "Draft the offer from its evidence",
        "POST",
        "/api/deals/offers",
        201,
        evidence_id=evidence_id,
        property_type=PROPERTY_TYPE,
        lead_id=walk.id,
        deal_ref=walk.id,
    )
    walk.hold(f"a draft of {OFFER:,}", (offer["state"], offer["amount"]) == ("DRAFT", OFFER))
    with offer_ended(walk, offer["id"]), ExitStack() as raised:
        before = reserved(walk, "What is reserved before")
        send(walk, offer["id"], raised)
        go_on(walk, "The seller accepts", offer["id"], "accept", "ACCEPTED")
        go_on(walk, "The contract is signed", offer["id"], "contract", "CONTRACTED")
        go_on(walk, "Assign it to the buyer", offer["id"], "assign", "ASSIGNED", buyer_id=BUYER)
        bought = {"province": PROVINCE, "market": MARKET, "property_type": PROPERTY_TYPE, "event": "BOUGHT"}
        walk.ask("The buyer buys", "POST", "/api/buyers/liquidity/feedback", 201, **bought, buyer_id=BUYER)
        closed = go_on(walk, "The deal closes", offer["id"], "close", "CLOSED", realized_profit=PROFIT)
        walk.hold(f"a profit of {PROFIT:,}, no loss", (closed["realized_profit"], closed["realized_loss"]) == (PROFIT, 0))
        after = reserved(walk, "Its reservation is settled")
        walk.hold(f"no more is reserved than before: {before:,}", after <= before)


def book_buyer(walk: Walk) -> None:
    """Enter the first of the buyers in the book, paused, so that no deal is sent to it."""
    buyer = {"buyer_id": BUYER, "name": NAME, "province": PROVINCE, "market": MARKET, "status": "PAUSED", "actor": NAME}
    booked = walk.ask("The buyer is in the book", "POST", "/api/buyers/book/upsert", (200, 201), **buyer)
    walk.hold(f"the buyer {BUYER}", booked["buyer_id"] == BUYER)


@contextmanager
def offer_ended(walk: Walk, offer_id: int) -> Iterator[None]:
    """Let the offer fall through if the block fails, so that nothing of it stays reserved."""
    try:
        yield
    except StepFailed:
        ended = walk.call("POST", f"/api/deals/offers/{offer_id}/fall-through", reason="walkthrough: over", actor=NAME)
        if ended.status_code == 200:
            walk.console.print(f"\nThe offer {offer_id} is withdrawn.")
        elif ended.status_code != 409:  # it had ended
            walk.console.print(f"\nThe offer {offer_id} could not be withdrawn; look at it.")
        raise


def send(walk: Walk, offer_id: int, raised: ExitStack) -> None:
    """Send the offer. Where the risk caps refuse it, raise them with a reason until `raised` ends, and send it again."""
    sent = walk.ask(f"Send it: that puts {OFFER:,} at stake", "POST", _verb(offer_id, "send"), (200, 409), actor=NAME)
    if "errors" not in sent:
        walk.console.print("   The caps of this database have room for it already.")
    else:
        (refusal,) = sent["errors"]
        walk.hold(f"denied by the risk guard: {refusal['detail']}", refusal["code"] == "risk_denied")
        left = walk.ask("Nothing is left behind", "GET", f"/api/deals/offers/{offer_id}")
        walk.hold("still a draft, nothing reserved", (left["state"], left["reservation"]) == ("DRAFT", None))
        raise_caps(walk, raised)
        sent = walk.ask("Send it again", "POST", _verb(offer_id, "send"), actor=NAME)
    walk.hold(f"sent, and {OFFER:,} is reserved", sent["state"] == "SENT" and sent["reservation"] is not None)


def raise_caps(walk: Walk, raised: ExitStack) -> None:
    """Raise the caps of GLOBAL and of the engine by the offer, until `raised` ends."""
    policies = {row["engine"]: row for row in walk.ask("The caps", "GET", "/api/governance/risk/policies")}
    walk.hold(f"GLOBAL and {ENGINE} have one each", {"GLOBAL", ENGINE} <= policies.keys())
    ledgers = walk.ask("What today has used of them", "GET", "/api/governance/risk/ledger/today")
    used = {row["engine"]: row["exposure_used"] for row in ledgers}
    for engine in ("GLOBAL", ENGINE):
        before, room = policies[engine], used.get(engine, 0) + OFFER
        raised.enter_context(
            changed(
                walk,
                f"Raise the caps of {engine} by the offer",
                "/api/governance/risk/policies/upsert",
                before,
                named=f"The risk policy {engine}",
                key={"engine": engine},
                settings={cap: before[cap] + room for cap in CAPS if before[cap]},  # 0 is no cap
                reason=f"walkthrough: room for one offer of {OFFER:,}, for its duration",
            )
        )


def go_on(walk: Walk, what: str, offer_id: int, verb: str, state: str, **given: Any) -> Any:
    """Take the offer one step on, check the state that it comes to, and return the offer."""
    offer = walk.ask(what, "POST", _verb(offer_id, verb), **given, actor=NAME)
    walk.hold(f"the offer is {state}", offer["state"] == state)
    return offer


def reserved(walk: Walk, what: str) -> Any:
    """Ask what is reserved today for the engine, in CAD."""
    ledgers = walk.ask(what, "GET", "/api/governance/risk/ledger/today")
    return sum(row["open_risk_reserved"] for row in ledgers if row["engine"] == ENGINE)


def _verb(offer_id: int, verb: str) -> str:
    return f"/api/deals/offers/{offer_id}/{verb}"


def monitor(walk: Walk) -> None:
    """Walk through the last steps of the go-live sequence: the KPI rows and the summary."""
    walk.title("Monitor")
    events = walk.ask("The KPI rows of this walk", "GET", "/api/kpi/events", correlation_id=walk.id)["results"]
    counted = [event["metric"] for event in events if event["metric"] in METRICS]  # at night there is contact_outside_rules
    count = BUYERS + len(METRICS)  # the buyer who buys is heard of twice
    walk.hold(f"{count} rows of {len(METRICS)} metrics", len(counted) == count and set(counted) == METRICS)
    walk.ask("The week's figures, for Friday's evaluation", "GET", "/api/kpi/summary")
    walk.console.print(f"   This walk is left out of them: its rows are marked {walk.id}.")


def _governing(policies: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the offer policy that is in effect: the market's own, or else that of its province."""
    by_market = {policy["market"]: policy for policy in policies if policy["province"] == PROVINCE}
    governing = by_market.get(MARKET) or by_market.get("ALL")
    if governing is None:
        raise StepFailed(f"The guide says: each province has an offer policy. {PROVINCE} has none: run seed_policies.")
    return governing


def _same_offer(evidence: dict[str, Any], offer: dict[str, Any], correlation_id: str) -> bool:
    figures = {name: evidence[name] for name in offer["calc"]}
    return figures == offer["calc"] and evidence["correlation_id"] == correlation_id


def _shortened(answer: httpx.Response) -> str:
    """Return the answer's content on one line. A list is cut to its first row, a long text to its beginning."""
    try:
        content = answer.json()
    except ValueError:
        content = answer.text
    more = ""
    if isinstance(content, list) and len(content) > 1:
        content, more = content[:1], f" and {len(content) - 1} more"
    text = json.dumps(content, ensure_ascii=False)
    return (text if len(text) <= _SHOWN else f"{text[:_SHOWN]} ...") + more
