"""The parameters of a request, from a JSON body, a form body or the query string (CONTRACT section 1)."""

import codecs
from collections.abc import Mapping
from functools import cache, cached_property, lru_cache
from typing import IO, Any

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ParseError, ValidationError
from rest_framework.fields import empty
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from wholesale.plumbing.errors import RequestTooLarge
from wholesale.plumbing.fields import LabelField, ManyField, RowField
from wholesale.plumbing.texts import parse_json
from wholesale.plumbing.unknown_parameters import Known, last_values


def read_body(stream: IO[bytes]) -> bytes:
    """Return the whole body, or raise RequestTooLarge. If a parser reads the stream, Django does not check the limit."""
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    body = stream.read(limit + 1)
    if len(body) > limit:
        raise RequestTooLarge
    return body


class BoundedJSONParser(BaseParser):
    """A parser of JSON bodies, always in UTF-8, with bounded size and depth. NaN and infinities are refused."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return self.loads(read_body(stream))
        except ValueError as error:
            raise ParseError(f"JSON parse error: {error}") from error

    def loads(self, body: bytes) -> Any:
        """Return the parsed JSON of a body.

        Raises:
            ValueError: the body is not valid JSON.

        """
        return parse_json(body.removeprefix(codecs.BOM_UTF8).decode())


class Utf8FormParser(BaseParser):
    """A parser of form bodies. They are read as UTF-8, whatever charset the header claims."""

    media_type = "application/x-www-form-urlencoded"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return self.query(read_body(stream))
        except UnicodeDecodeError as error:
            raise ParseError(f"The form is not UTF-8: {error}") from error

    def query(self, body: bytes) -> Any:
        """Return the names and values of a form. They are decoded here, because QueryDict would use Latin-1."""
        return QueryDict(body.decode(), encoding="utf-8")


class Params(serializers.Serializer[Any]):
    """The base serializer of an endpoint's parameters. An empty string for an optional parameter counts as absent."""

    def to_internal_value(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Check and convert what is given. DRF would also ask each absent parameter, which raises an exception for each."""
        values, errors = {}, {}
        for name, field in self._by_name.items():
            value = data.get(name, empty)
            if not field.required and (value is empty or is_empty(value)):
                if field.default is empty:
                    continue
                value = empty
            try:
                values[name] = _word(field, value) if _is_word(field, value) else field.run_validation(value)
            except ValidationError as error:
                errors[name] = error.detail
        if errors:
            raise ValidationError(errors)
        return values

    def run_validators(self, value: Any) -> None:
        """Do nothing: `validate` judges the parameters together."""

    @cached_property
    def _by_name(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        return dict(self.fields)


def _is_word(field: serializers.Field[Any, Any, Any, Any], value: Any) -> bool:
    return isinstance(value, str) and getattr(field, "is_of_vocabulary", False)


@lru_cache(maxsize=4096)
def _word(field: serializers.Field[Any, Any, Any, Any], word: str) -> Any:
    """Return a word of a vocabulary, checked by its field. The same few words come with each request."""
    return field.run_validation(word)


class ObjectParams(Params):
    """A serializer of a parameter that is a JSON object (its text in a form). A null within the object counts as absent."""

    default_error_messages = {"not_an_object": "Must be a JSON object."}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, str):
            data = _object_or_text(data)
        if not isinstance(data, Mapping):
            raise ValidationError([self.error_messages["not_an_object"]], code="not_an_object")
        return super().to_internal_value({name: value for name, value in data.items() if value is not None})


def _object_or_text(text: str) -> Any:
    try:
        return parse_json(text)
    except ValueError:
        return text


class ActParams(Params):
    """The parameters of an endpoint that writes. Each such endpoint accepts a correlation id."""

    correlation_id = LabelField(
        required=False, help_text=_("Stored on every row that the request writes, and echoed in X-Correlation-ID.")
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs.pop("correlation_id", None)  # the view has set it already
        return super().validate(attrs)


def is_empty(value: Any) -> bool:
    """Whether the value counts as absent for an optional parameter."""
    return isinstance(value, str) and not value.strip()


def merged(request: Request) -> dict[str, Any]:
    """Return the request's parameters as one mapping. For a POST the body takes precedence over the query string.

    A JSON null counts as absent, so the query string may provide the value.

    Raises:
        ParseError: the body is not an object.

    """
    query = last_values(request.query_params)
    if request.method in ("GET", "HEAD"):
        return query
    body = request.data
    if not isinstance(body, Mapping):
        raise ParseError("The body must be a JSON object or a form.")
    return {**query, **{name: value for name, value in body.items() if value is not None}}


def validated(serializer_class: type[Params], request: Request) -> dict[str, Any]:
    """Return the request's parameters, checked and converted by the serializer.

    Raises:
        ValidationError: a parameter is wrong. The error names each wrong parameter.

    """
    return _shared(serializer_class).run_validation(merged(request))


@cache
def known(serializer_class: type[Params]) -> Known:
    """Return the names of a serializer's parameters, and the names within those that are objects or lists of objects."""
    fields = _shared(serializer_class).fields
    rows = {
        name: frozenset(_shared(field.child.row).fields)
        for name, field in fields.items()
        if isinstance(field, ManyField) and isinstance(field.child, RowField)
    }
    objects = {name: frozenset(field.fields) for name, field in fields.items() if isinstance(field, ObjectParams)}
    return Known(frozenset(fields), rows, objects)


@cache
def _shared(serializer_class: type[Params]) -> Params:
    """Return the one shared serializer of this class. Making one per request is slow, and checking leaves it unchanged."""
    return serializer_class()
