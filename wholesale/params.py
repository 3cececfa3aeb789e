"""Parameters of a request, wherever they came: JSON body, form body or query string (CONTRACT section 1)."""

import codecs
from collections.abc import Mapping
from functools import cache
from typing import IO, Any

from django.conf import settings
from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from wholesale.errors import RequestTooLarge
from wholesale.fields import LabelField, parse_json


def read_body(stream: IO[bytes], parser_context: Any) -> bytes:
    """The whole body. Django bounds one only when it reads it itself; the parsers read the stream, so they bound it too.

    A connection that breaks looks like a body that ends, and half an amount is an amount: what is shorter than it was said
    to be is refused.
    """
    limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    body = stream.read(limit + 1)
    if len(body) > limit:
        raise RequestTooLarge
    if len(body) < int(parser_context["request"].META.get("CONTENT_LENGTH") or 0):
        raise ParseError("The body ended before its Content-Length.")
    return body


class BoundedJSONParser(BaseParser):
    """JSON in UTF-8, whatever charset the header claims, of bounded size and depth; NaN and infinities are no JSON."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return self.loads(read_body(stream, parser_context))
        except ValueError as error:
            raise ParseError(f"JSON parse error: {error}") from error

    def loads(self, body: bytes) -> Any:
        """What the body says.

        Raises:
            ValueError: it is no such JSON.

        """
        return parse_json(body.removeprefix(codecs.BOM_UTF8).decode())


class Utf8FormParser(BaseParser):
    """A form body, in UTF-8 whatever charset the header claims."""

    media_type = "application/x-www-form-urlencoded"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            return self.query(read_body(stream, parser_context))
        except UnicodeDecodeError as error:
            raise ParseError(f"The form is not UTF-8: {error}") from error

    def query(self, body: bytes) -> Any:
        """The names and values of the form. Given the bytes, QueryDict would guess Latin-1."""
        return QueryDict(body.decode(), encoding="utf-8")


class Params(serializers.Serializer[Any]):
    """The parameters of an endpoint. An empty string for an optional parameter counts as absent."""

    def to_internal_value(self, data: Mapping[str, Any]) -> dict[str, Any]:
        given = {
            name: value
            for name, value in data.items()
            if name in self.fields and (self.fields[name].required or not is_empty(value))
        }
        return super().to_internal_value(given)


class ActParams(Params):
    """The parameters of an endpoint that writes: each takes a correlation id (the view has bound it by then)."""

    correlation_id = LabelField(
        required=False, help_text="Stored on every row that the request writes, and echoed in X-Correlation-ID."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs.pop("correlation_id", None)
        return attrs


def is_empty(value: Any) -> bool:
    """Whether it counts as absent for an optional parameter."""
    return isinstance(value, str) and not value.strip()


def merged(request: Request) -> dict[str, Any]:
    """The request's parameters as one mapping: the query string, and for a POST the body, which wins.

    A JSON null counts as absent, so the query string may fill it.

    Raises:
        ParseError: the body is not an object.

    """
    query = dict(request.query_params.items())
    if request.method in ("GET", "HEAD"):
        return query
    body = request.data
    if not isinstance(body, Mapping):
        raise ParseError("The body must be a JSON object or a form.")
    return {**query, **{name: value for name, value in body.items() if value is not None}}


def validated(serializer_class: type[Params], request: Request) -> dict[str, Any]:
    """The request's parameters, checked and converted by the serializer.

    Raises:
        ValidationError: names each wrong field.

    """
    return _shared(serializer_class).run_validation(merged(request))


@cache
def _shared(serializer_class: type[Params]) -> Params:
    """One serializer for all requests: copying its fields costs more than all its checks, and checking leaves no state."""
    return serializer_class()
