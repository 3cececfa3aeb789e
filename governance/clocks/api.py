"""Parameters that name a market, for every endpoint that takes one."""

from collections.abc import Mapping
from typing import Any

from governance.clocks.markets import one_market
from wholesale.plumbing.fields import WordField
from wholesale.plumbing.filters import ParamFilter
from wholesale.plumbing.params import Params


class PlaceParams(Params):
    """Parameters that name a market, perhaps with its province. Another name of a market becomes the market's own name."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if attrs.get("market"):
            attrs["market"] = one_market(attrs.get("province"), attrs["market"])
        return attrs


class MarketFilter(ParamFilter):
    """A filter for the rows of one market, given by any of its names. If the request also filters by `province`, the name is
    looked up in that province."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(serializer_field=WordField(), **kwargs)

    def settled(self, value: str, wanted: Mapping[str, Any]) -> str:
        """Return the market's own name."""
        return one_market(wanted.get("province"), value)
