"""The contact gate: the first refusal wins, and an unknown answer is a refusal (CONTRACT section 2)."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from pytest_django import Settings
from rest_framework.test import APIClient

from governance import law
from governance.gate import is_contact_allowed
from governance.golive.models import GoLiveState
from governance.market.models import MarketPolicy
from governance.market.rules import SAFE_RULES
from governance.market.services import get_effective_policy
from tests.conftest import attrs
from tests.factories import MarketPolicyFactory

CAN_CONTACT = "/api/governance/market/can-contact"
TUESDAY_NOON = {"province": "ON", "market": "TORONTO", "weekday": 1, "hhmm": "12:00", "channel": "SMS"}


def ask(client: Any, **changes: Any) -> dict[str, Any]:
    given = {name: value for name, value in {**TUESDAY_NOON, **changes}.items() if value is not None}
    response = client.get(CAN_CONTACT, given)
    assert response.status_code == 200, response.json()
    return response.json()


def ask_at(client: Any, at: str, **changes: Any) -> dict[str, Any]:
    return ask(client, weekday=None, hhmm=None, at=at, **changes)


def test_contact_is_allowed_by_the_provinces_policy(agent: APIClient) -> None:
    with time_machine.travel(datetime(2026, 12, 15, 17, 0, tzinfo=UTC), tick=False):
        answer = ask(agent)
    assert answer == {
        "ok": True,
        "reason": "within_window",
        "detail": "Contact is allowed.",
        "reasons": [],
        "warnings": [],
        "explanations": [],
        "legal_ok": True,
        "policy_ok": True,
        "province": "ON",
        "market": "TORONTO",
        "channel": "SMS",
        "matched_market": "ALL",
        "policy_version": 1,
        "law_version": law.VERSION,
        "evaluated_at": "2026-12-15T17:00:00Z",
    }


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"hhmm": "09:00"}, "within_window"),
        ({"hhmm": "20:00"}, "within_window"),
        ({"hhmm": "20:01"}, "outside_contact_window"),
        ({"hhmm": "08:59"}, "outside_contact_window"),
        ({"hhmm": "03:00"}, "outside_contact_window"),
        ({"weekday": 6}, "outside_contact_window"),
        ({"weekday": 5, "hhmm": "18:00"}, "within_window"),
        ({"weekday": 5, "hhmm": "18:01"}, "outside_contact_window"),
        ({"lead_score": "0.65"}, "within_window"),
        ({"lead_score": "0.6499"}, "lead_score_below_minimum"),
        ({"lead_score": "0", "weekday": 6}, "lead_score_below_minimum"),
        ({"channel": "call "}, "within_window"),
    ],
)
def test_the_safe_rules_hold_at_their_edges(agent: APIClient, changes: Any, reason: Any) -> None:
    answer = ask(agent, **changes)
    assert (answer["reason"], answer["ok"]) == (reason, reason == "within_window")


def test_a_call_outside_window_and_law_names_the_window_first_for_a_given_local_time(agent: APIClient) -> None:
    local = ask(agent, channel="CALL", weekday=5, hhmm="09:30")
    assert local["reasons"] == ["outside_contact_window", "outside_legal_hours"]
    assert (local["legal_ok"], local["policy_ok"]) == (False, False)
    converted = ask_at(agent, "2026-12-19T14:30:00Z", channel="CALL")  # the same minute in Toronto
    assert converted["reasons"] == ["outside_legal_hours", "outside_contact_window"]


def test_a_missing_policy_refuses(agent: APIClient) -> None:
    MarketPolicy.objects.filter(province="ON").delete()
    answer = ask(agent)
    assert (answer["ok"], answer["reason"], answer["matched_market"], answer["policy_version"]) == (
        False,
        "no_policy",
        None,
        None,
    )


def test_a_disabled_market_policy_does_not_fall_back(agent: APIClient) -> None:
    MarketPolicyFactory.create(province="ON", market="TORONTO", enabled=False)
    assert ask(agent)["reason"] == "policy_disabled"
    assert ask(agent, market="WINDSOR")["reason"] == "within_window"


def test_a_markets_own_policy_wins(agent: APIClient) -> None:
    MarketPolicyFactory.create(province="ON", market="TORONTO", rules={**SAFE_RULES, "channels_allowed": ["SMS"]}, version=7)
    answer = ask(agent, channel="CALL")
    assert (answer["reason"], answer["matched_market"], answer["policy_version"]) == ("channel_not_allowed", "TORONTO", 7)


def test_a_changed_policy_is_obeyed_at_once(operator: APIClient) -> None:
    assert ask(operator)["ok"]
    rules = {**SAFE_RULES, "contact_windows_local": []}
    operator.post("/api/governance/market/policies/upsert", {"province": "ON", "rules": rules})
    answer = ask(operator)
    assert (answer["ok"], answer["reason"]) == (False, "outside_contact_window")


@pytest.mark.usefixtures("kill_switch")
def test_the_kill_switch_is_the_first_refusal(agent: APIClient) -> None:
    MarketPolicy.objects.filter(province="ON").delete()
    answer = ask(agent)
    assert (answer["ok"], answer["reason"]) == (False, "KILL_SWITCH_ENGAGED")


def test_a_missing_state_counts_as_engaged(agent: APIClient) -> None:
    GoLiveState.objects.all().delete()
    answer = ask(agent)
    assert (answer["ok"], answer["reason"]) == (False, "KILL_SWITCH_ENGAGED")


def test_go_live_off_refuses_where_it_is_enforced(agent: APIClient, settings: Settings) -> None:
    settings.GO_LIVE_ENFORCE = True
    assert ask(agent)["reason"] == "GO_LIVE_DISABLED"
    GoLiveState.objects.update(go_live_enabled=True)
    assert ask(agent)["reason"] == "within_window"


@pytest.mark.parametrize(
    ("changes", "attr"),
    [
        ({"hhmm": None}, "hhmm"),
        ({"weekday": None}, "weekday"),
        ({"at": "2026-12-15T12:00:00Z"}, "at"),
        ({"hhmm": None, "at": "2026-12-15T12:00:00Z"}, "hhmm"),
        ({"hhmm": "24:00"}, "hhmm"),
        ({"hhmm": "9:00"}, "hhmm"),
        ({"hhmm": "1200"}, "hhmm"),
        ({"weekday": 7}, "weekday"),
        ({"weekday": "-1"}, "weekday"),
        ({"weekday": "1.0"}, "weekday"),
        ({"weekday": "\u0661"}, "weekday"),
        ({"weekday": None, "hhmm": None, "at": "2026-12-15T12:00:00"}, "at"),
        ({"weekday": None, "hhmm": None, "at": "noon"}, "at"),
        ({"channel": "FAX"}, "channel"),
        ({"channel": None}, "channel"),
        ({"province": "XX"}, "province"),
        ({"province": None}, "province"),
        ({"market": "Toronto!"}, "market"),
        ({"lead_score": "1.01"}, "lead_score"),
        ({"lead_score": "-0.1"}, "lead_score"),
        ({"lead_score": "0.12345"}, "lead_score"),
        ({"lead_score": "1e-1"}, "lead_score"),
        ({"lead_score": "nan"}, "lead_score"),
    ],
)
def test_bad_input_names_the_field(agent: APIClient, changes: Any, attr: Any) -> None:
    given = {name: value for name, value in {**TUESDAY_NOON, **changes}.items() if value is not None}
    response = agent.get(CAN_CONTACT, given)
    assert response.status_code == 400
    assert attrs(response) == [attr]


def test_an_instant_is_converted_to_the_markets_clock(agent: APIClient) -> None:
    answer = ask_at(agent, "2026-12-15T14:00:00Z")
    assert answer["ok"]
    assert answer["local_time"] == "2026-12-15T09:00:00-05:00"
    assert answer["timezone"] == "America/Toronto"
    assert answer["zones"] == ["America/Toronto"]
    assert "next_allowed_at" not in answer


@pytest.mark.parametrize(
    ("province", "market", "at", "ok"),
    [
        ("BC", "VANCOUVER", "2026-12-15T16:00:00Z", True),  # 09:00 at -07
        ("BC", "VANCOUVER", "2026-12-15T15:59:59Z", False),
        ("AB", "CALGARY", "2026-12-15T15:00:00Z", True),  # 09:00 at -06
        ("AB", "CALGARY", "2026-12-15T14:59:00Z", False),
        ("MB", "WINNIPEG", "2026-12-15T14:00:00Z", True),  # 09:00 at -05
        ("NL", "St. John's", "2026-12-15T12:30:00Z", True),  # 09:00 at -03:30
        ("NL", "St. John's", "2026-12-15T23:30:59Z", True),  # 20:00 is in the window to its last second
        ("NL", "St. John's", "2026-12-15T23:31:00Z", False),
        ("ON", "TORONTO", "2026-12-15T09:00:00-05:00", True),
    ],
)
def test_the_gate_follows_the_clocks_of_december_2026(
    agent: APIClient, province: Any, market: Any, at: Any, ok: Any
) -> None:
    assert ask_at(agent, at, province=province, market=market)["ok"] is ok


@pytest.mark.parametrize(
    ("province", "at", "ok", "zone"),
    [
        ("ON", "2026-07-07T13:30:00Z", False, "America/Winnipeg"),  # 09:30 in Toronto, 08:30 in Kenora
        ("ON", "2026-07-07T14:00:00Z", True, "America/Toronto"),
        ("ON", "2026-07-08T00:30:00Z", False, "America/Toronto"),  # 20:30 in Toronto
        ("BC", "2026-12-15T15:30:00Z", False, "America/Vancouver"),
        ("BC", "2026-12-16T02:30:00Z", False, "America/Edmonton"),  # 19:30 in Vancouver, 20:30 in Cranbrook
        ("BC", "2026-12-16T02:00:00Z", True, "America/Vancouver"),
        ("NL", "2026-12-15T12:30:00Z", False, "America/Goose_Bay"),  # 09:00 on the island, 08:30 in Labrador
        ("NL", "2026-12-15T13:00:00Z", True, "America/St_Johns"),
        ("QC", "2026-12-15T13:30:00Z", False, "America/Toronto"),  # 08:30 there, 09:30 at Blanc-Sablon
        ("QC", "2026-12-16T00:30:00Z", False, "America/Blanc-Sablon"),
        ("NU", "2026-12-15T14:30:00Z", False, "America/Rankin_Inlet"),  # 09:30 in Iqaluit, 08:30 in Rankin Inlet
    ],
)
def test_a_province_of_several_zones_must_be_permitted_in_each(
    agent: APIClient, province: Any, at: Any, ok: Any, zone: Any
) -> None:
    answer = ask_at(agent, at, province=province, market="ALL")
    assert (answer["ok"], answer["timezone"]) == (ok, zone)
    assert len(answer["zones"]) > 1


def test_a_refusal_because_of_the_time_gives_the_next_time(agent: APIClient) -> None:
    answer = ask_at(agent, "2026-12-13T12:00:30Z")  # a Sunday
    assert (answer["reason"], answer["next_allowed_at"]) == ("outside_contact_window", "2026-12-14T14:00:00Z")


def test_a_permanent_refusal_gives_null(agent: APIClient) -> None:
    assert ask_at(agent, "2026-12-15T15:00:00Z", lead_score="0.1")["next_allowed_at"] is None
    MarketPolicyFactory.create(province="ON", market="TORONTO", rules={**SAFE_RULES, "contact_windows_local": []})
    answer = ask_at(agent, "2026-12-15T15:00:00Z")
    assert (answer["reason"], answer["next_allowed_at"]) == ("outside_contact_window", None)


@pytest.mark.parametrize(
    ("now", "ok"), [(datetime(2026, 12, 15, 15, tzinfo=UTC), True), (datetime(2026, 12, 15, 3, tzinfo=UTC), False)]
)
def test_the_default_time_is_now(agent: APIClient, now: Any, ok: Any) -> None:
    with time_machine.travel(now, tick=False):
        answer = ask(agent, weekday=None, hhmm=None)
    assert answer["ok"] is ok
    assert answer["timezone"] == "America/Toronto"


def test_local_time_is_not_converted(agent: APIClient) -> None:
    assert {"local_time", "timezone", "zones", "next_allowed_at"}.isdisjoint(ask(agent, hhmm="03:00"))


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, (True, "within_window")),
        ({"channel": "sms"}, (True, "within_window")),
        ({"hhmm": "20:01"}, (False, "outside_contact_window")),
        ({"channel": "FAX"}, (False, "channel_not_allowed")),
        ({"lead_score": Decimal("0.1")}, (False, "lead_score_below_minimum")),
        ({"rules": {}}, (False, "no_policy")),
    ],
)
def test_the_guides_function_answers_for_the_time(db: None, changes: Any, expected: Any) -> None:
    _, rules = get_effective_policy("ON", "TORONTO")
    assert is_contact_allowed(**{"rules": rules, "weekday": 1, "hhmm": "12:00", "channel": "SMS", **changes}) == expected


@pytest.mark.parametrize("hhmm", ["", "1", "1x", "12", "12:99", "9:30"])
def test_the_guides_function_refuses_an_invalid_time(db: None, hhmm: Any) -> None:
    assert is_contact_allowed(SAFE_RULES, 1, hhmm, "SMS") == (False, "outside_contact_window")


@pytest.mark.usefixtures("kill_switch")
def test_the_guides_function_obeys_the_kill_switch() -> None:
    assert is_contact_allowed(SAFE_RULES, 1, "12:00", "SMS") == (False, "KILL_SWITCH_ENGAGED")
