"""Rendering of answers as JSON: Decimals as numbers, times in UTC with Z. The few that are pages say so by `AnyAccept`.

The hottest views answer with plain dicts, because a model serializer is built anew for each request and costs more than the
rest of the view. Their serializers stay for the OpenAPI document, and tests compare the dicts with that document.
"""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import orjson
from django.http import HttpResponse
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.utils.encoders import JSONEncoder

from wholesale.plumbing.texts import json_number

MEDIA_TYPE = "application/json"


class NumberEncoder(JSONEncoder):
    """A JSON encoder that writes a Decimal as a number, as the contract demands. DRF's own encoder writes a string."""

    def default(self, obj: Any) -> Any:
        return json_number(obj) if isinstance(obj, Decimal) else super().default(obj)


class Response(HttpResponse):
    """An answer of the API, as JSON. DRF's own is made as a page is, from a template, and costs three times as much."""

    def __init__(self, data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(to_json(data), MEDIA_TYPE, status, headers=headers)
        self.data = data


class AnyAccept(DefaultContentNegotiation):
    """A content negotiation that ignores the Accept header, for an endpoint whose answer is not JSON. Errors are JSON."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class NumberJSONRenderer(JSONRenderer):
    """The JSON renderer of the API."""

    encoder_class = NumberEncoder

    def render(self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None) -> bytes:
        if data is None or accepted_media_type not in (None, self.media_type):
            return super().render(data, accepted_media_type, renderer_context)
        return to_json(data)


def to_json(data: Any) -> bytes:
    """Return the body of an answer."""
    try:
        return orjson.dumps(data, _default, orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)
    except TypeError:  # a whole number above 64 bits, or a lone surrogate, which is written as its escape
        return json.dumps(data, cls=NumberEncoder, separators=(",", ":"), allow_nan=False).encode()


_default = NumberEncoder().default
