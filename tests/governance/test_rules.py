"""Contact rules as values: how they must be written, and what they say (CONTRACT section 2)."""

from decimal import Decimal
from typing import Any

import pytest

from governance.market.rules import SAFE_RULES, InvalidRules, Reason, Rules, Window, judge, normalised, parsed, parsed_text

WEEKDAYS = {"days": [0, 1, 2, 3, 4], "start": "09:00", "end": "20:00"}


def rules(**changes: Any) -> dict[str, Any]:
    return {**SAFE_RULES, **changes}


def errors_of(given: object) -> dict[str, str]:
    with pytest.raises(InvalidRules) as refused:
        normalised(given)
    return refused.value.errors


def test_safe_rules_are_stored_as_they_are() -> None:
    assert normalised(SAFE_RULES) == SAFE_RULES


def test_rules_are_stored_in_one_spelling() -> None:
    given = rules(
        contact_windows_local=[{"end": "12:00", "start": "08:00", "days": [3, 1]}],
        channels_allowed=[" sms", "Call "],
        min_lead_score_to_contact=0,
    )
    assert normalised(given) == {
        "contact_windows_local": [{"days": [1, 3], "start": "08:00", "end": "12:00"}],
        "channels_allowed": ["SMS", "CALL"],
        "min_lead_score_to_contact": 0,
    }


def test_empty_windows_and_channels_are_well_formed() -> None:
    assert normalised(rules(contact_windows_local=[], channels_allowed=[]))["contact_windows_local"] == []


@pytest.mark.parametrize("given", [None, [], "rules", 5])
def test_rules_must_be_an_object(given: Any) -> None:
    assert list(errors_of(given)) == [""]


@pytest.mark.parametrize("key", ["contact_windows_local", "channels_allowed", "min_lead_score_to_contact"])
def test_each_key_is_required(key: Any) -> None:
    assert errors_of({name: value for name, value in SAFE_RULES.items() if name != key}) == {key: "This key is required."}


def test_unknown_keys_are_refused() -> None:
    assert errors_of(rules(sundays=True, extra=1)) == {"extra": "Unknown key.", "sundays": "Unknown key."}


@pytest.mark.parametrize("score", [-0.01, 1.01, "0.5", None, True, float("nan"), float("inf"), 10**400, 0.12345])
def test_score_must_be_a_fraction_of_4_decimals(score: Any) -> None:
    assert list(errors_of(rules(min_lead_score_to_contact=score))) == ["min_lead_score_to_contact"]


@pytest.mark.parametrize("score", [0, 1, 0.0, 1.0, 0.6543])
def test_score_may_be_either_end(score: Any) -> None:
    assert normalised(rules(min_lead_score_to_contact=score))["min_lead_score_to_contact"] == score


@pytest.mark.parametrize(
    ("given", "place"),
    [
        (None, "channels_allowed"),
        ("SMS", "channels_allowed"),
        (["FAX"], "channels_allowed.0"),
        (["SMS", 5], "channels_allowed.1"),
        (["SMS", ["CALL"]], "channels_allowed.1"),
        (["SMS", "CALL", "sms"], "channels_allowed.2"),
    ],
)
def test_channels_name_the_wrong_place(given: Any, place: Any) -> None:
    assert list(errors_of(rules(channels_allowed=given))) == [place]


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"days": None}, ".days"),
        ({"days": []}, ".days"),
        ({"days": 1}, ".days"),
        ({"days": [7]}, ".days"),
        ({"days": [-1]}, ".days"),
        ({"days": [1.0]}, ".days"),
        ({"days": ["1"]}, ".days"),
        ({"days": [True]}, ".days"),
        ({"days": [[1]]}, ".days"),
        ({"days": [1, 1]}, ".days"),
        ({"start": "9:00"}, ".start"),
        ({"start": None}, ".start"),
        ({"start": "09:60"}, ".start"),
        ({"start": "09:00 "}, ".start"),
        ({"start": "\u0660\u0669:\u0660\u0660"}, ".start"),
        ({"start": 900}, ".start"),
        ({"end": "24:00"}, ".end"),
        ({"end": "20:00:00"}, ".end"),
        ({"end": "09:00"}, ".end"),
        ({"end": "08:59"}, ".end"),
        ({"note": "x"}, ".note"),
    ],
)
def test_a_window_names_the_wrong_place(change: Any, place: Any) -> None:
    windows = [{**WEEKDAYS, "days": [6]}, {**WEEKDAYS, **change}]
    assert list(errors_of(rules(contact_windows_local=windows))) == [f"contact_windows_local.1{place}"]


@pytest.mark.parametrize("window", [None, "09:00-20:00", [0, "09:00", "20:00"]])
def test_a_window_must_be_an_object(window: Any) -> None:
    assert list(errors_of(rules(contact_windows_local=[window]))) == ["contact_windows_local.0"]


