"""Lenient parsers for the bodies of inbound messages. A body is refused only if nothing of it can be read."""

import io
import json
import math
import re
from collections.abc import Iterable, Mapping
from typing import IO, Any

from django.http import QueryDict
from django.http.multipartparser import MultiPartParser, MultiPartParserError
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import BaseParser

from followups.leads.inbound.authors import WHO
from wholesale.plumbing.params import BoundedJSONParser, Utf8FormParser, read_body
from wholesale.plumbing.texts import JSON_MAX_DEPTH

_NUMBER_MAX = 40  # characters; a longer number is kept as text
_TEXT_OR_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*(?:"|\Z)|[\[\]{}]', re.DOTALL)


class ReceivedJSONParser(BoundedJSONParser):
    """A parser of JSON. If a parameter is given twice, both values are kept.

    Values that the API's usual parser refuses become text: NaN, infinite or very long numbers, and deep nesting.
    """

    def loads(self, body: bytes) -> Any:
        return json.loads(
            _without_depths(_decoded(body)),
            strict=False,  # a text may hold a new line as it is
            parse_int=_whole,
            parse_float=_fraction,
            parse_constant=str,
            object_pairs_hook=_all_given,
        )


class ReceivedFormParser(Utf8FormParser):
    """A parser of forms in UTF-8, or else in Latin-1. If a parameter is given twice, both values are kept."""

    def query(self, body: bytes) -> Any:
        return _all_of(QueryDict(body))


class ReceivedMultipartParser(BaseParser):
    """A parser of multipart forms. It ignores files."""

    media_type = "multipart/form-data"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        body = read_body(stream)
        meta = {"CONTENT_TYPE": media_type or "", "CONTENT_LENGTH": len(body)}
        try:
            form, _files = MultiPartParser(meta, io.BytesIO(body), [], "utf-8").parse()
        except MultiPartParserError as error:
            raise UnsupportedMediaType(media_type or "") from error
        return _naming(_all_of(form), media_type)


class ReceivedAnyParser(BaseParser):
    """A parser of JSON or a form that was sent with another content type, such as text."""

    media_type = "*/*"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        body = read_body(stream)
        try:
            return _naming(ReceivedJSONParser().loads(body), media_type)
        except ValueError:
            return _naming(ReceivedFormParser().query(body), media_type)


PARSERS = (ReceivedJSONParser, ReceivedFormParser, ReceivedMultipartParser, ReceivedAnyParser)


def _naming(data: Any, media_type: str | None) -> Any:
    """Return the parameters of a body if they name a sender.

    Raises:
        UnsupportedMediaType: the body names no sender, so it may be no message at all.

    """
    if isinstance(data, Mapping) and not data.keys().isdisjoint(WHO):
        return data
    raise UnsupportedMediaType(media_type or "")


def _decoded(body: bytes) -> str:
    """Return the text of a body, decoded from its UTF encoding, or else from Latin-1."""
    try:
        return body.decode(json.detect_encoding(body), "surrogatepass")
    except UnicodeDecodeError:
        return body.decode("latin-1")


def _without_depths(text: str) -> str:
    """Return the JSON text. Parts that are nested more deeply than permitted are turned into strings."""
    if text.count("[") + text.count("{") <= JSON_MAX_DEPTH:
        return text
    pieces: list[str] = []
    done = depth = begins = 0
    for token in _TEXT_OR_BRACKET.finditer(text):
        if token[0] in ("[", "{"):
            depth += 1
            if depth == JSON_MAX_DEPTH:
                begins = token.start()
        elif token[0] in ("]", "}"):
            if depth == JSON_MAX_DEPTH:
                pieces += text[done:begins], json.dumps(text[begins : token.end()])
                done = token.end()
            depth -= 1
    if depth >= JSON_MAX_DEPTH:
        raise ValueError("it ends within what it opens")
    return "".join([*pieces, text[done:]])


def _whole(text: str) -> int | str:
    return int(text) if len(text) <= _NUMBER_MAX else text


def _fraction(text: str) -> float | str:
    return float(text) if math.isfinite(float(text)) else text


def _all_of(form: QueryDict) -> dict[str, Any]:
    return _all_given((name, value) for name, values in form.lists() for value in values)


def _all_given(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, list[Any]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}
