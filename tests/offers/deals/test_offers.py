"""`/api/deals/offers`: disabled until a province is enabled, bounded by policy, and stored with evidence."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from governance.policies import upsert
from kpi.models import KPIEvent
from offers.deals.errors import OutOfBounds
from offers.models import OfferEvidence, OfferPolicy
from offers.policies.errors import OfferPolicyDisabled
from offers.services import compute_offer
from tests.conftest import attrs, codes
from tests.factories import NOON, EvidenceFactory, OfferPolicyFactory
from wholesale.plumbing.act import Act

UPSERT, COMPUTE, EVIDENCE = (f"/api/deals/offers/{name}" for name in ("policies/upsert", "compute", "evidence"))
TORONTO = {"province": "ON", "market": "TORONTO", "arv": 450000, "repairs": 50000}


@pytest.fixture
def ontario(db: None) -> OfferPolicy:
    """The enabled policy of Ontario."""
    return upsert(OfferPolicy, province="ON", enabled=True, act=Act("test"))


def test_the_guides_offer_is_answered(integrator: APIClient, ontario: Any) -> None:
    response = integrator.post(COMPUTE, {**TORONTO, "comps": [{"sold": 455000}], "assumptions": {"roof": "new"}})
    evidence = OfferEvidence.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "policy": {
            "id": ontario.pk,
            "province": "ON",
            "market": "ALL",
            "version": 2,
            "max_arv_multiplier": 0.7,
            "default_assignment_fee": 10000,
            "default_fees_buffer": 2500,
        },
        "calc": {"arv": 450000, "repairs": 50000, "fees_buffer": 2500, "mao": 262500, "recommended_offer": 262500},
        "evidence_id": evidence.pk,
    }
    assert (evidence.policy, evidence.policy_version, evidence.market) == (ontario, 2, "TORONTO")
    assert (evidence.arv, evidence.repairs, evidence.fees_buffer) == (450000, 50000, 2500)
    assert (evidence.mao, evidence.recommended_offer) == (262500, 262500)
    assert (evidence.max_arv_multiplier, evidence.default_assignment_fee) == (Decimal("0.7"), 10000)
    assert (evidence.comps_json, evidence.assumptions_json) == ([{"sold": 455000}], {"roof": "new"})
    assert evidence.actor == "integrator"
    assert evidence.user is not None
    assert evidence.user.username == "integrator"
    assert str(evidence) == f"Offer computed, no. {evidence.pk}: Toronto, Ontario"


def test_computing_writes_one_kpi_row(integrator: APIClient, ontario: Any) -> None:
    integrator.post(COMPUTE, {**TORONTO, "correlation_id": "C-1"})
    evidence, row = OfferEvidence.objects.get(), KPIEvent.objects.get()
    assert (row.domain, row.metric, row.success) == ("WHOLESALE", "offer_generated", True)
    assert row.detail == {"evidence_id": evidence.pk, "province": "ON", "market": "TORONTO"}
    assert (row.subject_type, row.subject_id, row.occurred_at) == ("evidence", str(evidence.pk), evidence.created_at)
    assert (row.province, row.market, row.actor, row.user) == ("ON", "TORONTO", "integrator", evidence.user)
    assert row.correlation_id == evidence.correlation_id == "C-1"


def test_parameters_in_the_query_string_give_the_same_offer(integrator: APIClient, ontario: Any) -> None:
    response = integrator.post(f'{COMPUTE}?province=on&arv=100.15&repairs=0&comps=[{{"sold":1}}]')
    assert response.json()["calc"]["mao"] == -2429.9  # -2429.895, half-up: away from zero
    assert response.json()["calc"]["recommended_offer"] == 0
    assert OfferEvidence.objects.get().comps_json == [{"sold": 1}]


def test_a_markets_own_policy_wins(integrator: APIClient, ontario: Any) -> None:
    OfferPolicyFactory.create(province="ON", market="TORONTO", max_arv_multiplier=Decimal("0.5"))
    answer = integrator.post(COMPUTE, TORONTO).json()
    assert (answer["policy"]["market"], answer["calc"]["mao"]) == ("TORONTO", 172500)


@pytest.mark.parametrize("case", ["off", "market off", "missing"])
def test_without_an_enabled_policy_nothing_is_stored(integrator: APIClient, case: Any) -> None:
    if case == "market off":
        OfferPolicy.objects.update(enabled=True)
        OfferPolicyFactory.create(province="ON", market="TORONTO", enabled=False)
    if case == "missing":
        OfferPolicy.objects.all().delete()
    response = integrator.post(COMPUTE, TORONTO)
    assert (response.status_code, codes(response), attrs(response)) == (409, ["offer_policy_disabled"], [None])
    assert not OfferEvidence.objects.exists()
    assert not KPIEvent.objects.exists()


@pytest.mark.parametrize(
    ("given", "attr"),
    [
        ({"arv": None}, "arv"),
        ({"repairs": None}, "repairs"),
        ({"arv": 0}, "arv"),
        ({"arv": -1}, "arv"),
        ({"arv": 100_000_000.01}, "arv"),
        ({"arv": 450000.001}, "arv"),
        ({"arv": "NaN"}, "arv"),
        ({"arv": "Infinity"}, "arv"),
        ({"arv": "4.5e5"}, "arv"),
        ({"arv": "1_000"}, "arv"),
        ({"arv": "\u0661"}, "arv"),
        ({"arv": "9" * 400}, "arv"),
        ({"arv": 10**400}, "arv"),
        ({"arv": True}, "arv"),
        ({"arv": [1]}, "arv"),
        ({"repairs": -0.01}, "repairs"),
        ({"arv": 100, "repairs": 200.01}, "repairs"),
        ({"comps": 5}, "comps"),
        ({"comps": "{"}, "comps"),
        ({"comps": {"a": "\x00"}}, "comps"),
        ({"assumptions": {"a": "x" * 65536}}, "assumptions"),
        ({"province": "ZZ"}, "province"),
    ],
)
def test_compute_names_bad_input_and_stores_nothing(integrator: APIClient, ontario: Any, given: Any, attr: Any) -> None:
    response = integrator.post(COMPUTE, {**TORONTO, **given})
    assert response.status_code == 400
    assert attrs(response) == [attr]
    assert not OfferEvidence.objects.exists()


def test_the_widest_policy_still_gives_an_answer(operator: APIClient) -> None:
    """The largest fees that a policy can hold never overflow the evidence's columns."""
    widest = operator.post(UPSERT, {"province": "ON", "enabled": True, "default_fees_buffer": 100_000_000})
    assert widest.status_code == 200
    answer = operator.post(COMPUTE, {"province": "ON", "arv": 100_000_000, "repairs": 200_000_000})
    assert (answer.status_code, answer.json()["calc"]["mao"]) == (201, -230_000_000)
    for fee in ("default_fees_buffer", "default_assignment_fee"):
        response = operator.post(UPSERT, {"province": "ON", fee: 100_000_000.01})
        assert (response.status_code, attrs(response), codes(response)) == (400, [fee], ["max_value"])


