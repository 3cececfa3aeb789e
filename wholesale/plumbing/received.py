"""Fields for what people tell us, such as a message or a wish to be left alone. They refuse no value (CONTRACT section 10).

A text that cannot be stored is cut or has characters replaced, visibly. A time or word that cannot be read counts as
absent, and `ReceivedParams` passes on its original text.
"""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from wholesale.plumbing.facts import as_text, storable
from wholesale.plumbing.fields import AwareDateTimeField, UpperChoiceField
from wholesale.plumbing.params import ActParams
from wholesale.plumbing.texts import parse_json
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH, NOTE_MAX_LENGTH


class ReceivedTextField(serializers.CharField):
    """A received text of up to `longest` characters. Any value is made a text. Line breaks and tabs stay."""

    lines = True

    def __init__(self, *, longest: int = NOTE_MAX_LENGTH, **kwargs: Any) -> None:
        super().__init__(**{"allow_blank": True, **kwargs})
        self.longest = longest

    def to_internal_value(self, data: Any) -> str:
        return storable(as_text(data), self.longest, lines=self.lines)


class ReceivedLabelField(ReceivedTextField):
    """A received label or id: one line, up to 128 characters."""

    lines = False

    def __init__(self, *, longest: int = LABEL_MAX_LENGTH, **kwargs: Any) -> None:
        super().__init__(longest=longest, **kwargs)


class _OrNone(serializers.Field[Any, Any, Any, Any]):
    """A base of received fields: a value that cannot be read is None."""

    def to_internal_value(self, data: Any) -> Any:
        try:
            return super().to_internal_value(data)
        except serializers.ValidationError:
            return None


class ReceivedTimeField(_OrNone, AwareDateTimeField):
    """A received instant. None if it cannot be read."""


class ReceivedChoiceField(_OrNone, UpperChoiceField):
    """A received word of a closed vocabulary. None if it is any other word."""

    is_of_vocabulary = False  # any text may come


class ReceivedManyField(serializers.ListField):
    """Several received texts, given as a JSON array, the text of a JSON array, or a single value."""

    def __init__(self, *, longest: int = NOTE_MAX_LENGTH, **kwargs: Any) -> None:
        super().__init__(child=ReceivedTextField(longest=longest), **kwargs)

    def to_internal_value(self, data: Any) -> list[str]:
        texts = [self.child.to_internal_value(one) for one in self._several(data)]
        return [text for text in texts if text]

    def _several(self, data: Any) -> list[Any]:
        if isinstance(data, str):
            try:
                data = parse_json(data)
            except ValueError:
                return [data]
        return data if isinstance(data, list) else [data]


class ReceivedParams(ActParams):
    """The base serializer for verbs that record what people tell us. A value that cannot be read counts as absent; its
    original text is passed to the handler in `unreadable`, by the parameter's name."""

    correlation_id = ReceivedLabelField(required=False)  # type: ignore[assignment]  # it takes whatever comes

    def to_internal_value(self, data: Mapping[str, Any]) -> dict[str, Any]:
        checked = super().to_internal_value(data)
        unreadable = [name for name, value in checked.items() if value is None and data.get(name) is not None]
        for name in unreadable:
            del checked[name]
        return {**checked, "unreadable": {name: as_text(data[name]) for name in unreadable}}
