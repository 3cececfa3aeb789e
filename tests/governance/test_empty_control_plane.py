"""With empty tables of the control plane nothing executes, and no endpoint answers 500."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model
from pytest_django import Settings
from rest_framework.test import APIClient

from governance.decisions import VERBS, ExecutionClass
from governance.gate import KillSwitchEngaged
from governance.models import GoLiveState, HeimdallPolicy, RiskPolicy
from kpi.tripwire.models import RegressionPolicy
from offers.models import OfferPolicy
from tests.conftest import codes
from tests.factories import RecommendationFactory, TaskFactory
from tests.governance.test_execution_classes import VERB_CALLS
from tests.protection import unprotected
from tests.wholesale.api_walk import ENDPOINTS, Endpoint, call
from wholesale.plumbing.append_only import APPEND_ONLY, ERASABLE
from wholesale.plumbing.triggers import missing

pytestmark = pytest.mark.django_db


def control_tables() -> Iterator[type[Model]]:
    """The tables of governance and of the tripwire, histories included."""
    yield from apps.get_app_config("governance").get_models(include_auto_created=True)
    yield from (model for model in apps.get_app_config("kpi").get_models() if "regression" in model.__name__.lower())


@pytest.fixture(autouse=True)
def _every_control_table_is_empty(db: None) -> None:
    OfferPolicy.objects.filter(province="ON").update(enabled=True)  # so that nothing else refuses
    tables = [model._meta.db_table for model in control_tables()]
    with ExitStack() as stack, connection.cursor() as cursor:
        for model in APPEND_ONLY.models():
            stack.enter_context(unprotected(model._meta.db_table))
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")
    for model in (GoLiveState, RiskPolicy, HeimdallPolicy, RegressionPolicy):
        assert not model._default_manager.exists()


EXECUTING = [verb for verb, execution_class in VERBS.items() if execution_class is ExecutionClass.EXECUTE]


@pytest.mark.parametrize("verb", EXECUTING, ids=lambda verb: verb.__name__)
@pytest.mark.parametrize("enforced", [True, False])
def test_every_verb_that_executes_refuses(settings: Settings, verb: Any, enforced: bool) -> None:
    settings.GO_LIVE_ENFORCE = enforced
    RecommendationFactory.create()  # advice exists, but its charter does not
    TaskFactory.create(ladder__lead_id="L0", ladder__open_steps=1)  # a ladder exists to restart
    with pytest.raises(KillSwitchEngaged):
        VERB_CALLS[verb][1]()


def test_the_list_of_executing_verbs_is_complete() -> None:
    assert {verb.__name__ for verb in EXECUTING} == {
        *("start_ladder", "start_ladders", "restart_ladder", "due_tasks", "claim_due", "take_over", "renew_leases"),
        *("risk_reserve", "heimdall_use", "send_deal", "send_offer", "assign_offer"),
    }


STOPPED = {
    "post /api/followups/ladder/create",
    "post /api/followups/ladder/bulk",
    "post /api/followups/ladder/{id}/restart",
    "get /api/followups/due",
    "post /api/followups/due/claim",
    "post /api/followups/due/renew",
    "post /api/deals/offers/compute",
    "post /api/deals/offers/{id}/send",
    "post /api/deals/offers/{id}/counter",
    "post /api/governance/risk/check-and-reserve",
    "post /api/governance/heimdall/sandbox/trial",
    "post /api/governance/heimdall/recommend",
}


@pytest.mark.parametrize("endpoint", [endpoint for endpoint in ENDPOINTS if not endpoint.stands_on], ids=str)
def test_no_endpoint_answers_500(operator: APIClient, endpoint: Endpoint) -> None:
    answer = call(operator, endpoint)
    if str(endpoint) in STOPPED:
        assert (answer.status_code, codes(answer)) == (503, ["KILL_SWITCH_ENGAGED"])
    else:
        assert answer.status_code < 500, answer.content


@pytest.mark.parametrize(
    ("path", "given", "status"),
    [
        ("governance/risk/settle", {"reservation_id": 1}, 404),
        ("governance/risk/settle", {"engine": "WHOLESALE", "reserved_amount": 10}, 404),
        ("governance/regression/baseline/approve", {"domain": "WHOLESALE", "metric": "x", "reason": "test"}, 404),
        ("governance/regression/evaluate", {"domain": "WHOLESALE", "metric": "contract_rate"}, 404),
        ("governance/go-live/enable", {"reason": "test"}, 412),
    ],
)
def test_a_verb_without_its_row_says_that_there_is_none(operator: APIClient, path: str, given: Any, status: int) -> None:
    assert operator.post(f"/api/{path}", given).status_code == status


def test_can_contact_refuses(agent: APIClient) -> None:
    contact: dict[str, Any] = {"province": "ON", "channel": "SMS", "weekday": 1, "hhmm": "12:00"}
    answer = agent.get("/api/governance/market/can-contact", contact).json()
    assert (answer["ok"], answer["reason"]) == (False, "KILL_SWITCH_ENGAGED")


def test_releasing_the_kill_switch_permits_nothing_at_stake(operator: APIClient) -> None:
    operator.post("/api/governance/go-live/kill-switch/release", {"reason": "test"})
    answer = operator.post("/api/governance/risk/check-and-reserve", {"engine": "WHOLESALE", "amount": 1}).json()
    assert (answer["ok"], answer["message"]) == (False, "GLOBAL has no risk policy")


def test_the_runbook_names_everything_that_is_missing(agent: APIClient) -> None:
    blockers = agent.get("/api/governance/runbook/status").json()["blockers"]
    assert [item["id"] for item in blockers] == [
        "contact.digest_key",
        "heimdall.charter",
        "kill_switch.free",
        "market.policies",
        "risk.caps",
    ]


def test_the_tables_are_protected_again() -> None:
    assert missing(connection, APPEND_ONLY, ERASABLE) == []


@pytest.mark.parametrize("role", ["agent", "auditor"])
def test_the_lists_are_empty(client_of: Callable[..., APIClient], role: str) -> None:
    client = client_of(role)
    for path in (
        "risk/policies",
        "risk/ledger/today",
        "heimdall/policies",
        "heimdall/scorecard/today",
        "regression/policies",
    ):
        assert client.get(f"/api/governance/{path}").json() == []
