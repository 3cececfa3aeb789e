"""The JSON of answers: orjson writes the values that Python's own encoder would. What it cannot write does not fail."""

import json
from collections import namedtuple
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.utils.functional import lazystr
from rest_framework.exceptions import ErrorDetail
from rest_framework.serializers import Serializer
from rest_framework.utils.serializer_helpers import ReturnDict

from wholesale.plumbing.rendering import NumberEncoder, NumberJSONRenderer, to_json

Pair = namedtuple("Pair", "a b")
JSON = "application/json"


class Word(StrEnum):
    CALL = "CALL"


@pytest.mark.parametrize(
    "value",
    [
        *(Decimal(text) for text in ("0", "-0.00", "12.50", "450000", "0.1", "1E+3", "999999999999.99", "-1E-7", "1E+30")),
        *(0.1, 1e16, 1e22, 1e-7, -0.0, 5e-324, 1.7976931348623157e308, 2**63 - 1, 2**64 - 1, 2**64, -(2**63) - 1, 10**400),
        datetime(2026, 12, 15, 18, 0, tzinfo=UTC),
        datetime(2026, 12, 15, 18, 0, 0, 120, tzinfo=UTC),
        datetime(2026, 12, 15, 18, 0, tzinfo=ZoneInfo("UTC")),
        datetime(2026, 12, 15, 18, 0, 0, 5, tzinfo=ZoneInfo("America/Toronto")),
        datetime(2026, 12, 15, 18, 0, tzinfo=timezone(timedelta(hours=-3, minutes=-30))),
        datetime(2026, 12, 15, 18, 0),
        *(date(2026, 12, 15), time(9, 5), timedelta(minutes=5), UUID(int=7)),
        *("Montréal", "日本 😀", "\u2028 \u2029", "\x00 \x1f \x7f", "\ud800", "a\udfffb", '"\\/'),
        *(Word.CALL, lazystr("later"), ErrorDetail("no", "code"), b"bytes", None, True),
        [Pair(1, Decimal("2.5")), (1, 2), {3}],
        {Word.CALL: 1, 5: 2, None: 3, True: 4, 1.5: 5, "\ud800": 6},
        ReturnDict({"a": [{"b": Decimal(1)}]}, serializer=Serializer()),
        {"detail": {"big": 10**400, "at": datetime(2026, 1, 1, tzinfo=UTC), "name": "é"}},
    ],
    ids=lambda value: repr(value)[:40],
)
def test_the_values_are_those_of_the_encoder_of_the_api(value: Any) -> None:
    text = to_json({"value": value})
    assert json.loads(text) == json.loads(json.dumps({"value": value}, cls=NumberEncoder))
    assert NumberJSONRenderer().render({"value": value}, JSON) == text


def test_a_text_is_written_as_it_is_and_nothing_stands_between() -> None:
    assert to_json({"a": "é", "b": [Decimal("1.50"), None]}) == '{"a":"é","b":[1.5,null]}'.encode()


def test_an_accept_header_may_still_ask_for_indents() -> None:
    assert NumberJSONRenderer().render({"a": 1}, f"{JSON}; indent=2") == b'{\n  "a": 1\n}'
    assert NumberJSONRenderer().render(None, JSON) == b""
