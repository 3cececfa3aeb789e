"""Every word of an open vocabulary has one spelling (CONTRACT section 1)."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wholesale.plumbing.vocabulary import Province, normalise_word


@pytest.mark.parametrize(
    ("given_text", "word"),
    [
        ("St. John's", "ST_JOHNS"),
        ("st john\u2019s", "ST_JOHNS"),
        ("Trois-Rivi\u00e8res", "TROIS_RIVIERES"),
        ("TROIS  - RIVIERES", "TROIS_RIVIERES"),
        ("Trois\u2013Rivie\u0300res", "TROIS_RIVIERES"),
        (" toronto ", "TORONTO"),
        ("kitchener_waterloo", "KITCHENER_WATERLOO"),
        ("100 Mile House", "100_MILE_HOUSE"),
        ("Qu\u00e9bec\u00a0City", "QUEBEC_CITY"),
        ("all", "ALL"),
        ("x" * 64, "X" * 64),
    ],
)
def test_a_word_has_one_spelling(given_text: Any, word: Any) -> None:
    assert normalise_word(given_text) == word


@pytest.mark.parametrize(
    "text", ["", "   ", "'", "...", "a/b", "a,b", "x" * 65, "\u6771\u4eac", "a\x00", "\ud800", "a%b", "\u0661x"]
)
def test_an_invalid_word_is_refused(text: Any) -> None:
    with pytest.raises(ValueError, match="letters, digits"):
        normalise_word(text)


@given(st.text(max_size=80))
def test_any_text_gives_one_word_in_its_own_spelling_or_none(text: Any) -> None:
    try:
        word = normalise_word(text)
    except ValueError:
        return
    assert re.fullmatch(r"[A-Z0-9_]{1,64}", word)
    assert normalise_word(word) == word
    assert normalise_word(f" {word.lower()} ") == word


def test_the_provinces_are_the_thirteen_of_canada() -> None:
    assert set(Province.values) == {"BC", "AB", "SK", "MB", "ON", "QC", "NB", "NS", "PE", "NL", "YT", "NT", "NU"}
