"""The queries of a GET do not grow with its rows, and each hot read takes one query."""

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
from tests.factories import (
    NOON,
    AttemptFactory,
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
from tests.wholesale.api_walk import ENDPOINTS, Endpoint

GETS = [endpoint for endpoint in ENDPOINTS if endpoint.method == "get"]
# They run every check of the runbook, which tests/governance/test_runbook.py counts.
RUNBOOK = ("/api/governance/go-live/checklist", "/api/governance/runbook/status", "/api/governance/runbook/markdown")

DECIDE = "/api/governance/contact/decide"


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


def queries(client: APIClient, endpoint: Endpoint, url: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        response = client.get(url, endpoint.good)
    assert response.status_code == 200
    return len(captured)


def test_no_get_takes_more_queries_for_200_rows_than_for_2(operator: APIClient) -> None:
    more_rows(2)
    urls = {endpoint: endpoint.url() for endpoint in GETS}
    queries(operator, GETS[0], urls[GETS[0]])  # the token is cached from here on
    with_2 = {endpoint: queries(operator, endpoint, url) for endpoint, url in urls.items()}
    more_rows(198)
    queries(operator, GETS[0], urls[GETS[0]])  # however long that took
    assert {endpoint: queries(operator, endpoint, url) for endpoint, url in urls.items()} == with_2
    assert max(count for endpoint, count in with_2.items() if endpoint.path not in (*RUNBOOK, DECIDE)) <= 2
    # The lead; the rules and the ledger.
    assert [count for endpoint, count in with_2.items() if endpoint.path == DECIDE] == [2]


# Without an open transaction, as in a served request.
outside = pytest.mark.django_db(transaction=True, serialized_rollback=True)


@outside
@pytest.mark.parametrize(
    ("path", "given", "expected"),
    [
        ("followups/due", {}, 3),  # the gate's row, the tasks, then the gate's rules for them all
        ("followups/due", {"owner": "agent", "province": "ON", "market": "TORONTO", "channel": "SMS"}, 3),
        ("followups/sla", {}, 1),
        ("followups/sla", {"by": "province"}, 1),
        ("governance/market/can-contact", {"province": "ON", "market": "TORONTO", "channel": "SMS"}, 1),  # the gate's rules
        ("buyers/liquidity/score", {"province": "ON"}, 1),
        ("governance/market/effective", {"province": "ON", "market": "TORONTO"}, 1),
    ],
)
def test_each_hot_read_takes_its_number_of_queries(
    transactional_db: None, client_of: Callable[..., APIClient], path: Any, given: Any, expected: Any
) -> None:
    client = client_of("agent")
    years = {"open_from": NOON.replace(year=2025), "open_until": NOON.replace(year=2099)}
    TaskFactory.create(owner="agent", due_at=NOON.replace(year=2025), **years)
    client.get(f"/api/{path}", given)  # the token is cached from here on
    with CaptureQueriesContext(connection) as captured:
        assert client.get(f"/api/{path}", given).status_code == 200
    # The gate's statement begins with its subject.
    assert [query["sql"].split()[0].replace("WITH", "SELECT") for query in captured] == ["SELECT"] * expected


def statements(captured: CaptureQueriesContext) -> list[str]:
    """The first words of the statements, without those that begin and end a transaction."""
    words = (query["sql"].split()[0] for query in captured)
    return [word for word in words if word in ("SELECT", "INSERT", "UPDATE", "WITH")]


@time_machine.travel(NOON)  # a contact at night leaves one more row
@outside
@pytest.mark.parametrize("lead_is_known", [False, True])
def test_each_hot_act_takes_its_number_of_queries(
    transactional_db: None, client_of: Callable[..., APIClient], lead_is_known: bool
) -> None:
    client = client_of("integrator")
    # On PostgreSQL it is sent in one message with its lock, which Django does not record.
    gates_row = ["SELECT"] if connection.vendor == "sqlite" else []
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
    # The gate's row, template, SLA policies, the rules of the place; ladder, pool, tasks, KPI. A lead adds before these
    # its points, their locks, and the obstacles to a new ladder.
    made = ["INSERT", "SELECT", "INSERT", "INSERT"]
    assert statements(nobodys) == [*gates_row, "SELECT", "SELECT", "WITH", *made]
    locks = ["SELECT"] if connection.vendor == "postgresql" else []
    assert statements(creating) == [*gates_row, "SELECT", *locks, "WITH", "SELECT", "SELECT", "WITH", *made]
    # The task with its lead; task, ladder and open steps; SLA policies, since a step may move; the rules of the place and
    # the ledger; history, attempt, KPI, the last contact.
    done = ["WITH"] if connection.vendor == "postgresql" else ["UPDATE", "UPDATE", "SELECT"]
    assert statements(completing) == ["SELECT", *done, "SELECT", "WITH", *(["INSERT"] * 4)]
    # An outcome adds its rule before these, and a known lead is locked and moved.
    held = ["SELECT"] if lead_is_known and connection.vendor == "postgresql" else []
    lead = ["UPDATE"] if lead_is_known else []
    assert statements(with_outcome) == ["SELECT", "SELECT", *held, *done, "WITH", "INSERT", "INSERT", *lead, "INSERT"]


@outside
def test_an_uncached_token_costs_a_few_queries_once(transactional_db: None, client_of: Callable[..., APIClient]) -> None:
    client = client_of("agent")
    with CaptureQueriesContext(connection) as first:
        client.get("/api/followups/sla")
    with CaptureQueriesContext(connection) as second:
        client.get("/api/followups/sla")
    assert len(second) == 1
    assert len(first) > 1
