"""`/api/governance/contact`: the gate for a known lead, with every reason."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from governance.closed_days.models import ClosedDay
from governance.market.models import MarketPolicy
from governance.market.rules import SAFE_RULES
from governance.organisation.models import Organisation
from tests.conftest import attrs, codes
from tests.factories import NOON, LeadFactory, many
from tests.query_counts import counted, queries

DECIDE, EXPLAIN = "/api/governance/contact/decide", "/api/governance/contact/explain"
CAN_CONTACT = "/api/governance/market/can-contact"
TUESDAY = "2026-12-15T15:00:00Z"  # 10:00 in Toronto
NIGHT = "2026-12-16T03:00:00Z"  # 22:00 in Toronto


def decide(client: APIClient, lead_id: str = "L1", channel: str = "SMS", at: str = TUESDAY) -> dict[str, Any]:
    response = client.get(DECIDE, {"lead_id": lead_id, "channel": channel, "at": at})
    assert response.status_code == 200, response.json()
    return response.json()


def enforce() -> None:
    Organisation.objects.update(consent="enforce", scrub="enforce")


def test_a_lead_is_judged_on_its_own_clock_and_the_answer_names_the_source(operator: APIClient) -> None:
    LeadFactory.create(lead_id="L1", province="BC", market="CRANBROOK")
    answer = decide(operator)
    assert answer["ok"]
    assert (answer["timezone"], answer["zone_source"], answer["utc_offset"]) == ("America/Edmonton", "market", "UTC-6")
    assert answer["local_time"] == "2026-12-15T09:00:00-06:00"
    assert answer["tz_version"] >= "2026.6"
    assert answer["lead_id"] == "L1"


def test_the_leads_own_zone_wins_over_its_markets(operator: APIClient) -> None:
    LeadFactory.create(lead_id="L1", province="BC", market="CRANBROOK", zone="America/Vancouver")
    answer = decide(operator)
    assert (answer["ok"], answer["zone_source"], answer["utc_offset"]) == (False, "lead", "UTC-7")
    assert answer["next_allowed_at"] == "2026-12-15T16:00:00Z"


def test_every_reason_is_given_in_order_with_a_sentence_in_both_languages(operator: APIClient) -> None:
    enforce()
    ClosedDay.objects.create(day=NOON.date(), name="Inventory", changed_by="ops", updated_at=NOON)
    rules = {**SAFE_RULES, "channels_allowed": ["SMS"]}
    MarketPolicy.objects.filter(province="ON").update(enabled=False, rules=rules)
    LeadFactory.create(lead_id="L1", language="fr", score="0.1")
    answer = decide(operator, channel="CALL", at="2026-12-16T03:00:00Z")
    assert answer["reasons"] == [
        "policy_disabled",
        "channel_not_allowed",
        "organisation_not_registered",
        "area_code_not_subscribed",
        "scrub_missing",
        "lead_score_below_minimum",
        "outside_legal_hours",
        "closed_day",
        "outside_contact_window",
    ]
    assert answer["reason"] == "policy_disabled"
    assert answer["detail"] == "La politique de ce marché est désactivée."
    assert [words["code"] for words in answer["explanations"]] == answer["reasons"]
    assert all(words["en"] and words["fr"] for words in answer["explanations"])
    assert (answer["legal_ok"], answer["policy_ok"], answer["next_allowed_at"]) == (False, False, None)


def test_an_unenforced_reason_is_a_warning(operator: APIClient) -> None:
    LeadFactory.create(lead_id="L1")
    answer = decide(operator, channel="CALL")
    assert (answer["ok"], answer["reasons"]) == (True, [])
    assert answer["warnings"] == ["organisation_not_registered", "area_code_not_subscribed", "scrub_missing"]
    assert decide(operator, channel="EMAIL")["warnings"] == ["consent_missing", "organisation_not_identified"]


def test_without_the_organisation_row_everything_is_enforced(operator: APIClient) -> None:
    LeadFactory.create(lead_id="L1")
    Organisation.objects.all().delete()
    answer = decide(operator)
    assert (answer["ok"], answer["legal_ok"]) == (False, False)
    assert answer["reasons"] == ["ledger_unreadable", "consent_missing", "organisation_not_identified"]


def test_the_law_and_the_policy_are_reported_separately(operator: APIClient) -> None:
    rules = {**SAFE_RULES, "contact_windows_local": [{"days": [1], "start": "00:00", "end": "23:59"}]}
    MarketPolicy.objects.filter(province="ON").update(rules=rules)
    LeadFactory.create(lead_id="L1")
    answer = decide(operator, channel="CALL", at=NIGHT)
    assert (answer["reasons"], answer["legal_ok"], answer["policy_ok"]) == (["outside_legal_hours"], False, True)
    assert decide(operator, channel="SMS", at=NIGHT)["ok"]  # the law sets no hours for messages


@pytest.mark.usefixtures("kill_switch")
def test_the_kill_switch_is_named_first_and_hides_no_other_reason(operator: APIClient) -> None:
    LeadFactory.create(lead_id="L1")
    answer = decide(operator, at=NIGHT)
    assert answer["reasons"] == ["KILL_SWITCH_ENGAGED", "outside_contact_window"]
    assert answer["next_allowed_at"] is None


def test_a_closed_day_of_another_province_closes_nothing(operator: APIClient) -> None:
    LeadFactory.create(lead_id="L1")
    day = ClosedDay.objects.create(province="QC", day=NOON.date(), name="Inventory", changed_by="ops", updated_at=NOON)
    assert decide(operator)["ok"]
    ClosedDay.objects.filter(pk=day.pk).update(province="ON")
    answer = decide(operator)
    assert (answer["reasons"], answer["next_allowed_at"]) == (["closed_day"], "2026-12-16T14:00:00Z")


def test_an_unknown_lead_is_404(operator: APIClient) -> None:
    response = operator.get(DECIDE, {"lead_id": "nobody", "channel": "SMS"})
    assert (response.status_code, codes(response)) == (404, ["not_found"])


def test_the_older_endpoint_takes_a_lead_too(operator: APIClient) -> None:
    LeadFactory.create(lead_id="L1", province="BC", market="CRANBROOK", score="0.2")
    answer = operator.get(CAN_CONTACT, {"lead_id": "L1", "channel": "SMS", "at": TUESDAY}).json()
    assert answer == decide(operator)
    assert (answer["province"], answer["reason"]) == ("BC", "lead_score_below_minimum")
    local: dict[str, Any] = {"lead_id": "L1", "channel": "SMS", "weekday": 6, "hhmm": "12:00"}
    assert operator.get(CAN_CONTACT, local).json()["reasons"] == ["lead_score_below_minimum", "outside_contact_window"]


def test_many_leads_are_explained_in_the_order_asked(operator: APIClient) -> None:
    LeadFactory.create(lead_id="L1")
    LeadFactory.create(lead_id="L2", province="BC", market="VANCOUVER")
    asked = {"lead_ids": ["L2", "gone", "L1"], "channel": "SMS", "at": TUESDAY}
    response = operator.post(EXPLAIN, asked, format="json")
    assert response.status_code == 200
    assert [(answer["lead_id"], answer["ok"]) for answer in response.json()["answers"]] == [("L2", False), ("L1", True)]
    assert response.json()["unknown"] == ["gone"]
    assert {**response.json()["answers"][1], "phone_zones": ["America/Toronto"]} == decide(operator, "L1")


def test_a_thousand_leads_take_as_many_queries_as_two(operator: APIClient) -> None:
    ids = [lead.lead_id for lead in many(LeadFactory, 1000)]

    def asking(count: int) -> int:
        with CaptureQueriesContext(connection) as captured:
            answered = operator.post(EXPLAIN, {"lead_ids": ids[:count], "channel": "CALL"}, format="json")
        assert len(answered.json()["answers"]) == count
        return counted(captured)

    asking(1)  # the token is cached from here on
    assert asking(1000) == asking(2) == queries("POST governance/contact/explain")


def test_more_than_a_thousand_are_refused(operator: APIClient) -> None:
    response = operator.post(EXPLAIN, {"lead_ids": [str(n) for n in range(1001)], "channel": "CALL"}, format="json")
    assert response.status_code == 400
    assert attrs(response) == ["lead_ids"]
