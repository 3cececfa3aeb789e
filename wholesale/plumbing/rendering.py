"""Rendering of answers as JSON: Decimals as numbers, times in UTC with Z.

The hottest views answer with plain dicts, because a model serializer is built anew for each request and costs more than the
rest of the view. Their serializers stay for the OpenAPI document, and tests compare the dicts with that document.
"""

from decimal import Decimal
from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

from wholesale.plumbing.texts import json_number


class NumberEncoder(JSONEncoder):
    """A JSON encoder that writes a Decimal as a number, as the contract demands. DRF's own encoder writes a string."""

    def default(self, obj: Any) -> Any:
        return json_number(obj) if isinstance(obj, Decimal) else super().default(obj)


class NumberJSONRenderer(JSONRenderer):
    """The JSON renderer of the API."""

    encoder_class = NumberEncoder
