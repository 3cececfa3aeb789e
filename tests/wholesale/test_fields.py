"""Each kind of value in the API: good values, bad values, and the output (CONTRACT section 1)."""

import math
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from rest_framework.serializers import ValidationError

from wholesale.plumbing import params
from wholesale.plumbing.fields import (
    BIGINT_MAX,
    AwareDateTimeField,
    IdField,
    JsonField,
    LabelField,
    MetricField,
    MoneyField,
    NoteField,
    ProvinceField,
    RateField,
    StrictDecimalField,
    StrictIntegerField,
    UpperChoiceField,
    WordField,
)
from wholesale.plumbing.params import Params
from wholesale.plumbing.received import ReceivedChoiceField, ReceivedParams
from wholesale.plumbing.texts import iso_utc, json_number, parse_json

CHOICES = [("SMS", "Text"), ("CALL", "Call")]
DIGITS = "\u0661\u0662"  # ARABIC-INDIC ONE and TWO

GOOD: list[tuple[Any, Any, Any]] = [
    (LabelField(), " L-1 ", "L-1"),
    (LabelField(), 5, "5"),
    (LabelField(), "x" * 128, "x" * 128),
    (LabelField(), "Ren\u00e9 \u6771", "Ren\u00e9 \u6771"),
    (NoteField(), " a\n\tb\r ", "a\n\tb"),
    (NoteField(), "x" * 1000, "x" * 1000),
    (WordField(), " St. John's ", "ST_JOHNS"),
    (WordField(), "x" * 64, "X" * 64),
    (MetricField(), "Offer-Accept Rate", "offer_accept_rate"),
    (UpperChoiceField(choices=CHOICES), " sms", "SMS"),
    (ProvinceField(), "on", "ON"),
    (StrictIntegerField(), 5, 5),
    (StrictIntegerField(), "-5", -5),
    (StrictIntegerField(), "007", 7),
    (StrictIntegerField(), 0, 0),
    (IdField(), 1, 1),
    (IdField(), str(BIGINT_MAX), BIGINT_MAX),
    (MoneyField(), 450000, Decimal("450000.00")),
    (MoneyField(), 0.1, Decimal("0.10")),
    (MoneyField(), "12.5", Decimal("12.50")),
    (MoneyField(), -1, Decimal("-1.00")),
    (MoneyField(), 999_999_999_999.99, Decimal("999999999999.99")),
    (RateField(), 0, Decimal("0.0000")),
    (RateField(), 1.0, Decimal("1.0000")),
    (RateField(), "0.6543", Decimal("0.6543")),
    (AwareDateTimeField(), "2026-12-15T18:00:00Z", datetime(2026, 12, 15, 18, tzinfo=UTC)),
    (AwareDateTimeField(), " 2026-12-15 13:00:00.5-05:00 ", datetime(2026, 12, 15, 18, 0, 0, 500_000, tzinfo=UTC)),
    (AwareDateTimeField(), "2000-01-01T00:00:00Z", datetime(2000, 1, 1, tzinfo=UTC)),
    (JsonField(), {"a": [1, None]}, {"a": [1, None]}),
    (JsonField(), [], []),
    (JsonField(), '{"a": 1.5}', {"a": 1.5}),
]

