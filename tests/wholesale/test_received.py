"""Fields of received messages: every value is accepted, and every alteration is marked."""

from datetime import UTC, datetime
from typing import Any

import pytest

from wholesale.plumbing.facts import CUT, noted, storable
from wholesale.plumbing.received import (
    ReceivedChoiceField,
    ReceivedLabelField,
    ReceivedManyField,
    ReceivedParams,
    ReceivedTextField,
    ReceivedTimeField,
)

WORDS = [("SMS", "Text message"), ("CALL", "Call")]


class Wish(ReceivedParams):
    """Parameters with a field of each kind."""

    text = ReceivedTextField(required=False)
    who = ReceivedLabelField(required=False)
    said_at = ReceivedTimeField(required=False)
    channel = ReceivedChoiceField(choices=WORDS, required=False)
    phones = ReceivedManyField(required=False)


def received(**given: Any) -> dict[str, Any]:
    return dict(Wish().run_validation(given))


@pytest.mark.parametrize(
    ("came", "kept"),
    [
        ("STOP", "STOP"),
        ("  STOP \n", "STOP"),
        ("two\n\tlines\r\n", "two\n\tlines"),
        ("STOP\x00", "STOP\ufffd"),
        ("\ud800STOP\udfff", "\ufffdSTOP\ufffd"),
        ("\x1b[31mSTOP\x07\x7f\x85!", "\ufffd[31mSTOP\ufffd\ufffd\ufffd!"),
        ("\U0001f6d1", "\U0001f6d1"),
        (5, "5"),
        (True, "true"),
        (["STOP", 1], '["STOP", 1]'),
        ({"text": "STOP\x00"}, '{"text": "STOP\\u0000"}'),
        ({"text": "\ud800"}, '{"text": "\ufffd"}'),
    ],
)
def test_text_is_kept_and_unstorable_characters_are_replaced(came: Any, kept: str) -> None:
    assert received(text=came) == {"text": kept, "unreadable": {}}


def test_a_label_is_one_line() -> None:
    assert received(who="Jane\nDoe\t")["who"] == "Jane\ufffdDoe"


@pytest.mark.parametrize(("name", "longest"), [("text", 1000), ("who", 128)])
def test_too_long_text_is_cut_and_marked(name: str, longest: int) -> None:
    assert received(**{name: "a" * longest})[name] == "a" * longest
    kept = received(**{name: "a" * (longest + 1)})[name]
    assert (len(kept), kept) == (longest, "a" * (longest - len(CUT)) + CUT)


@pytest.mark.parametrize("came", ["", "  ", "\n"])
def test_an_empty_text_counts_as_absent(came: str) -> None:
    assert received(text=came) == {"unreadable": {}}


def test_a_readable_time_and_word_are_accepted() -> None:
    assert received(said_at="2026-12-01T10:00:00-05:00", channel=" sms ") == {
        "said_at": datetime(2026, 12, 1, 15, tzinfo=UTC),
        "channel": "SMS",
        "unreadable": {},
    }


@pytest.mark.parametrize(
    "came",
    ["yesterday", "2026-12-01T10:00:00", "1999-12-01T10:00:00Z", "2100-01-01T00:00Z", "\x00", "\ud800", 5, [], {}, True],
)
def test_an_unreadable_time_counts_as_absent(came: Any) -> None:
    answer = received(said_at=came)
    assert set(answer) == {"unreadable"}
    assert set(answer["unreadable"]) == {"said_at"}


@pytest.mark.parametrize("came", ["FAX", "\x00", "\ud800", 5, [], {"SMS": 1}])
def test_an_unreadable_word_counts_as_absent(came: Any) -> None:
    answer = received(channel=came)
    assert set(answer) == {"unreadable"}
    assert set(answer["unreadable"]) == {"channel"}


@pytest.mark.parametrize(
    ("came", "kept"),
    [
        (["416 555 0123", " 5 "], ["416 555 0123", "5"]),
        ('["416 555 0123"]', ["416 555 0123"]),
        ("416 555 0123", ["416 555 0123"]),
        (4165550123, ["4165550123"]),
        (["", None, "a"], ["null", "a"]),
        ([{"n": 1}, "\x00"], ['{"n": 1}', "\ufffd"]),
    ],
)
def test_several_values_may_come_as_a_list_or_as_one(came: Any, kept: list[str]) -> None:
    assert received(phones=came)["phones"] == kept


def test_a_reason_names_the_unreadable_values_and_is_storable() -> None:
    assert noted("asked", {}) == "asked"
    assert noted("asked", {"said_at": "noon", "channel": "FAX\x00"}) == (
        "asked Not taken as it came: said_at 'noon'; channel 'FAX\\x00'."
    )
    assert noted("", {"said_at": "noon"}) == "Not taken as it came: said_at 'noon'."
    both = noted("a" * 1000, {"said_at": "\ud800" * 1000})
    assert len(both) == 1000
    assert both == storable(both, 1000)
    assert "said_at" in both
