"""`/api/deals/offers/policies`: seeded disabled, upserted whole, kept within bounds by the database."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from governance.policies import seed, upsert
from offers.models import OfferPolicy
from tests.conftest import attrs, codes
from tests.factories import NOON, OfferPolicyFactory
from wholesale.plumbing.act import Act
from wholesale.plumbing.vocabulary import Province

POLICIES, UPSERT = "/api/deals/offers/policies", "/api/deals/offers/policies/upsert"


@pytest.fixture
def ontario(db: None) -> OfferPolicy:
    """The enabled policy of Ontario."""
    return upsert(OfferPolicy, province="ON", enabled=True, act=Act("test"))


def test_migrate_seeds_13_disabled_policies(auditor: APIClient) -> None:
    rows = auditor.get(POLICIES).json()
    assert [(row["province"], row["market"]) for row in rows] == [(province, "ALL") for province in sorted(Province.values)]
    values = {"enabled": False, "max_arv_multiplier": 0.7, "default_assignment_fee": 10000, "default_fees_buffer": 2500}
    assert all(values.items() <= row.items() for row in rows)


def test_upsert_keeps_absent_settings(operator: APIClient) -> None:
    answer = operator.post(f"{UPSERT}?province=ON&max_arv_multiplier=0.65&changed_by=bryan&reason=first").json()
    assert (answer["max_arv_multiplier"], answer["enabled"], answer["changed_by"]) == (0.65, False, "bryan")
    answer = operator.post(UPSERT, {"province": "ON", "enabled": True, "default_fees_buffer": 0}).json()
    assert answer == {
        "id": OfferPolicy.objects.get(province="ON").pk,
        "province": "ON",
        "market": "ALL",
        "enabled": True,
        "max_arv_multiplier": 0.65,
        "default_assignment_fee": 10000,
        "default_fees_buffer": 0,
        "compute_on_low": False,
        "refuse_few_comps": False,
        "refuse_wide_interval": False,
        "refuse_uninspected_repairs": False,
        "refuse_above_low": False,
        "liquidity_gate": "score",
        "min_liquidity_score": 50,
        "stake": "offer",
        "expires_after_days": 7,
        "version": 3,
        "changed_by": "operator",
        "reason": "",
        "updated_at": answer["updated_at"],
    }
    history = OfferPolicy.objects.get(province="ON").history.all()
    assert [(row.version, row.history_change_reason) for row in history] == [
        (3, ""),
        (2, "first"),
        (1, "safe default, off"),
    ]


def test_a_new_policy_has_the_guides_defaults_and_is_disabled(operator: APIClient) -> None:
    answer = operator.post(UPSERT, {"province": "ON", "market": "Toronto"}).json()
    assert (answer["enabled"], answer["max_arv_multiplier"], answer["version"]) == (False, 0.7, 1)
    assert (answer["default_assignment_fee"], answer["default_fees_buffer"]) == (10000, 2500)


def test_a_version_conflict_writes_nothing(operator: APIClient) -> None:
    response = operator.post(UPSERT, {"province": "ON", "enabled": True, "expected_version": 7})
    assert (response.status_code, codes(response), attrs(response)) == (409, ["version_conflict"], ["expected_version"])
    policy = OfferPolicy.objects.get(province="ON")
    assert (policy.enabled, policy.version, policy.history.count()) == (False, 1, 1)


@pytest.mark.parametrize(
    ("given", "attr", "code"),
    [
        ({"max_arv_multiplier": 0}, "max_arv_multiplier", "min_value"),
        ({"max_arv_multiplier": -0.5}, "max_arv_multiplier", "min_value"),
        ({"max_arv_multiplier": 1.0001}, "max_arv_multiplier", "max_value"),
        ({"max_arv_multiplier": 0.70005}, "max_arv_multiplier", "max_decimal_places"),
        ({"max_arv_multiplier": "7e-1"}, "max_arv_multiplier", "invalid"),
        ({"default_fees_buffer": -1}, "default_fees_buffer", "min_value"),
        ({"default_fees_buffer": 1.001}, "default_fees_buffer", "max_decimal_places"),
        ({"default_assignment_fee": -0.01}, "default_assignment_fee", "min_value"),
        ({"default_assignment_fee": "NaN"}, "default_assignment_fee", "invalid"),
        ({"expected_version": "1.0"}, "expected_version", "invalid"),
        ({"expected_version": -1}, "expected_version", "min_value"),
        ({"enabled": "perhaps"}, "enabled", "invalid"),
        ({"reason": "x" * 1001}, "reason", "max_length"),
        ({"province": None}, "province", "required"),
    ],
)
def test_upsert_names_bad_input(operator: APIClient, given: Any, attr: Any, code: Any) -> None:
    response = operator.post(UPSERT, {"province": "ON", **given})
    assert response.status_code == 400
    assert (attrs(response), codes(response)) == ([attr], [code])
    assert OfferPolicy.objects.get(province="ON").version == 1


def test_seeding_again_changes_nothing_and_never_overwrites(ontario: Any) -> None:
    before = list(OfferPolicy.objects.values())
    assert seed(OfferPolicy) == 0
    assert list(OfferPolicy.objects.values()) == before


def test_seeding_gives_a_province_without_a_policy_its_disabled_default(db: None) -> None:
    OfferPolicy.objects.filter(province="ON").delete()
    assert seed(OfferPolicy, now=NOON) == 1
    policy = OfferPolicy.objects.get(province="ON")
    assert (policy.enabled, policy.changed_by, policy.version, policy.updated_at) == (False, "seed", 1, NOON)


@pytest.mark.parametrize(
    "broken",
    [
        {"max_arv_multiplier": Decimal(0)},
        {"max_arv_multiplier": Decimal("1.01")},
        {"default_assignment_fee": Decimal(-1)},
        {"default_fees_buffer": Decimal(-1)},
        {"province": "XX"},
    ],
)
def test_the_database_forbids_invalid_policies(db: None, broken: Any) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        OfferPolicyFactory.create(**broken)
