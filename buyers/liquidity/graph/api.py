"""`/api/buyers/liquidity/graph` and `neighbours`: which nodes share buyers, and who else buys like these."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from buyers.book.models import Buyer
from buyers.liquidity.api import NodeParams, PosteriorOut
from buyers.liquidity.graph.neighbours import BUYERS_MAX, Ground, neighbours
from buyers.liquidity.graph.services import EDGES_MAX, liquidity_graph
from governance.clocks.api import PlaceParams
from wholesale.plumbing.api import ApiViewSet, ask
from wholesale.plumbing.fields import IdField, ProvinceField, StrictDecimalField, StrictIntegerField, WordField
from wholesale.plumbing.rendering import Response

_NEIGHBOURS_MAX = 500


class GraphParams(PlaceParams):
    """The filters of the graph. Without any it is the whole graph."""

    province = ProvinceField(required=False, default=None)
    market = WordField(required=False, default=None)
    property_type = WordField(required=False, default=None)


class GraphPlaceOut(serializers.Serializer[Any]):
    """A node of the graph: its id and its place."""

    id = IdField()
    province = serializers.CharField()
    market = serializers.CharField()
    property_type = serializers.CharField()


class GraphNodeOut(GraphPlaceOut):
    """A node of the graph with its figures."""

    size = StrictIntegerField(help_text="active buyers: they responded or bought")
    score = StrictDecimalField(max_digits=14, decimal_places=4, help_text="the guide's score")
    posterior = PosteriorOut()


class GraphEdgeOut(serializers.Serializer[Any]):
    """Two nodes that share active buyers. `node` is the lower id."""

    node = IdField()
    other = IdField()
    shared = StrictIntegerField(help_text="buyers who are active at both")


class GraphOut(serializers.Serializer[Any]):
    """The graph of liquidity nodes."""

    nodes = GraphNodeOut(many=True)
    edges = GraphEdgeOut(many=True, help_text=f"the heaviest first, at most {EDGES_MAX}")
    edges_left_off = StrictIntegerField(help_text="lighter edges that are not in the answer")


class NeighboursParams(NodeParams):
    """The parameters that name a liquidity node whose neighbours are wanted."""

    limit = StrictIntegerField(default=BUYERS_MAX, min_value=1, max_value=_NEIGHBOURS_MAX, help_text="of buyers")


class NeighbourOut(GraphPlaceOut):
    """A node beside the one that was asked about."""

    active_buyer_count = StrictIntegerField()
    shared = StrictIntegerField(help_text="buyers who are active at both")


class NeighbourBuyerOut(serializers.Serializer[Any]):
    """A buyer who is active at neighbouring nodes, and not at the one that was asked about."""

    buyer_id = serializers.CharField()
    name = serializers.CharField(allow_blank=True, help_text="or the company")
    status = serializers.ChoiceField(choices=Buyer.Status.choices, allow_null=True, help_text="null: not in the book")
    shared = StrictIntegerField(help_text="summed over these nodes; the buyers are ordered by it")
    nodes = serializers.ListField(child=IdField(), help_text="the neighbours where the buyer is active")


class NeighboursOut(serializers.Serializer[Any]):
    """The nodes beside one, and their active buyers."""

    ground = serializers.ChoiceField(choices=Ground.choices)
    neighbours = NeighbourOut(many=True)
    buyers = NeighbourBuyerOut(many=True)


class GraphViewSet(ApiViewSet):
    """The endpoints of the graph of liquidity nodes."""

    permissions = {"graph": "buyers.view_buyerliquiditynode", "neighbours": "buyers.match_buyers"}

    @ask("graph", GraphParams, GraphOut)
    def graph(self, request: Request, **wanted: Any) -> Response:
        """The liquidity nodes and how many active buyers they share. The nodes of walkthroughs are left out."""
        return Response(liquidity_graph(**wanted))

    @ask("neighbours", NeighboursParams, NeighboursOut)
    def neighbours(self, request: Request, **params: Any) -> Response:
        """Who else buys like these? For a thin market: the active buyers of the nodes that share buyers with this one."""
        return Response(neighbours(**params))
