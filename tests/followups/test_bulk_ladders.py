"""`ladder/bulk`: the same ladder as by `ladder/create` and an answer for each lead, in transactions of a thousand."""

from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from followups.ladders import bulk
from followups.ladders.bulk import Start, Status, start_ladders
from followups.ladders.models import FollowupLadder
from followups.ladders.services import cancel_ladder
from followups.ladders.templates.guide_steps import GUIDE_STEPS
from followups.ladders.templates.models import LadderTemplate
from followups.models import Lead, PoolAgent
from followups.services import start_ladder
from followups.signals import ladders_created
from followups.tasks.models import FollowupTask
from governance.golive.services import engage_kill_switch
from governance.ledger.opt_outs import record_opt_out
from governance.policies import upsert
from kpi.models import KPIEvent
from tests.conftest import attrs, codes
from tests.factories import NOON, LeadFactory, PoolAgentFactory
from tests.query_counts import queries
from wholesale.plumbing.act import Act
from wholesale.plumbing.models import IdempotencyKey

pytestmark = pytest.mark.django_db

BULK = "/api/followups/ladder/bulk"
SMS_AND_CALL = "+14165550123"


def post(client: APIClient, *ladders: Any, **headers: str) -> Any:
    return client.post(BULK, {"ladders": list(ladders)}, headers=headers)


def in_ontario(lead_id: str, **more: Any) -> dict[str, Any]:
    return {"lead_id": lead_id, "province": "ON", **more}


@pytest.fixture
def _twos(monkeypatch: pytest.MonkeyPatch) -> None:
    """Process two leads in each transaction."""
    monkeypatch.setattr(bulk, "BATCH", 2)


def without(row: Model, *names: str) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields if field.attname not in names}


def everything_of(lead_id: str) -> list[dict[str, Any]]:
    """The rows of a lead's ladder without their ids."""
    ladder = FollowupLadder.objects.get(lead_id=lead_id)
    event = KPIEvent.objects.get(subject_type="ladder", subject_id=str(ladder.pk))
    return [
        without(ladder, "id", "lead_id"),
        *(without(task, "id", "ladder_id", "lead_id") for task in ladder.tasks.order_by("step")),
        without(event, "id", "subject_id", "lead_id"),
    ]


# The same result as one by one ------------------------------------------------------------------------------------------


def test_the_rows_equal_those_of_single_creates(user_of: Callable[..., Any]) -> None:
    act = Act("me", user_of("operator"), correlation_id="C-1", at=NOON)
    steps = [{**GUIDE_STEPS[0], "delay_minutes": 5, "channel": "EMAIL"}]
    upsert(LadderTemplate, province="QC", steps=steps, expected_version=1, act=Act("me", reason="short"))
    leads: dict[str, dict[str, Any]] = {
        "known": {"province": "ON", "zone": "America/Winnipeg", "score": Decimal("0.2")},
        "elsewhere": {"province": "BC", "market": "VANCOUVER"},
        "short": {"province": "QC", "market": "ALL"},
    }
    numbers = {"one": SMS_AND_CALL, "many": "+14165550124"}  # only one lead of a number is followed up
    for name, values in leads.items():
        for how, number in numbers.items():
            own = {"phone": number} if name == "known" else {"email": f"{how}@example.ca"} if name == "short" else {}
            LeadFactory.create(lead_id=f"{name}-{how}", **{**values, **own})
    record_opt_out(points=[("PHONE", number) for number in numbers.values()], channel="SMS", act=Act("me", at=NOON))
    asked: dict[str, dict[str, Any]] = {
        "known": {"province": "ON", "market": "TORONTO", "owner": "bryan"},
        "elsewhere": {"province": "NL", "market": "ST_JOHNS"},
        "short": {"province": "QC"},
        "nobody": {"province": "ON", "owner": "anna"},
    }
    for name, place in asked.items():
        start_ladder(lead_id=f"{name}-one", **place, act=act)
    answers = start_ladders([Start(f"{name}-many", **place) for name, place in asked.items()], act=act)

    assert [answer.status for answer in answers] == [Status.CREATED] * 4
    for name in asked:
        assert everything_of(f"{name}-many") == everything_of(f"{name}-one")
    assert FollowupTask.objects.filter(lead_id="known-many", cancel_reason="opted_out").count() == 3


