"""`/api/governance/market/policies`: 13 safe defaults, and one race-free way to change them."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from rest_framework.test import APIClient

from governance.market.models import MarketPolicy
from governance.market.rules import SAFE_RULES, InvalidRules
from governance.market.services import get_effective_policy
from governance.policies import seed, upsert
from tests.conftest import attrs, codes
from tests.factories import MarketPolicyFactory
from wholesale.plumbing.act import Act
from wholesale.plumbing.errors import RequiredParameter
from wholesale.plumbing.vocabulary import Province

UPSERT = "/api/governance/market/policies/upsert"
EFFECTIVE = "/api/governance/market/effective"
RULES: dict[str, Any] = {**SAFE_RULES, "channels_allowed": ["SMS"]}


def test_migrate_seeds_13_safe_policies_in_order(auditor: APIClient) -> None:
    rows = auditor.get("/api/governance/market/policies").json()
    assert [(row["province"], row["market"]) for row in rows] == [(province, "ALL") for province in sorted(Province.values)]
    assert all(row["enabled"] and row["rules"] == SAFE_RULES and row["version"] == 1 for row in rows)
    assert set(rows[0]) >= {"id", "province", "market", "enabled", "rules", "changed_by", "reason", "updated_at"}


def test_policies_are_ordered_by_province_and_market(auditor: APIClient) -> None:
    for place in (("ON", "WINDSOR"), ("ON", "ABBEY"), ("AB", "CALGARY")):
        MarketPolicyFactory.create(province=place[0], market=place[1])
    rows = [(row["province"], row["market"]) for row in auditor.get("/api/governance/market/policies").json()]
    assert rows == sorted(rows)
    assert len(rows) == 16


def test_one_policy_is_read_by_id(auditor: APIClient) -> None:
    policy = MarketPolicy.objects.get(province="QC")
    answer = auditor.get(f"/api/governance/market/policies/{policy.pk}").json()
    assert (answer["id"], answer["province"]) == (policy.pk, "QC")
    assert answer["updated_at"].endswith("Z")


def test_a_new_policy_is_off_by_default(operator: APIClient) -> None:
    response = operator.post(UPSERT, {"province": " on", "market": "St. Thomas", "rules": RULES})
    assert response.status_code == 200
    policy = MarketPolicy.objects.get(province="ON", market="ST_THOMAS")
    assert response.json() == {
        "id": policy.pk,
        "province": "ON",
        "market": "ST_THOMAS",
        "enabled": False,
        "rules": RULES,
        "version": 1,
        "changed_by": "operator",
        "reason": "",
        "updated_at": policy.updated_at.isoformat().replace("+00:00", "Z"),
        "warnings": [],
    }
    assert policy.user is not None
    assert policy.user.username == "operator"
    assert policy.created_at == policy.updated_at


def test_a_new_policy_needs_rules(operator: APIClient) -> None:
    response = operator.post(UPSERT, {"province": "ON", "market": "TORONTO", "enabled": True})
    assert (response.status_code, codes(response), attrs(response)) == (400, ["required"], ["rules"])
    assert not MarketPolicy.objects.filter(market="TORONTO").exists()
    with pytest.raises(RequiredParameter):
        upsert(MarketPolicy, province="ON", market="TORONTO", act=Act("me"))


def test_absent_settings_keep_their_value_but_not_reason_and_changed_by(operator: APIClient) -> None:
    operator.post(UPSERT, {"province": "ON", "rules": RULES, "changed_by": "bryan", "reason": "text only"})
    answer = operator.post(UPSERT, {"province": "ON", "market": "all", "enabled": False}).json()
    assert answer["rules"] == RULES
    assert answer["enabled"] is False
    assert (answer["changed_by"], answer["reason"], answer["version"]) == ("operator", "", 3)
    assert MarketPolicy.objects.filter(province="ON").count() == 1


def test_rules_are_replaced_as_a_whole_and_stored_in_one_spelling(operator: APIClient) -> None:
    rules = {"contact_windows_local": [], "channels_allowed": ["email"], "min_lead_score_to_contact": 1}
    answer = operator.post(UPSERT, {"province": "ON", "rules": rules}).json()
    assert answer["rules"] == {**rules, "channels_allowed": ["EMAIL"]}
    assert answer["enabled"] is True


def test_every_change_leaves_history_with_who_and_why(operator: APIClient) -> None:
    operator.post(UPSERT, {"province": "ON", "enabled": False, "changed_by": "bryan", "reason": "holiday"})
    operator.post(UPSERT, {"province": "ON", "enabled": True})
    history = MarketPolicy.objects.get(province="ON").history.all()
    rows = [(r.history_type, r.version, r.enabled, r.changed_by, r.reason, r.history_change_reason) for r in history]
    assert rows == [
        ("~", 3, True, "operator", "", ""),
        ("~", 2, False, "bryan", "holiday", "holiday"),
        ("+", 1, True, "seed", "safe default", "safe default"),
    ]
    assert [r.history_user.username if r.history_user else None for r in history] == ["operator", "operator", None]


def test_a_change_with_a_stale_version_writes_nothing(operator: APIClient) -> None:
    operator.post(UPSERT, {"province": "ON", "enabled": False})
    response = operator.post(UPSERT, {"province": "ON", "enabled": True, "expected_version": 1})
    assert (response.status_code, codes(response), attrs(response)) == (409, ["version_conflict"], ["expected_version"])
    policy = MarketPolicy.objects.get(province="ON")
    assert (policy.enabled, policy.version, policy.history.count()) == (False, 2, 2)


def test_a_change_with_the_current_version_is_accepted(operator: APIClient) -> None:
    response = operator.post(UPSERT, {"province": "ON", "enabled": False, "expected_version": 1})
    assert response.json()["version"] == 2


def test_version_0_means_that_there_is_no_policy_yet(operator: APIClient) -> None:
    response = operator.post(UPSERT, {"province": "ON", "enabled": False, "expected_version": 0})
    assert (response.status_code, codes(response)) == (409, ["version_conflict"])
    assert MarketPolicy.objects.get(province="ON").enabled is True


@pytest.mark.parametrize(("expected", "status"), [(0, 200), (1, 409)])
def test_a_missing_policy_has_version_0(operator: APIClient, expected: Any, status: Any) -> None:
    given = {"province": "ON", "market": "TORONTO", "rules": RULES, "expected_version": expected}
    assert operator.post(UPSERT, given).status_code == status
    assert MarketPolicy.objects.filter(market="TORONTO").exists() is (status == 200)


@pytest.mark.parametrize(
    ("rules", "attr"),
    [
        ({**RULES, "channels_allowed": ["FAX"]}, "rules.channels_allowed.0"),
        ({**RULES, "min_lead_score_to_contact": 2}, "rules.min_lead_score_to_contact"),
        ({**RULES, "sundays": True}, "rules.sundays"),
        (
            {**RULES, "contact_windows_local": [{"days": [0], "start": "9:00", "end": "10:00"}]},
            "rules.contact_windows_local.0.start",
        ),
        ("not json", "rules"),
        ("5", "rules"),
    ],
)
def test_rules_are_validated_and_the_wrong_place_is_named(operator: APIClient, rules: Any, attr: Any) -> None:
    response = operator.post(UPSERT, {"province": "ON", "rules": rules})
    assert response.status_code == 400
    assert attrs(response) == [attr]
    assert MarketPolicy.objects.get(province="ON").version == 1


WIDE = [{"days": [0, 1], "start": "08:00", "end": "22:00"}]


def test_calls_beyond_lawful_hours_are_stored_with_a_warning(operator: APIClient) -> None:
    answer = operator.post(UPSERT, {"province": "ON", "rules": {**SAFE_RULES, "contact_windows_local": WIDE}}).json()
    assert answer["warnings"] == [
        {
            "code": "outside_legal_hours",
            "detail": "The law allows calls from 09:00 until before 21:30 on weekdays; outside those hours none is made.",
            "attr": "rules.contact_windows_local.0",
        }
    ]
    assert MarketPolicy.objects.get(province="ON").rules["contact_windows_local"] == WIDE
    own = {**SAFE_RULES, "channel_windows": {"CALL": WIDE}, "holidays": "closed"}
    answer = operator.post(UPSERT, {"province": "ON", "rules": own}).json()
    assert [warning["attr"] for warning in answer["warnings"]] == ["rules.channel_windows.CALL.0"]
    assert answer["rules"] == own


def test_other_channels_are_stored_without_a_warning(operator: APIClient) -> None:
    rules = {**RULES, "contact_windows_local": WIDE}
    assert operator.post(UPSERT, {"province": "ON", "rules": rules}).json()["warnings"] == []


def test_the_windows_of_a_channel_and_holidays_are_validated(operator: APIClient) -> None:
    wrong = {"channel_windows": {"CALL": [{**WIDE[0], "end": "x"}]}, "holidays": "never"}
    response = operator.post(UPSERT, {"province": "ON", "rules": {**RULES, **wrong}})
    assert (response.status_code, set(attrs(response))) == (400, {"rules.channel_windows.CALL.0.end", "rules.holidays"})
    assert MarketPolicy.objects.get(province="ON").version == 1


def test_rules_given_as_an_array_are_refused_by_name(operator: APIClient) -> None:
    response = operator.post(UPSERT, {"province": "ON", "rules": [RULES]})
    assert response.status_code == 400
    assert str(attrs(response)[0]).startswith("rules")


def test_the_service_validates_rules_too(db: None) -> None:
    with pytest.raises(InvalidRules):
        upsert(MarketPolicy, province="ON", rules={}, act=Act("me"))
    assert MarketPolicy.objects.get(province="ON").version == 1


def test_a_violated_constraint_is_an_error(db: None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        upsert(MarketPolicy, province="XX", rules=RULES, act=Act("me"))


@pytest.mark.parametrize(
    ("place", "found", "matched"),
    [
        ({"province": "ON", "market": "Toronto"}, True, "TORONTO"),
        ({"province": "on", "market": "windsor"}, True, "ALL"),
        ({"province": "ON"}, True, "ALL"),
        ({"province": "QC", "market": "TORONTO"}, True, "ALL"),
        ({"province": "NU", "market": "IQALUIT"}, False, None),
    ],
)
def test_the_effective_policy_is_the_markets_own_or_its_provinces(
    auditor: APIClient, place: Any, found: Any, matched: Any
) -> None:
    MarketPolicyFactory.create(province="ON", market="TORONTO", rules=RULES)
    MarketPolicy.objects.filter(province="NU").delete()
    answer = auditor.get(EFFECTIVE, place).json()
    assert (answer["found"], answer["matched_market"]) == (found, matched)
    assert answer["rules"] == ({} if not found else RULES if matched == "TORONTO" else SAFE_RULES)
    assert answer["enabled"] is found
    assert answer["version"] == (1 if found else None)


def test_a_disabled_market_policy_does_not_fall_back_to_its_province(auditor: APIClient) -> None:
    MarketPolicyFactory.create(province="ON", market="TORONTO", enabled=False)
    answer = auditor.get(EFFECTIVE, {"province": "ON", "market": "TORONTO"}).json()
    assert (answer["matched_market"], answer["enabled"]) == ("TORONTO", False)


def test_the_guides_function_gives_rules_only_of_an_enabled_policy(db: None) -> None:
    whole_province = MarketPolicy.objects.get(province="ON")
    assert get_effective_policy("ON", "TORONTO") == (whole_province, SAFE_RULES)
    off = MarketPolicyFactory.create(province="ON", market="TORONTO", enabled=False)
    assert get_effective_policy("ON", "TORONTO") == (off, {})
    MarketPolicy.objects.all().delete()
    assert get_effective_policy("ON") == (None, {})


def test_seeding_again_changes_nothing_and_never_overwrites(operator: APIClient) -> None:
    operator.post(UPSERT, {"province": "ON", "enabled": False, "rules": RULES})
    before = list(MarketPolicy.objects.values())
    assert seed(MarketPolicy) == 0
    assert list(MarketPolicy.objects.values()) == before


def test_seeding_gives_a_province_without_a_policy_its_safe_default(db: None) -> None:
    MarketPolicy.objects.filter(province__in=["ON", "QC"]).delete()
    MarketPolicyFactory.create(province="ON", market="TORONTO")  # a market's row does not count for its province
    assert seed(MarketPolicy) == 2
    policy = MarketPolicy.objects.get(province="ON", market="ALL")
    assert (policy.enabled, policy.rules, policy.changed_by, policy.version) == (True, SAFE_RULES, "seed", 1)


def test_a_policy_is_named_by_its_place(db: None) -> None:
    assert str(MarketPolicyFactory.create(province="ON", market="TORONTO")) == "Toronto, Ontario"


def test_the_longest_reason_is_kept_whole_in_the_row_and_its_history(operator: APIClient) -> None:
    reason = "r" * 1000
    assert operator.post(UPSERT, {"province": "ON", "enabled": False, "reason": reason}).status_code == 200
    policy = MarketPolicy.objects.get(province="ON", market="ALL")
    assert (policy.reason, policy.history.first().reason) == (reason, reason)
