"""How answers are written: Decimals as JSON numbers, times in UTC with Z.

The hottest views answer with plain dicts: a model serializer is built anew for each request, at a cost above the rest of the
view's own (their serializers stay as what the OpenAPI document says, and the schema tests hold the dicts to it).
"""

from decimal import Decimal
from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

from wholesale.plumbing.texts import json_number


class NumberEncoder(JSONEncoder):
    """DRF's encoder writes a Decimal as a string; the contract wants a number."""

    def default(self, obj: Any) -> Any:
        return json_number(obj) if isinstance(obj, Decimal) else super().default(obj)


class NumberJSONRenderer(JSONRenderer):
    """The API's renderer."""

    encoder_class = NumberEncoder