def test_the_answer_has_each_lead_in_the_order_asked(operator: APIClient) -> None:
    open_already = start_ladder(lead_id="L2", province="ON", act=Act()).tasks[0].ladder_id
    response = post(operator, in_ontario("L3"), in_ontario("L2"), in_ontario("L1", market="Toronto", owner="bryan"))
    assert response.status_code == 200
    ids = {ladder.lead_id: ladder.pk for ladder in FollowupLadder.objects.all()}
    assert ids["L2"] == open_already
    assert response.json() == {
        "created": 2,
        "existing": 1,
        "refused": 0,
        "results": [
            {"lead_id": "L3", "status": "created", "ladder_id": ids["L3"]},
            {"lead_id": "L2", "status": "exists", "ladder_id": ids["L2"]},
            {"lead_id": "L1", "status": "created", "ladder_id": ids["L1"]},
        ],
    }
    ladder = FollowupLadder.objects.get(lead_id="L1")
    assert (ladder.market, ladder.owner, ladder.created_by) == ("TORONTO", "bryan", "operator")
    assert set(KPIEvent.objects.values_list("correlation_id", flat=True)) >= {response["X-Correlation-ID"]}
    assert KPIEvent.objects.filter(metric="ladder_created").count() == FollowupLadder.objects.count() == 3


def test_a_second_call_changes_nothing(operator: APIClient) -> None:
    rows = [in_ontario(f"L{n}") for n in range(5)]
    first, again = post(operator, *rows).json(), post(operator, *rows).json()
    assert (first["created"], again["created"], again["existing"]) == (5, 0, 5)
    assert [one["ladder_id"] for one in again["results"]] == [one["ladder_id"] for one in first["results"]]
    assert (FollowupLadder.objects.count(), FollowupTask.objects.count(), KPIEvent.objects.count()) == (5, 30, 5)


def test_a_lead_whose_ladder_closed_without_a_contact_gets_a_new_one(operator: APIClient) -> None:
    cancel_ladder(start_ladder(lead_id="L1", province="ON", act=Act()).tasks[0].ladder_id, act=Act(reason="a mistake"))
    assert post(operator, in_ontario("L1")).json()["created"] == 1
    assert FollowupLadder.objects.count() == 2


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({}, ("BC", "VANCOUVER")),
        ({"market": "victoria"}, ("BC", "VICTORIA")),
        ({"province": "on"}, ("ON", "ALL")),
        ({"province": "on", "market": "toronto"}, ("ON", "TORONTO")),
        ({"province": "", "market": None}, ("BC", "VANCOUVER")),
    ],
)
def test_a_known_lead_starts_where_it_lives_unless_a_place_is_given(operator: APIClient, given: Any, place: Any) -> None:
    LeadFactory.create(lead_id="L1", province="BC", market="VANCOUVER")
    assert post(operator, {"lead_id": "L1", **given}).json()["created"] == 1
    ladder = FollowupLadder.objects.get()
    assert (ladder.province, ladder.market) == place


def test_the_pool_takes_turns_as_with_single_creates(operator: APIClient) -> None:
    for agent, weight in {"va1": 3, "va2": 1}.items():
        PoolAgentFactory.create(agent=agent, weight=weight)
    PoolAgentFactory.create(agent="va3", market="ALL")
    PoolAgentFactory.create(agent="va4", province="QC", market="TORONTO")  # a town of that name that was not asked for
    rows = [in_ontario(f"L{n}", market="TORONTO") for n in range(8)]
    rows += [in_ontario("L8", market="OTTAWA"), in_ontario("L9", owner="bryan"), {"lead_id": "L10", "province": "NL"}]
    post(operator, *rows)
    owners = [FollowupLadder.objects.get(lead_id=f"L{n}").owner for n in range(11)]
    assert owners == ["va1", "va1", "va2", "va1", "va1", "va1", "va2", "va1", "va3", "bryan", None]
    assert set(PoolAgent.objects.values_list("credit", flat=True)) == {0}
    for owner, ladders_owner in FollowupTask.objects.values_list("owner", "ladder__owner"):
        assert owner == ladders_owner


