"""The queries of a GET do not grow with its rows, and each hot read and act takes its expected number."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from followups.models import SlaBreach
from followups.tasks.models import ContactAttempt, FollowupTask
from offers.models import OfferPolicy
from tests.factories import (
    NOON,
    AttemptFactory,
    BuyBoxPlaceFactory,
    BuyerFactory,
    CharterFactory,
    ClosedDayFactory,
    EvidenceFactory,
    FeedbackFactory,
    InboundFactory,
    KpiFactory,
    LadderFactory,
    LeadFactory,
    MarketPolicyFactory,
    NodeFactory,
    OfferPolicyFactory,
    PointFactory,
    RecordFactory,
    RegressionPolicyFactory,
    RiskDayFactory,
    RiskPolicyFactory,
    RunFactory,
    ScorecardFactory,
    SlaBreachFactory,
    SlaNoticeFactory,
    SlaPolicyFactory,
    TaskFactory,
    TriggerFactory,
    many,
)
from tests.query_counts import counted, queries
from tests.wholesale.api_walk import ENDPOINTS, Endpoint

GETS = [endpoint for endpoint in ENDPOINTS if endpoint.method == "get"]
BOOK = ("/api/buyers/book", "/api/buyers/book/{id}")
MATCHING = ("/api/buyers/liquidity/neighbours", "/api/buyers/book/{id}/fitting")
# They run every check of the runbook, which tests/governance/test_runbook.py counts.
RUNBOOK = ("/api/governance/go-live/checklist", "/api/governance/runbook/status", "/api/governance/runbook/markdown")

DECIDE = "/api/governance/contact/decide"
REVIEW = "/api/kpi/friday-review"
TRACE = "/api/kpi/trace/{correlation_id}"
SCORE = "/api/buyers/liquidity/score"


def more_rows(size: int) -> None:
    """Insert so many more rows into every table that a GET reads."""
    many(MarketPolicyFactory, size)
    policy = many(OfferPolicyFactory, size)[0]
    tasks = FollowupTask.objects.bulk_create(TaskFactory.build(ladder=ladder) for ladder in many(LadderFactory, size))
    ContactAttempt.objects.bulk_create(AttemptFactory.build(task=task) for task in tasks)
    many(InboundFactory, size)
    policies = many(SlaPolicyFactory, size)
    SlaBreach.objects.bulk_create(
        SlaBreachFactory.build(task=task, policy=policies[0], notice=SlaNoticeFactory.create()) for task in tasks
    )
    many(LeadFactory, size)
    for buyer in many(BuyerFactory, size):
        BuyBoxPlaceFactory.create(box__buyer=buyer)
    node = many(NodeFactory, size)[0]
    many(FeedbackFactory, size, node=node)
    many(EvidenceFactory, size, policy=policy)
    many(KpiFactory, size)
    many(RiskPolicyFactory, size)
    many(RiskDayFactory, size, day=timezone.now().date())
    many(CharterFactory, size)
    many(ScorecardFactory, size, day=timezone.now().date())
    watched = many(RegressionPolicyFactory, size)
    many(TriggerFactory, size, policy=watched[0])
    many(RunFactory, size)
    for point in many(PointFactory, size):
        RecordFactory.create(point=point)
    many(ClosedDayFactory, size)


def asking(client: APIClient, endpoint: Endpoint, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url, endpoint.good)
    assert response.status_code == 200
    return counted(captured)


def test_no_get_takes_more_queries_for_200_rows_than_for_2(operator: APIClient) -> None:
    more_rows(2)
    urls = {endpoint: endpoint.url() for endpoint in GETS}
    asking(operator, GETS[0], urls[GETS[0]])  # the token is cached from here on
    with_2 = {endpoint: asking(operator, endpoint, url) for endpoint, url in urls.items()}
    more_rows(198)
    asking(operator, GETS[0], urls[GETS[0]])  # again, in case the token left the cache meanwhile
    assert {endpoint: asking(operator, endpoint, url) for endpoint, url in urls.items()} == with_2
    apart = (*RUNBOOK, DECIDE, SCORE, REVIEW, TRACE, *BOOK, *MATCHING)
    usual = [count for endpoint, count in with_2.items() if endpoint.path not in apart]
    assert max(n for endpoint, n in with_2.items() if endpoint.path in BOOK) == queries("GET buyers/book, at most")
    matching = [count for endpoint, count in with_2.items() if endpoint.path in MATCHING]
    assert max(matching) <= queries("GET of neighbours and of what fits a buyer, at most")
    assert max(usual) <= queries("GET of anything else, at most")
    assert [count for endpoint, count in with_2.items() if endpoint.path == DECIDE] == [
        queries("GET governance/contact/decide")
    ]
    assert [count for endpoint, count in with_2.items() if endpoint.path == SCORE] == [
        queries("GET buyers/liquidity/score of an unknown node")
    ]
    assert [count for endpoint, count in with_2.items() if endpoint.path == REVIEW] == [queries("the Friday review")]
    assert [count for endpoint, count in with_2.items() if endpoint.path == TRACE] == [queries("the trace of a request")]


# Without an open transaction, as in a served request.
outside = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@outside
@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("followups/due", {}),
        ("followups/due", {"owner": "agent", "province": "ON", "market": "TORONTO", "channel": "SMS"}),
        ("followups/sla", {}),
        ("followups/sla", {"by": "province"}),
        ("governance/market/can-contact", {"province": "ON", "market": "TORONTO", "channel": "SMS"}),
        ("buyers/liquidity/score", {"province": "ON"}),
        ("governance/market/effective", {"province": "ON", "market": "TORONTO"}),
    ],
)
def test_each_hot_read_takes_its_number_of_queries(
    transactional_db: None, client_of: Callable[..., APIClient], path: Any, given: Any
) -> None:
    client = client_of("agent")
    years = {"open_from": NOON.replace(year=2025), "open_until": NOON.replace(year=2099)}
    TaskFactory.create(owner="agent", due_at=NOON.replace(year=2025), **years)
    NodeFactory.create(market="ALL")
    client.get(f"/api/{path}", given)  # the token is cached from here on
    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"/api/{path}", given).status_code == 200
    assert counted(captured) == queries(f"GET {path}"), [query["sql"] for query in captured]


@time_machine.travel(NOON)  # a contact at night leaves one more row
@outside
@pytest.mark.parametrize("lead_is_known", [False, True])
def test_each_hot_act_takes_its_number_of_queries(
    transactional_db: None, client_of: Callable[..., APIClient], lead_is_known: bool
) -> None:
    client = client_of("integrator")
    if lead_is_known:
        LeadFactory.create(lead_id="L1")
    client.get("/api/followups/sla")  # the token is cached from here on
    with CaptureQueriesContext(connection) as creating:
        steps = client.post("/api/followups/ladder/create", {"lead_id": "L1", "province": "ON"}).json()
    with CaptureQueriesContext(connection) as nobodys:
        client.post("/api/followups/ladder/create", {"province": "ON"})
    with CaptureQueriesContext(connection) as completing:
        assert client.post(f"/api/followups/task/{steps[0]['id']}/complete").status_code == 200
    with CaptureQueriesContext(connection) as with_outcome:
        client.post(f"/api/followups/task/{steps[1]['id']}/complete", {"outcome": "REACHED"})
    of_a_lead = " of a lead" if lead_is_known else ""
    counts = {
        "create a ladder of nobody": counted(nobodys),
        "create a ladder of a lead": counted(creating),
        "complete a task": counted(completing),
        f"complete a task{of_a_lead} with an outcome": counted(with_outcome),
    }
    assert counts == {name: queries(name) for name in counts}


@outside
def test_acts_with_money_and_feedback_take_their_number_of_queries(
    transactional_db: None, client_of: Callable[..., APIClient]
) -> None:
    client = client_of("operator")
    OfferPolicy.objects.update(enabled=True)
    acts: list[tuple[str, str, dict[str, Any]]] = [
        ("record feedback", "buyers/liquidity/feedback", {"province": "ON", "event": "BOUGHT", "buyer_id": "B1"}),
        ("compute an offer", "deals/offers/compute", {"province": "ON", "arv": 300_000, "repairs": 1}),
        ("reserve risk", "governance/risk/check-and-reserve", {"engine": "WHOLESALE", "amount": 10}),
        ("settle a reservation", "governance/risk/settle", {"engine": "WHOLESALE", "reserved_amount": 10}),
    ]
    counts = {}
    for turn in ("the first makes rows that stay", "the next"):
        for name, path, given in acts:
            with CaptureQueriesContext(connection) as captured:
                assert client.post(f"/api/{path}", given).status_code in (200, 201), turn
            counts[name] = counted(captured)
    assert counts == {name: queries(name) for name in counts}


@outside
def test_an_uncached_token_costs_a_few_queries_once(transactional_db: None, client_of: Callable[..., APIClient]) -> None:
    client = client_of("agent")
    with CaptureQueriesContext(connection) as first:
        client.get("/api/followups/sla")
    with CaptureQueriesContext(connection) as second:
        client.get("/api/followups/sla")
    assert counted(second) == queries("GET followups/sla") < counted(first)
