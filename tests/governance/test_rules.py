"""Contact rules as values: their format and their meaning (CONTRACT section 2)."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from governance.gate.facts import PolicyFacts
from governance.gate.reasons import Reason
from governance.gate.verdict import decide
from governance.market.legal_hours import legal_warnings
from governance.market.rules import SAFE_RULES, HolidayRule, InvalidRules, Window, normalised, parsed
from tests.factories import NOON
from tests.governance.situations import rules as rules_value
from tests.governance.situations import situation, zone

WEEKDAYS = {"days": [0, 1, 2, 3, 4], "start": "09:00", "end": "20:00"}


def rules(**changes: Any) -> dict[str, Any]:
    return {**SAFE_RULES, **changes}


def errors_of(given: object) -> dict[str, str]:
    with pytest.raises(InvalidRules) as refused:
        normalised(given)
    return refused.value.errors


def test_safe_rules_are_stored_unchanged() -> None:
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
def test_score_may_be_any_fraction_from_0_to_1(score: Any) -> None:
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
def test_a_wrong_channel_is_named_by_its_place(given: Any, place: Any) -> None:
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
def test_an_error_in_a_window_is_named_by_its_place(change: Any, place: Any) -> None:
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
        {"days": [0, 6], "start": "20:00", "end": "21:00"},  # touches, since the end is inclusive
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


def test_the_error_message_lists_its_places() -> None:
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
    closed = situation(rules=rules_value())
    minutes = [(day, f"{hour:02}:00") for day in range(7) for hour in range(24)]
    assert {decide(closed, "SMS", NOON, minute).code for minute in minutes} == {"outside_contact_window"}


OPEN = (0, "12:00")
SHUT = (6, "12:00")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"rules": None, "enabled": False, "channel": "FAX", "local": SHUT}, "no_policy"),
        ({"enabled": False, "channel": "FAX", "lead_score": Decimal(0), "local": SHUT}, "policy_disabled"),
        ({"channel": "FAX", "lead_score": Decimal(0), "local": SHUT}, "channel_not_allowed"),
        ({"lead_score": Decimal("0.6499"), "local": SHUT}, "lead_score_below_minimum"),
        ({"lead_score": Decimal("0.65"), "local": SHUT}, "outside_contact_window"),
        ({"lead_score": Decimal("0.65")}, "within_window"),
        ({"lead_score": None}, "within_window"),
    ],
)
def test_the_first_refusal_wins(changes: Any, code: Any) -> None:
    given = {"rules": parsed(SAFE_RULES), "enabled": True, "channel": "SMS", "lead_score": None, "local": OPEN, **changes}
    policy = PolicyFacts("ALL", 1, given["enabled"], given["rules"]) if given["rules"] else None
    verdict = decide(situation(policy=policy, lead_score=given["lead_score"]), given["channel"], NOON, given["local"])
    assert verdict.code == code
    assert verdict.allowed is (code == "within_window")
    assert verdict.detail() == ("Contact is allowed." if verdict.allowed else Reason(code).label)


@pytest.mark.parametrize(
    ("zones", "code"),
    [
        (("Toronto",), "within_window"),
        (("Toronto", "Edmonton"), "outside_contact_window"),  # 09:30 in the one, 08:30 in the other
        (("Edmonton", "Toronto"), "outside_contact_window"),
        ((), "outside_contact_window"),  # unknown place
    ],
)
def test_every_zone_must_be_open(zones: Any, code: Any) -> None:
    asked = situation(rules=parsed(SAFE_RULES), zones=tuple(map(zone, zones)))
    assert decide(asked, "SMS", datetime(2026, 12, 15, 14, 30, tzinfo=UTC)).code == code


# Windows of a channel, holidays -----------------------------------------------------------------------------------------

CALLS = [{"days": [0, 1], "start": "10:00", "end": "12:00"}]


def test_optional_keys_are_stored_only_when_given() -> None:
    given = rules(channel_windows={" call": [{"end": "12:00", "start": "10:00", "days": [1, 0]}]}, holidays="closed")
    assert normalised(given) == {**SAFE_RULES, "channel_windows": {"CALL": CALLS}, "holidays": "closed"}
    assert set(normalised(SAFE_RULES)) == set(SAFE_RULES)


@pytest.mark.parametrize(
    ("given", "place"),
    [
        (None, "channel_windows"),
        ([], "channel_windows"),
        ("CALL", "channel_windows"),
        ({"FAX": CALLS}, "channel_windows.FAX"),
        ({5: CALLS}, "channel_windows.5"),
        ({"CALL": CALLS, " call": CALLS}, "channel_windows. call"),
        ({"CALL": None}, "channel_windows.CALL"),
        ({"CALL": CALLS * 51}, "channel_windows.CALL"),
        ({"CALL": [None]}, "channel_windows.CALL.0"),
        ({"CALL": [{**CALLS[0], "end": "24:00"}]}, "channel_windows.CALL.0.end"),
        ({"SMS": CALLS, "CALL": [*CALLS, {**CALLS[0], "days": [7]}]}, "channel_windows.CALL.1.days"),
        ({"CALL": [*CALLS, {"days": [1], "start": "12:00", "end": "13:00"}]}, "channel_windows.CALL.1"),
    ],
)
def test_an_error_in_a_channels_windows_is_named_by_its_place(given: Any, place: Any) -> None:
    assert list(errors_of(rules(channel_windows=given))) == [place]


@pytest.mark.parametrize(
    ("given", "place", "says"),
    [
        (
            {"channel_windows": []},
            "channel_windows",
            "Must be an object with a list of windows for each channel that has its own.",
        ),
        ({"channel_windows": {"FAX": CALLS}}, "channel_windows.FAX", "Must be one of SMS, CALL, EMAIL."),
        ({"channel_windows": {"CALL": CALLS, " call": CALLS}}, "channel_windows. call", "Is given twice."),
        ({"channels_allowed": "SMS"}, "channels_allowed", "Must be a list."),
        ({"channels_allowed": ["FAX"]}, "channels_allowed.0", "Must be one of SMS, CALL, EMAIL."),
        ({"channels_allowed": ["SMS", "SMS"]}, "channels_allowed.1", "Is listed twice."),
        ({"min_lead_score_to_contact": 2}, "min_lead_score_to_contact", "Must be a number from 0 to 1."),
        ({"min_lead_score_to_contact": 0.12345}, "min_lead_score_to_contact", "Must have at most 4 decimals."),
        ({"holidays": "never"}, "holidays", "Must be one of normal, weekend_hours, closed."),
        ({"call_holidays": "never"}, "call_holidays", "Must be one of normal, weekend_hours, closed."),
        ({"one_call_in_30_days": 1}, "one_call_in_30_days", "Must be true or false."),
        ({"sundays": True}, "sundays", "Unknown key."),
        ({"contact_windows_local": {}}, "contact_windows_local", "Must be a list of at most 50 windows."),
        ({"contact_windows_local": [5]}, "contact_windows_local.0", "Must be an object with days, start and end."),
        (
            {"contact_windows_local": [WEEKDAYS, WEEKDAYS]},
            "contact_windows_local.1",
            "Overlaps or touches another window of the same day.",
        ),
        *(
            ({"contact_windows_local": [{**WEEKDAYS, key: value}]}, f"contact_windows_local.0.{key}", says)
            for key, value, says in (
                ("note", "x", "Unknown key."),
                ("days", [], "Must be a list of at least one day, Monday being 0."),
                ("days", [7], "Each day must be a whole number from 0 (Monday) to 6 (Sunday)."),
                ("days", [1, 1], "A day is listed twice."),
                ("start", "9:00", "Must be a time from 00:00 to 23:59."),
                ("end", "09:00", "Must be after the start; a window ends on the day it begins."),
            )
        ),
    ],
)
def test_an_error_is_reported_at_its_place(given: Any, place: str, says: str) -> None:
    assert errors_of(rules(**given)) == {place: says}


def test_a_refusal_names_every_error() -> None:
    with pytest.raises(InvalidRules) as refused:
        normalised(rules(colour="blue", holidays="never"))
    assert str(refused.value) == "colour: Unknown key.; holidays: Must be one of normal, weekend_hours, closed."
    assert errors_of([]) == {"": "Must be an object."}
    wrong = [{**WEEKDAYS, "days": []}, {**WEEKDAYS, "start": "9"}]
    assert list(errors_of(rules(contact_windows_local=wrong))) == [
        "contact_windows_local.0.days",
        "contact_windows_local.1.start",
    ]


def test_a_window_is_compared_with_every_earlier_window() -> None:
    times = (("08:00", "09:30"), ("10:00", "11:30"), ("09:15", "09:45"))
    windows = [{"days": [1], "start": start, "end": end} for start, end in times]
    assert list(errors_of(rules(contact_windows_local=windows))) == ["contact_windows_local.2"]


def test_a_policy_may_have_fifty_windows() -> None:
    windows = [{"days": [n % 7], "start": f"{n // 7:02}:00", "end": f"{n // 7:02}:30"} for n in range(50)]
    assert normalised(rules(contact_windows_local=windows))["contact_windows_local"] == windows


def test_windows_of_different_channels_may_overlap() -> None:
    given = rules(channel_windows={"CALL": CALLS, "SMS": CALLS, "EMAIL": []})
    assert normalised(given)["channel_windows"] == {"CALL": CALLS, "SMS": CALLS, "EMAIL": []}


@pytest.mark.parametrize("given", [None, "", "never", "CLOSED", 1, True, [], ["closed"], {"closed": 1}])
def test_holidays_must_be_a_known_rule(given: Any) -> None:
    assert list(errors_of(rules(holidays=given))) == ["holidays"]


@pytest.mark.parametrize("given", HolidayRule.values)
def test_holidays_are_stored_as_given(given: Any) -> None:
    assert normalised(rules(holidays=given))["holidays"] == given
    assert parsed(rules(holidays=given)).holidays == given


@pytest.mark.parametrize("given", [None, "", "never", "CLOSED", 1, True, [], ["closed"], {"closed": 1}])
def test_holidays_of_calls_must_be_a_known_rule(given: Any) -> None:
    assert list(errors_of(rules(call_holidays=given))) == ["call_holidays"]


@pytest.mark.parametrize("given", [None, "", "true", 1, 0, [], [True], {}])
def test_one_call_must_be_true_or_false(given: Any) -> None:
    assert list(errors_of(rules(one_call_in_30_days=given))) == ["one_call_in_30_days"]


@pytest.mark.parametrize("given", [True, False])
def test_one_call_is_stored_as_given_and_off_by_default(given: bool) -> None:
    assert normalised(rules(one_call_in_30_days=given))["one_call_in_30_days"] is given
    assert parsed(rules(one_call_in_30_days=given)).one_call_in_30_days is given
    assert parsed(SAFE_RULES).one_call_in_30_days is False


@pytest.mark.parametrize(
    ("given", "province", "call", "message"),
    [
        ({}, "ON", "normal", "normal"),
        ({}, "BC", "closed", "normal"),
        ({"holidays": "weekend_hours"}, "BC", "closed", "weekend_hours"),
        ({"holidays": "weekend_hours"}, "QC", "weekend_hours", "weekend_hours"),
        ({"call_holidays": "normal", "holidays": "closed"}, "BC", "normal", "closed"),
        ({"call_holidays": "closed"}, "ON", "closed", "normal"),
    ],
)
def test_a_holiday_closes_calls_and_messages_by_their_own_rules(given: Any, province: str, call: str, message: str) -> None:
    value = parsed(normalised(rules(**given)))
    assert (value.holidays_of("CALL", province), value.holidays_of("SMS", province)) == (call, message)
    assert value.holidays_of("EMAIL", province) == message


def test_a_channel_uses_its_own_windows_or_the_common_ones() -> None:
    value = parsed(rules(channel_windows={"CALL": CALLS, "EMAIL": []}))
    assert value.windows_of("CALL") == (Window(frozenset({0, 1}), "10:00", "12:00"),)
    assert value.windows_of("EMAIL") == ()
    assert value.windows_of("SMS") == value.windows == parsed(SAFE_RULES).windows
    assert parsed(SAFE_RULES).holidays == "normal"


# Windows wider than the law ---------------------------------------------------------------------------------------------


def warned(windows: Any, channel: str = "CALL", **changes: Any) -> list[tuple[str, bool]]:
    found = legal_warnings(normalised(rules(contact_windows_local=windows, **changes)), channel)
    return [(warning.place, warning.is_last_minute_only) for warning in found]


@pytest.mark.parametrize(
    ("days", "start", "end", "expected"),
    [
        ([0, 4], "09:00", "21:29", None),
        ([0], "09:00", "21:30", True),  # the end belongs to the window, and 21:30:00 is too late
        ([4], "09:00", "21:31", False),
        ([0], "08:59", "21:29", False),
        ([5, 6], "10:00", "17:59", None),
        ([5], "10:00", "18:00", True),
        ([6], "10:00", "18:01", False),
        ([6], "09:59", "17:00", False),
        ([4, 5], "10:00", "17:59", None),
        ([4, 5], "09:00", "17:00", False),  # too early on Saturday
        ([4, 5], "10:00", "18:00", True),
        ([4, 5], "10:00", "21:30", False),
        ([0], "22:00", "23:00", False),
    ],
)
def test_a_window_wider_than_calling_hours_is_named(days: Any, start: Any, end: Any, expected: Any) -> None:
    inside = {"days": [2], "start": "10:00", "end": "11:00"}
    found = warned([inside, {"days": days, "start": start, "end": end}])
    assert found == ([] if expected is None else [("contact_windows_local.1", expected)])


WIDE = [{"days": [0, 6], "start": "06:00", "end": "23:00"}]


def test_only_windows_that_calls_use_are_checked_against_the_law() -> None:
    assert warned(WIDE) == [("contact_windows_local.0", False)]
    assert warned(WIDE, channels_allowed=["SMS", "EMAIL"]) == []
    assert warned(WIDE, channel_windows={"CALL": CALLS}) == []
    assert warned(WIDE, channel_windows={"SMS": CALLS}) == [("contact_windows_local.0", False)]
    assert warned([], channel_windows={"CALL": [*CALLS, {**WIDE[0], "days": [4]}]}) == [("channel_windows.CALL.1", False)]


def test_another_channel_is_checked_on_request() -> None:
    assert warned(WIDE, "SMS", channel_windows={"CALL": CALLS}) == [("contact_windows_local.0", False)]
    assert warned(WIDE, "EMAIL", channel_windows={"EMAIL": CALLS}) == []


def test_a_warning_says_what_the_law_allows() -> None:
    def detail(days: list[int]) -> str:
        (warning,) = legal_warnings(rules(contact_windows_local=[{**WIDE[0], "days": days}]))
        return warning.detail

    assert detail([0]) == "The law allows calls from 09:00 until before 21:30 on weekdays; outside those hours none is made."
    assert detail([6]) == "The law allows calls from 10:00 until before 18:00 at weekends; outside those hours none is made."
    assert "from 09:00 until before 21:30 on weekdays and from 10:00 until before 18:00 at weekends" in detail([0, 6])


def test_the_safe_rules_exceed_the_law_only_by_saturdays_last_minute() -> None:
    assert [(w.place, w.is_last_minute_only) for w in legal_warnings(SAFE_RULES)] == [("contact_windows_local.1", True)]