BAD: list[tuple[Any, Any, str]] = [
    (LabelField(), "", "blank"),
    (LabelField(), "   ", "blank"),
    (LabelField(), None, "null"),
    (LabelField(), True, "invalid"),
    (LabelField(), ["a"], "invalid"),
    (LabelField(), {"a": 1}, "invalid"),
    (LabelField(), "x" * 129, "max_length"),
    (LabelField(), "a\nb", "control_characters"),
    (LabelField(), "a\x7fb", "control_characters"),
    (LabelField(), "a\x85b", "control_characters"),
    (LabelField(), "a\x00b", "control_characters"),
    (LabelField(), "a\ud800b", "control_characters"),
    (NoteField(), "x" * 1001, "max_length"),
    (NoteField(), "a\x0bb", "control_characters"),
    (NoteField(), "a\x00b", "control_characters"),
    (WordField(), "x" * 65, "invalid_word"),
    (WordField(), "To/ronto", "invalid_word"),
    (WordField(), "\u6771\u4eac", "invalid_word"),
    (WordField(), "'", "invalid_word"),
    (WordField(), "", "blank"),
    (WordField(), "a\ud800", "control_characters"),
    (MetricField(), "a%", "invalid_word"),
    (UpperChoiceField(choices=CHOICES), "EMAIL", "invalid_choice"),
    (UpperChoiceField(choices=CHOICES), "", "invalid_choice"),
    (UpperChoiceField(choices=CHOICES), 5, "invalid_choice"),
    (UpperChoiceField(choices=CHOICES), ["SMS"], "invalid_choice"),
    (UpperChoiceField(choices=CHOICES), {"a": 1}, "invalid_choice"),
    (ProvinceField(), "Ontario", "invalid_choice"),
    *[
        (field, value, "invalid")
        for field in (StrictIntegerField(), IdField())
        for value in ("1.0", "1e3", "1_000", DIGITS, "+1", " 1", "", "0x1", "9" * 41, 1.0, 1.5, True, [1], {"a": 1})
    ],
    (IdField(), 0, "min_value"),
    (IdField(), BIGINT_MAX + 1, "max_value"),
    (IdField(), 10**400, "max_value"),
    (StrictIntegerField(min_value=1, max_value=5), 6, "max_value"),
    *[
        (field, value, "invalid")
        for field in (MoneyField(), RateField())
        for value in (
            "1e3",
            "1_000",
            DIGITS,
            "+1",
            " 1",
            "1.",
            ".5",
            "NaN",
            "Infinity",
            "-Infinity",
            "1,5",
            "9" * 400,
            "",
            math.nan,
            math.inf,
            True,
            [1],
            {"a": 1},
        )
    ],
    (MoneyField(), 0.001, "max_decimal_places"),
    (MoneyField(), "1.005", "max_decimal_places"),
    (MoneyField(), 1e-300, "max_digits"),
    (MoneyField(), 1e300, "max_digits"),
    (MoneyField(), 10**400, "max_digits"),
    (MoneyField(), 10**12, "max_whole_digits"),
    (MoneyField(min_value=Decimal(0)), -0.01, "min_value"),
    (RateField(), 0.12345, "max_decimal_places"),
    (RateField(), -0.1, "min_value"),
    (RateField(), 1.0001, "max_value"),
    (AwareDateTimeField(), "2026-12-15T18:00:00", "naive"),
    (AwareDateTimeField(), "2026-12-15", "naive"),
    (AwareDateTimeField(), "2026-13-45T18:00:00Z", "invalid"),
    (AwareDateTimeField(), "2026-02-30T18:00:00Z", "invalid"),
    (AwareDateTimeField(), "now", "invalid"),
    (AwareDateTimeField(), f"20{DIGITS}-12-15T18:00:00Z", "invalid"),
    (AwareDateTimeField(), 1_700_000_000, "invalid"),
    (AwareDateTimeField(), ["2026-12-15T18:00:00Z"], "invalid"),
    (AwareDateTimeField(), "1999-12-31T23:59:59Z", "out_of_range"),
    (AwareDateTimeField(), "2100-01-01T00:00:00Z", "out_of_range"),
    (AwareDateTimeField(), "0001-01-01T00:00:00+23:59", "out_of_range"),
    (AwareDateTimeField(), "9999-12-31T23:59:59-23:59", "out_of_range"),
    (JsonField(), 5, "not_a_container"),
    (JsonField(), "5", "not_a_container"),
    (JsonField(), "null", "not_a_container"),
    (JsonField(), "{", "invalid"),
    (JsonField(), '{"a": NaN}', "invalid"),
    (JsonField(), '{"a": 1e999}', "invalid"),
    (JsonField(), "[" * 100_000, "invalid"),
    (JsonField(), "[" * 65 + "]" * 65, "invalid"),
    (JsonField(), {"a": "\x00"}, "unstorable"),
    (JsonField(), {"a\x00": 1}, "unstorable"),
    (JsonField(), [{"a": ["\ud83d"]}], "unstorable"),
    (JsonField(), '["\\u0000"]', "unstorable"),
    (JsonField(), {"a": "x" * 65_536}, "too_large"),
    (JsonField(), ["\u6771" * 22_000], "too_large"),
]


