"""The endpoints `/api/followups/pool`, for the agents of the pools."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from followups.pool import services
from followups.pool.models import WEIGHT_MAX, PoolAgent
from governance.clocks.api import PlaceParams
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ApiViewSet, RowSerializer, act, ask
from wholesale.plumbing.fields import AwareDateTimeField, LabelField, NoteField, ProvinceField, StrictIntegerField, WordField
from wholesale.plumbing.listing import Rows
from wholesale.plumbing.params import ActParams, Params
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.schema import example
from wholesale.plumbing.texts import shown
from wholesale.plumbing.vocabulary import ALL


class PoolAgentOut(RowSerializer):
    """An agent in the pool of a market, as the API returns it."""

    class Meta:
        model = PoolAgent
        fields = ("id", "province", "market", "agent", "weight", "paused_until", "changed_by", "reason", "updated_at")


_AGENTS = Rows(PoolAgentOut, PoolAgent.objects.all)


class PoolPlaceParams(PlaceParams, ActParams):
    """The parameters that name an agent and a pool."""

    province = ProvinceField()
    market = WordField(default=ALL, help_text="ALL: for the province's markets in whose own pool nobody works")
    agent = LabelField(help_text="the owner of the ladders: a user name")
    changed_by = LabelField(required=False, help_text="default: your user name")
    reason = NoteField(default="")


class PoolAgentParams(PoolPlaceParams):
    """The parameters that put an agent into a market's pool or change the agent there. An absent setting keeps its value."""

    weight = StrictIntegerField(
        required=False, min_value=1, max_value=WEIGHT_MAX, help_text="new agent: 1; weight 2 gets twice as many ladders"
    )
    paused_until = AwareDateTimeField(required=False, help_text="no new ladder before this time; a past time ends a pause")


class PoolRemovedOut(serializers.Serializer[Any]):
    """The answer to a removal: whether the agent was in the pool."""

    removed = serializers.BooleanField()


class PoolViewSet(ApiViewSet):
    """The endpoints of the pool: agents who take the ladders without an owner."""

    permissions = {
        "pool": "followups.view_poolagent",
        "upsert": "followups.change_poolagent",
        "remove": "followups.delete_poolagent",
    }

    @ask("pool", Params, PoolAgentOut(many=True))
    def pool(self, request: Request) -> Response:
        """List the agents of all pools, by province, market and name."""
        return Response(_AGENTS.dicts())

    @act(
        "pool/upsert",
        PoolAgentParams,
        PoolAgentOut,
        examples=[
            example(
                "An agent of Toronto",
                {"province": "ON", "market": "TORONTO", "agent": "va1", "weight": 2, "reason": "started today"},
            )
        ],
    )
    def upsert(self, request: Request, *, act: Act, **params: Any) -> Response:
        """Put an agent into the pool of a market, or change the agent's settings there."""
        return Response(shown(services.upsert_agent(**params, act=act), PoolAgentOut.Meta.fields))

    @act("pool/remove", PoolPlaceParams, PoolRemovedOut)
    def remove(self, request: Request, *, act: Act, **params: Any) -> Response:
        """Remove an agent from the pool of a market. The agent keeps its ladders."""
        return Response({"removed": services.remove_agent(**params, act=act)})