# Refused ----------------------------------------------------------------------------------------------------------------


def test_a_refused_row_stops_no_other_row(operator: APIClient) -> None:
    LeadFactory.create(lead_id="gone", phone=SMS_AND_CALL)
    record_opt_out(points=[("PHONE", SMS_AND_CALL)], act=Act("me"))
    upsert(LadderTemplate, province="QC", enabled=False, expected_version=1, act=Act("me"))
    answer = post(
        operator,
        in_ontario("gone"),
        {"lead_id": "off", "province": "QC"},
        {"lead_id": "nowhere"},
        {"lead_id": "wrong", "province": "XX"},
        {"province": "ON"},
        in_ontario("\x7f"),
        in_ontario("fine"),
        in_ontario("fine", market="OTTAWA"),
    ).json()
    assert (answer["created"], answer["existing"], answer["refused"]) == (1, 0, 7)
    said = [(one["lead_id"], one["status"], one.get("code"), one.get("attr")) for one in answer["results"]]
    assert said == [
        ("gone", "refused", "lead_opted_out", None),
        ("off", "refused", "ladder_template_disabled", None),
        ("nowhere", "refused", "required", "province"),
        ("wrong", "refused", "invalid_choice", "province"),
        (None, "refused", "required", "lead_id"),
        (None, "refused", "control_characters", "lead_id"),
        ("fine", "created", None, None),
        ("fine", "refused", "duplicate_lead", "lead_id"),
    ]
    assert all(one["detail"] for one in answer["results"] if one["status"] == "refused")
    assert FollowupLadder.objects.get().market == "ALL"


def test_an_open_ladder_is_kept_whatever_is_known_of_its_lead(operator: APIClient) -> None:
    """`ladder/create` answers 200 for it too: the opt-out has already cancelled its own steps."""
    lead = LeadFactory.create(lead_id="L1", phone="", email="a@example.ca")
    start_ladder(lead_id="L1", province="ON", act=Act())
    Lead.objects.filter(pk=lead.pk).update(phone=SMS_AND_CALL, status="DEAD")
    record_opt_out(points=[("PHONE", "+14165550199")], act=Act("me"))
    assert post(operator, {"lead_id": "L1"}).json()["existing"] == 1


@pytest.mark.parametrize(
    ("ladders", "code", "attr"),
    [
        ([], "min_length", "ladders"),
        (None, "required", "ladders"),
        ("L1", "not_a_list", "ladders"),
        ({"lead_id": "L1"}, "not_a_list", "ladders"),
        ([in_ontario("L1"), ["L2"]], "not_an_object", "ladders.1"),
        ([in_ontario("L1"), None], "null", "ladders.1"),
    ],
)
def test_a_body_that_is_no_list_of_rows_is_refused_whole(operator: APIClient, ladders: Any, code: str, attr: str) -> None:
    response = operator.post(BULK, {"ladders": ladders})
    assert (response.status_code, codes(response), attrs(response)) == (400, [code], [attr])
    assert not FollowupLadder.objects.exists()


def test_ten_thousand_rows_are_accepted_and_no_more(operator: APIClient) -> None:
    row = {"lead_id": "3f0cf5ee-7c4e-4d7a-a1ab-0cdd7c2c93a1", "province": "ON", "market": "TORONTO", "owner": "anna.maria"}
    answer = post(operator, *[row] * 10_000)
    assert (answer.status_code, answer.json()["created"], answer.json()["refused"]) == (200, 1, 9_999)
    assert (codes(response := post(operator, *[row] * 10_001)), attrs(response)) == (["max_length"], ["ladders"])