def detail_of(field: Any, given: object) -> Any:
    """The one error of a refused value."""
    with pytest.raises(ValidationError) as refused:
        field.run_validation(given)
    errors: Any = refused.value.detail
    (detail,) = errors
    return detail


def named(value: object) -> str:
    return ascii(value)[:40]


@pytest.mark.parametrize(("field", "given", "expected"), GOOD, ids=named)
def test_good_values_are_accepted(field: Any, given: Any, expected: Any) -> None:
    assert field.run_validation(given) == expected


@pytest.mark.parametrize(("field", "given", "code"), BAD, ids=named)
def test_bad_values_are_refused_by_code(field: Any, given: Any, code: Any) -> None:
    detail = detail_of(field, given)
    assert detail.code == code
    detail.encode()  # a message never echoes a character that no answer can hold


def test_a_choice_error_names_the_allowed_values_and_not_the_given_one() -> None:
    assert detail_of(UpperChoiceField(choices=CHOICES), "\ud800") == "Must be one of SMS, CALL."


@pytest.mark.parametrize(
    ("value", "shown"),
    [("12.50", 12.5), ("12.00", 12), ("-0.01", -0.01), ("999999999999.99", 999999999999.99), ("-0", 0)],
)
def test_decimals_are_shown_as_json_numbers(value: Any, shown: Any) -> None:
    assert json_number(Decimal(value)) == shown
    assert isinstance(json_number(Decimal(value)), type(shown))
    assert StrictDecimalField(max_digits=14, decimal_places=2).to_representation(Decimal(value)) == shown


def test_times_are_shown_in_utc_with_z() -> None:
    at = datetime(2026, 12, 15, 13, 0, tzinfo=timezone(-timedelta(hours=5)))
    assert iso_utc(at) == AwareDateTimeField().to_representation(at) == "2026-12-15T18:00:00Z"


@pytest.mark.parametrize("depth", [1, 63, 64])
def test_json_of_64_levels_is_parsed(depth: Any) -> None:
    assert parse_json("[" * depth + "]" * depth) is not None


@pytest.mark.parametrize(
    "text", ["[" * 65 + "]" * 65, '{"a":' * 65 + "1" + "}" * 65, "[" * 100_000, "Infinity", "-Infinity", "1e400"]
)
def test_too_deep_or_infinite_json_is_refused(text: Any) -> None:
    with pytest.raises(ValueError, match=r"levels|not JSON|too large"):
        parse_json(text)


class Chosen(Params):
    channel = UpperChoiceField(choices=[("SMS", "text"), ("CALL", "call")])
    market = WordField(default="ALL")
    note = LabelField(required=False)


@pytest.mark.parametrize("turn", [1, 2])
def test_a_word_is_read_the_same_each_time_and_a_wrong_one_is_refused_each_time(turn: int) -> None:
    assert Chosen().run_validation({"channel": " sms ", "market": "a b"}) == {"channel": "SMS", "market": "A_B"}
    with pytest.raises(ValidationError) as refusal:
        Chosen().run_validation({"channel": "FAX", "market": "?", "note": "\t"})
    assert refusal.value.get_codes() == {
        "channel": ["invalid_choice"],
        "market": ["invalid_word"],
    }, turn


class Heard(ReceivedParams):
    channel = ReceivedChoiceField(choices=[("SMS", "text")], required=False)


def test_what_a_person_wrote_is_not_remembered() -> None:
    before = params._word.cache_info().currsize
    assert Heard().run_validation({"channel": "my number is 416-555-0123"})["unreadable"] == {
        "channel": "my number is 416-555-0123"
    }
    assert params._word.cache_info().currsize == before


def test_an_absent_parameter_has_its_default_or_is_left_out_and_a_required_one_is_missed() -> None:
    assert Chosen().run_validation({"channel": "CALL", "market": " ", "note": ""}) == {"channel": "CALL", "market": "ALL"}
    with pytest.raises(ValidationError) as refusal:
        Chosen().run_validation({"note": "x" * 129})
    assert refusal.value.get_codes() == {"channel": ["required"], "note": ["max_length"]}
