"""Serializer fields for each kind of value that the API accepts (CONTRACT section 1, words and numbers).

DRF's own number fields accept "1e3", "1_000", NaN and digits of other scripts. These fields do not, and all serializers of
the product use them (a test makes sure).
"""

import json
import math
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.utils.dateparse import parse_datetime
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from wholesale.plumbing.addresses import one_form
from wholesale.plumbing.days import FIRST, LAST, OUT_OF_RANGE
from wholesale.plumbing.texts import Words, iso_utc, json_number, parse_json
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH, NOTE_MAX_LENGTH, WORD_MAX_LENGTH, Province, normalise_word

JSON_MAX_BYTES = 64 * 1024
BIGINT_MAX = 2**63 - 1
_NUMBER = re.compile(r"-?[0-9]{1,40}(\.[0-9]{1,40})?")
_INTEGER = re.compile(r"-?[0-9]{1,40}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")  # Unicode's categories Cc and Cs


def _has_control(text: str, allowed: str = "") -> bool:
    return any(c not in allowed for c in _CONTROL.findall(text))


class LabelField(serializers.CharField):
    """An id or a label: trimmed, 1 to 128 characters, no control characters."""

    default_error_messages = {"control_characters": "Control characters are not allowed."}
    allowed_control = ""
    longest = LABEL_MAX_LENGTH

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", self.longest)
        super().__init__(**kwargs)

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if _has_control(text, self.allowed_control):
            self.fail("control_characters")
        return text


class NoteField(LabelField):
    """A reason or a note: up to 1,000 characters, lines and tabs allowed."""

    allowed_control = "\n\r\t"
    longest = NOTE_MAX_LENGTH


class EmailAddressField(LabelField, serializers.EmailField):
    """An e-mail address. It is normalised by `one_form`, so that each spelling of an address finds the same rows."""

    longest = 254

    def to_internal_value(self, data: Any) -> str:
        return one_form(super().to_internal_value(data))


class WordField(LabelField):
    """A word of an open vocabulary, such as a market. The result is the word's one spelling."""

    default_error_messages = {"invalid_word": "Must be 1 to 64 letters, digits, spaces or hyphens."}
    is_of_vocabulary = True  # the same few words come again and again, and any other text is refused
    longest = WORD_MAX_LENGTH

    def to_internal_value(self, data: Any) -> str:
        try:
            return normalise_word(super().to_internal_value(data))
        except ValueError:
            self.fail("invalid_word")


class MetricField(WordField):
    """The name of a metric: a word in lower case."""

    def to_internal_value(self, data: Any) -> str:
        return super().to_internal_value(data).lower()


class UpperChoiceField(serializers.ChoiceField):
    """A word of a closed vocabulary in upper case. Any case is accepted, and spaces around the word."""

    # The message names the allowed words and never echoes the input, which may hold characters that no answer can.
    default_error_messages = {"invalid_choice": "Must be one of {allowed}."}
    is_of_vocabulary = True

    def to_internal_value(self, data: Any) -> str:
        word = data.strip().upper() if isinstance(data, str) else ""
        if word not in self.choices:
            self.fail("invalid_choice", allowed=", ".join(self.choices))
        return word


class SpelledChoiceField(serializers.ChoiceField):
    """A word of a closed vocabulary with small letters. Any case is accepted; the result is the vocabulary's spelling."""

    default_error_messages = UpperChoiceField.default_error_messages
    is_of_vocabulary = True

    def __init__(self, choices: Sequence[tuple[str, Words]], **kwargs: Any) -> None:
        super().__init__(choices, **kwargs)
        self.by_upper = {word.upper(): word for word, _ in choices}

    def to_internal_value(self, data: Any) -> str:
        word = self.by_upper.get(data.strip().upper()) if isinstance(data, str) else None
        if word is None:
            self.fail("invalid_choice", allowed=", ".join(self.choices))
        return word


class ProvinceField(UpperChoiceField):
    """One of the 13 provinces and territories."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=Province.choices, **kwargs)


class StrictDecimalField(serializers.DecimalField):
    """A decimal number, given as a JSON number or as text such as 12 or 12.5. Answers show it as a JSON number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(coerce_to_string=False, **kwargs)

    def to_internal_value(self, data: Any) -> Decimal:
        if isinstance(data, str):
            if not _NUMBER.fullmatch(data):
                self.fail("invalid")
        elif isinstance(data, float):
            if not math.isfinite(data):  # not for an int, which may be too large for a float
                self.fail("invalid")
        elif isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        # repr gives the shortest text of the same float: 0.1 has one digit, not fifty-five.
        value = Decimal(data if isinstance(data, str | int) else repr(data))
        return self.quantize(self.validate_precision(value))

    def to_representation(self, value: Any) -> int | float:  # type: ignore[override]  # coerce_to_string is off
        return json_number(Decimal(value))


