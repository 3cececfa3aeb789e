"""Ladders: `/api/followups/ladders` and `/api/followups/ladder/...`."""

from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.request import Request

from followups.ladders.models import FollowupLadder
from followups.ladders.services import cancel_ladder, reassign_ladder, restart_ladder
from followups.ladders.starts import start_ladder
from followups.ladders.templates.models import LadderTemplate
from followups.tasks.api import ReasonParams
from followups.tasks.models import FollowupTask
from governance.clocks.api import MarketFilter, PlaceParams
from wholesale.plumbing import filters
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ROW_ID, ApiViewSet, ResourceViewSet, RowSerializer, act, path_id
from wholesale.plumbing.fields import LabelField, NoteField, ProvinceField, WordField
from wholesale.plumbing.params import ActParams
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.schema import example
from wholesale.plumbing.texts import shown
from wholesale.plumbing.vocabulary import ALL


class LadderOut(RowSerializer):
    """A ladder, as the API returns it."""

    class Meta:
        model = FollowupLadder
        fields = (
            *("id", "lead_id", "province", "market", "owner", "template", "template_version"),
            *("template_kind", "created_by", "reason", "correlation_id", "created_at"),
            *("open_steps", "closed_at"),
        )


class LadderFilter(django_filters.FilterSet):
    """The query parameters that filter a list of ladders."""

    lead_id = filters.label()
    owner = filters.label()
    province = filters.province()
    market = MarketFilter()
    correlation_id = filters.label()
    template_kind = filters.choice(LadderTemplate.Kind.choices)
    open = filters.FlagFilter(field_name="closed_at", lookup_expr="isnull")
    since = filters.since("created_at")
    until = filters.until("created_at")


class LadderViewSet(ResourceViewSet):
    """List ladders, the newest first, or read one ladder."""

    queryset = FollowupLadder.objects.all()
    serializer_class = LadderOut
    filterset_class = LadderFilter


class CreateLadderParams(PlaceParams, ActParams):
    """The parameters to start a ladder: the lead to follow up, the place and the owner."""

    lead_id = LabelField(required=False, default=None)
    province = ProvinceField()
    market = WordField(default=ALL)
    owner = LabelField(required=False, default=None, help_text="absent: the next agent of the pool, or nobody")
    restart = serializers.BooleanField(default=False, help_text="cancel the open steps and start a new ladder")
    reason = NoteField(
        default="",
        help_text="why the ladder is restarted. With restart it overrides the cooling-off, and a status that ends the hunt "
        "(except CLOSED and DEAD)",
    )


class StepOut(RowSerializer):
    """A step of a ladder, as the API returns it."""

    class Meta:
        model = FollowupTask
        fields = ("id", "due_at", "channel", "step", "cancelled")

    cancelled = serializers.BooleanField(
        required=False, help_text="present and true on a cancelled step, such as one of a channel that the lead opted out of"
    )


def step(task: FollowupTask) -> dict[str, Any]:
    """Return a task with the fields of `StepOut`. `cancelled` is present only if the task is cancelled."""
    return {**shown(task, ("id", "due_at", "channel", "step")), **({"cancelled": True} if task.cancelled_at else {})}


class ReassignParams(ReasonParams):
    """The parameters to reassign a ladder: the new owner, and the reason."""

    owner = LabelField(required=False, default=None, help_text="absent: nobody")


class LadderActsViewSet(ApiViewSet):
    """Endpoints that start, reassign, cancel and restart ladders."""

    permissions = {
        "create_ladder": "followups.create_ladder",
        "reassign": "followups.steer_ladder",
        "cancel": "followups.steer_ladder",
        "restart": "followups.steer_ladder",
    }

    @act(
        "ladder/create",
        CreateLadderParams,
        {201: StepOut(many=True), 200: StepOut(many=True)},
        examples=[
            example("A lead of Toronto", {"lead_id": "L123", "province": "ON", "market": "TORONTO", "owner": "bryan"})
        ],
    )
    def create_ladder(self, request: Request, act: Act, **params: Any) -> Response:
        """Start a ladder: 201 with its steps. If the lead has an open ladder, it keeps that ladder: 200 with its steps.

        Steps of a channel that the lead opted out of are created as cancelled. A refusal is 409. Its code is the first that
        applies of `lead_opted_out`, `lead_closed`, `wrong_number`, `already_followed_up`, `recently_followed_up` and
        `ladder_template_disabled`; `detail` says what to do.
        """
        start = start_ladder(**params, act=act)
        return Response([step(task) for task in start.tasks], status=201 if start.created else 200)

    @act(f"ladder/{ROW_ID}/reassign", ReassignParams, LadderOut, parameters=[path_id("ladder")])
    def reassign(self, request: Request, id: str, act: Act, owner: str | None) -> Response:
        """Give an open ladder and its open tasks to another owner, or to nobody. Claims of these tasks end."""
        return Response(LadderOut(reassign_ladder(int(id), owner, act=act)).data)

    @act(f"ladder/{ROW_ID}/cancel", ReasonParams, LadderOut, parameters=[path_id("ladder")])
    def cancel(self, request: Request, id: str, act: Act) -> Response:
        """Cancel the open steps of a ladder, which closes it."""
        return Response(LadderOut(cancel_ladder(int(id), act=act)).data)

    @act(f"ladder/{ROW_ID}/restart", ReasonParams, {201: StepOut(many=True)}, parameters=[path_id("ladder")])
    def restart(self, request: Request, id: str, act: Act) -> Response:
        """Restart a ladder: cancel its open steps, and start a new one for the same lead, place and owner."""
        start = restart_ladder(int(id), act=act)
        return Response([step(task) for task in start.tasks], status=201)