def test_evidence_keeps_its_values_when_the_policy_changes(integrator: APIClient, ontario: Any) -> None:
    made = integrator.post(COMPUTE, TORONTO).json()
    upsert(OfferPolicy, province="ON", max_arv_multiplier=Decimal("0.1"), enabled=False, act=Act("test"))
    shown = integrator.get(f"{EVIDENCE}/{made['evidence_id']}").json()
    assert (shown["policy"], shown["policy_version"], shown["max_arv_multiplier"]) == (ontario.pk, 2, 0.7)
    assert (shown["mao"], shown["recommended_offer"], shown["fees_buffer"]) == (262500, 262500, 2500)
    assert (shown["comps_json"], shown["assumptions_json"]) == (None, None)


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({}, [2, 1, 0]),
        ({"province": "qc"}, [1]),
        ({"market": "St. Thomas"}, [2]),
        ({"correlation_id": "C-1"}, [0]),
        ({"since": "2026-12-15T18:01:00Z"}, [2, 1]),
        ({"until": "2026-12-15T18:01:00Z"}, [0]),
    ],
)
def test_evidence_is_listed_newest_first_and_filtered(auditor: APIClient, given: Any, found: Any) -> None:
    minutes = [NOON + timedelta(minutes=n) for n in range(3)]
    rows: list[Any] = [
        EvidenceFactory.create(correlation_id="C-1", created_at=minutes[0]),
        EvidenceFactory.create(policy__province="QC", created_at=minutes[1]),
        EvidenceFactory.create(policy__market="ST_THOMAS", created_at=minutes[2]),
    ]
    assert [row["id"] for row in auditor.get(EVIDENCE, given).json()["results"]] == [rows[n].pk for n in found]


def test_evidence_is_filtered_by_policy(auditor: APIClient) -> None:
    wanted, _ = EvidenceFactory.create(), EvidenceFactory.create()
    answer = auditor.get(EVIDENCE, {"policy": wanted.policy_id}).json()
    assert [row["id"] for row in answer["results"]] == [wanted.pk]


def test_the_guides_function_computes_the_offer(ontario: Any) -> None:
    offer = compute_offer("ON", "TORONTO", 450000, Decimal(50000), correlation_id="C-1", now=NOON)
    evidence = OfferEvidence.objects.get()
    assert offer["calc"]["recommended_offer"] == Decimal("262500")
    assert offer["evidence_id"] == evidence.pk
    assert (evidence.actor, evidence.user, evidence.correlation_id, evidence.created_at) == ("system", None, "C-1", NOON)
    with pytest.raises(OutOfBounds):
        compute_offer("ON")
    with pytest.raises(OfferPolicyDisabled):
        compute_offer("QC", "ALL", 450000, 50000)


@pytest.mark.parametrize("broken", [{"arv": 0}, {"repairs": -1}, {"fees_buffer": -1}, {"recommended_offer": -1}])
def test_the_database_forbids_invalid_evidence(db: None, broken: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        EvidenceFactory.create(**broken)