class MoneyField(StrictDecimalField):
    """An amount in CAD with at most 2 decimals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=14, decimal_places=2, **kwargs)


class RateField(StrictDecimalField):
    """A fraction from 0 to 1 with at most 4 decimals."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", Decimal(0))
        super().__init__(max_digits=5, decimal_places=4, max_value=Decimal(1), **kwargs)


class StrictIntegerField(serializers.IntegerField):
    """A whole number, as JSON or as ASCII digits. 1.0 is refused."""

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, str):
            if not _INTEGER.fullmatch(data):
                self.fail("invalid")
        elif isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return int(data)


class IdField(StrictIntegerField):
    """The id of a row."""

    def __init__(self, **kwargs: Any) -> None:
        if not kwargs.get("read_only"):
            kwargs = {"min_value": 1, "max_value": BIGINT_MAX, **kwargs}
        super().__init__(**kwargs)


class AwareDateTimeField(serializers.DateTimeField):
    """An instant: ISO 8601 with a zone, between the years 2000 and 2100. A time without a zone is refused."""

    default_error_messages = {
        "naive": "The time has no zone: end it with Z or an offset such as -05:00 (in a query string + is written %2B).",
        "out_of_range": "The time must lie between the years 2000 and 2100.",
    }

    def to_internal_value(self, data: Any) -> datetime:
        try:
            value = parse_datetime(data.strip()) if isinstance(data, str) and data.isascii() else None
        except ValueError:
            value = None
        if value is None:
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ssZ")
        if value.tzinfo is None:
            self.fail("naive")
        if not 2000 <= value.year < 2100:
            self.fail("out_of_range")
        return value.astimezone(UTC)

    def to_representation(self, value: datetime) -> str:
        return iso_utc(value)


class DayField(serializers.DateField):
    """A day, YYYY-MM-DD, between the years 2000 and 2099."""

    default_error_messages = {"out_of_range": OUT_OF_RANGE}

    def to_internal_value(self, data: Any) -> date:
        text = data.strip() if isinstance(data, str) else ""
        if not _DAY.fullmatch(text):
            self.fail("invalid", format="YYYY-MM-DD")
        day = super().to_internal_value(text)
        if not FIRST <= day <= LAST:
            self.fail("out_of_range")
        return day


# Two alternatives instead of `type: [object, array]`: client generators need to know the items of an array.
@extend_schema_field({"anyOf": [{"type": "object", "additionalProperties": True}, {"type": "array", "items": {}}]})
class JsonField(serializers.JSONField):
    """An object or an array of at most 64 kB, as JSON or as JSON text.

    NUL and lone surrogates are refused: PostgreSQL can store neither.
    """

    default_error_messages = {
        "not_a_container": "Must be a JSON object or array.",
        "too_large": "Must be at most 64 kB of JSON.",
        "unstorable": "The characters U+0000 and lone surrogates are not allowed.",
    }

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str):
            try:
                data = parse_json(data)
            except ValueError:
                self.fail("invalid")
        if not isinstance(data, dict | list):
            self.fail("not_a_container")
        if any(isinstance(node, str) and _UNSTORABLE.search(node) for node in _nodes(data)):
            self.fail("unstorable")
        if len(json.dumps(data, ensure_ascii=False).encode()) > JSON_MAX_BYTES:
            self.fail("too_large")
        return data


class ManyField(serializers.ListField):
    """Several values, given as a JSON array, or as the text of a JSON array in a form or a query string."""

    def to_internal_value(self, data: Any) -> list[Any]:
        if isinstance(data, str):
            try:
                data = parse_json(data)
            except ValueError:
                self.fail("not_a_list", input_type="str")
        if isinstance(data, list) and len(data) > (self.max_length or len(data)):  # before the values are checked
            raise serializers.ValidationError(self.error_messages["max_length"], code="max_length")
        return super().to_internal_value(data)


class RowField(serializers.Field[Any, Any, Any, Any]):
    """A JSON object for one row of many. The verb checks the rows, so that a bad row does not refuse the others.

    The attribute `row` of a subclass is the serializer of such a row.
    """

    row: ClassVar[type[serializers.Serializer[Any]]]
    default_error_messages = {"not_an_object": "Must be a JSON object."}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            self.fail("not_an_object")
        return data


def _nodes(data: Any) -> Iterator[Any]:
    """Yield all values within parsed JSON, at any depth, and the keys of its objects."""
    stack = [data]
    while stack:
        node = stack.pop()
        yield node
        if isinstance(node, dict):
            stack.extend(node)
            stack.extend(node.values())
        elif isinstance(node, list):
            stack.extend(node)