def test_a_window_needs_each_of_its_keys() -> None:
    assert set(errors_of(rules(contact_windows_local=[{}]))) == {
        "contact_windows_local.0.days",
        "contact_windows_local.0.start",
        "contact_windows_local.0.end",
    }


@pytest.mark.parametrize("given", [None, {}, "daily", [WEEKDAYS] * 51])
def test_windows_must_be_a_list_of_at_most_50(given: Any) -> None:
    assert list(errors_of(rules(contact_windows_local=given))) == ["contact_windows_local"]


@pytest.mark.parametrize(
    "other",
    [
        {"days": [4], "start": "19:00", "end": "21:00"},  # overlaps
        {"days": [0, 6], "start": "20:00", "end": "21:00"},  # touches, for the end is inclusive
        {"days": [2], "start": "08:00", "end": "09:00"},  # touches before
        {"days": [2], "start": "10:00", "end": "11:00"},  # lies within
        {"days": [2], "start": "08:00", "end": "21:00"},  # lies around
    ],
)
def test_windows_of_one_day_must_not_overlap_or_touch(other: Any) -> None:
    assert list(errors_of(rules(contact_windows_local=[WEEKDAYS, other]))) == ["contact_windows_local.1"]


@pytest.mark.parametrize(
    "other",
    [
        {"days": [0], "start": "20:01", "end": "21:00"},
        {"days": [0], "start": "08:00", "end": "08:59"},
        {"days": [5, 6], "start": "09:00", "end": "20:00"},
    ],
)
def test_windows_apart_are_well_formed(other: Any) -> None:
    assert len(normalised(rules(contact_windows_local=[WEEKDAYS, other]))["contact_windows_local"]) == 2


def test_every_wrong_place_is_named_at_once() -> None:
    given = {"contact_windows_local": [{**WEEKDAYS, "start": "x"}], "channels_allowed": ["FAX"], "extra": 1}
    assert set(errors_of(given)) == {
        "contact_windows_local.0.start",
        "channels_allowed.0",
        "min_lead_score_to_contact",
        "extra",
    }


def test_the_error_tells_its_places() -> None:
    with pytest.raises(InvalidRules, match=r"^extra: Unknown key\.$"):
        normalised(rules(extra=1))


@pytest.mark.parametrize(
    ("weekday", "hhmm", "inside"),
    [
        (0, "08:59", False),
        (0, "09:00", True),
        (4, "20:00", True),
        (4, "20:01", False),
        (5, "12:00", False),
        (6, "12:00", False),
    ],
)
def test_both_ends_of_a_window_are_inclusive_to_the_minute(weekday: Any, hhmm: Any, inside: Any) -> None:
    assert Window(frozenset(range(5)), "09:00", "20:00").contains(weekday, hhmm) is inside


def test_no_window_means_never() -> None:
    closed = Rules(windows=(), channels=frozenset({"SMS"}), min_score=Decimal(0))
    assert not any(closed.window_open(day, f"{hour:02}:00") for day in range(7) for hour in range(24))


def test_stored_text_and_given_rules_are_the_same_value() -> None:
    text = (
        '{"contact_windows_local": [{"days": [1], "start": "09:00", "end": "10:00"}],'
        ' "channels_allowed": ["SMS"], "min_lead_score_to_contact": 0.65}'
    )
    given = {
        "contact_windows_local": [{"days": [1], "start": "09:00", "end": "10:00"}],
        "channels_allowed": ["SMS"],
        "min_lead_score_to_contact": 0.65,
    }
    assert parsed_text(text) == parsed(given)
    assert parsed(given).min_score == Decimal("0.65")


OPEN = [(0, "12:00")]
SHUT = [(6, "12:00")]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"rules": None, "enabled": False, "channel": "FAX", "minutes": SHUT}, "no_policy"),
        ({"enabled": False, "channel": "FAX", "lead_score": Decimal(0), "minutes": SHUT}, "policy_disabled"),
        ({"channel": "FAX", "lead_score": Decimal(0), "minutes": SHUT}, "channel_not_allowed"),
        ({"lead_score": Decimal("0.6499"), "minutes": SHUT}, "lead_score_below_minimum"),
        ({"lead_score": Decimal("0.65"), "minutes": SHUT}, "outside_contact_window"),
        ({"minutes": OPEN + SHUT}, "outside_contact_window"),
        ({"minutes": []}, "outside_contact_window"),
        ({"lead_score": Decimal("0.65")}, "within_window"),
        ({"lead_score": None}, "within_window"),
    ],
)
def test_the_first_refusal_wins(changes: Any, code: Any) -> None:
    decision = judge(
        **{
            "rules": parsed(SAFE_RULES),
            "enabled": True,
            "channel": "SMS",
            "lead_score": None,
            "minutes": OPEN,
            **changes,
        }
    )
    assert decision.code == code
    assert decision.allowed is (code == "within_window")
    assert decision.detail == Reason(code).label