# In parts ---------------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_twos")
def test_a_kill_switch_in_the_middle_stops_the_rest(operator: APIClient) -> None:
    def engage(**kwargs: Any) -> None:
        engage_kill_switch(act=Act("test", reason="in the middle"))

    ladders_created.connect(engage)
    try:
        answer = post(operator, *(in_ontario(f"L{n}") for n in range(5))).json()
    finally:
        ladders_created.disconnect(engage)
    assert (answer["created"], answer["existing"], answer["refused"]) == (2, 0, 3)
    assert [one.get("code") for one in answer["results"]] == [None, None, *["KILL_SWITCH_ENGAGED"] * 3]
    assert set(FollowupLadder.objects.values_list("lead_id", flat=True)) == {"L0", "L1"}
    assert KPIEvent.objects.filter(metric="ladder_created").count() == 2


@pytest.mark.usefixtures("kill_switch")
def test_with_the_kill_switch_engaged_only_the_refusal_is_answered(operator: APIClient) -> None:
    response = post(operator, in_ontario("L1"), {"lead_id": "wrong", "province": "XX"})
    assert (response.status_code, codes(response)) == (503, ["KILL_SWITCH_ENGAGED"])
    assert not FollowupLadder.objects.exists()


@pytest.mark.usefixtures("_twos")
def test_a_fault_in_the_middle_keeps_whole_transactions(operator: APIClient) -> None:
    seen: list[int] = []

    def fail(envelopes: Any, **kwargs: Any) -> None:
        seen.append(len(envelopes))
        if len(seen) == 2:
            raise DatabaseError("in the middle")

    ladders_created.connect(fail)
    try:
        assert post(operator, *(in_ontario(f"L{n}") for n in range(5))).status_code >= 500
    finally:
        ladders_created.disconnect(fail)
    assert seen == [2, 2]
    assert (FollowupLadder.objects.count(), FollowupTask.objects.count(), KPIEvent.objects.count()) == (2, 12, 2)
    again = post(operator, *(in_ontario(f"L{n}") for n in range(5))).json()
    assert (again["created"], again["existing"]) == (3, 2)


@pytest.mark.usefixtures("_twos")
def test_a_repeated_call_with_the_same_key_gets_the_same_answer(operator: APIClient) -> None:
    rows = [in_ontario(f"L{n}") for n in range(3)]
    first = post(operator, *rows, **{"Idempotency-Key": "K"})
    again = post(operator, *rows, **{"Idempotency-Key": "K"})
    assert (first.json()["created"], again["Idempotency-Replayed"]) == (3, "true")
    assert first.content == again.content
    other = post(operator, *rows[:2], **{"Idempotency-Key": "K"})
    assert (other.status_code, codes(other)) == (409, ["idempotency_key_reused"])


@pytest.mark.usefixtures("_twos")
def test_an_interrupted_call_leaves_its_key_free(operator: APIClient) -> None:
    def fail(**kwargs: Any) -> None:
        if FollowupLadder.objects.count() > 2:
            raise DatabaseError("in the middle")

    rows = [in_ontario(f"L{n}") for n in range(3)]
    ladders_created.connect(fail)
    try:
        assert post(operator, *rows, **{"Idempotency-Key": "K"}).status_code >= 500
    finally:
        ladders_created.disconnect(fail)
    assert not IdempotencyKey.objects.exists()
    again = post(operator, *rows, **{"Idempotency-Key": "K"}).json()
    assert (again["created"], again["existing"]) == (1, 2)


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_the_number_of_statements_does_not_grow_with_the_leads(transactional_db: None) -> None:
    for n in range(60):
        LeadFactory.create(lead_id=f"L{n}", score=Decimal(n) / 100)
    PoolAgentFactory.create(agent="va1")

    def statements(lead_ids: range) -> Counter[str]:
        with CaptureQueriesContext(connection) as captured:
            start_ladders([Start(f"L{n}") for n in lead_ids], act=Act())
        return Counter(query["sql"].split()[0] for query in captured)

    few, many = statements(range(10)), statements(range(10, 50))
    if connection.vendor == "postgresql":
        assert many == few
        assert sum(many.values()) <= queries("start ladders in bulk, at most")
    assert many["SELECT"] == few["SELECT"]
