"""`/api/governance/go-live`."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from governance.golive import services
from governance.golive.models import GoLiveState
from wholesale.api import ApiViewSet, RowSerializer, act, acting_user
from wholesale.fields import LabelField, NoteField
from wholesale.params import ActParams
from wholesale.permissions import label_of


class StateOut(RowSerializer):
    """The go-live state."""

    class Meta:
        model = GoLiveState
        fields = ("go_live_enabled", "kill_switch_engaged", "changed_by", "reason", "updated_at")


class ToggleParams(ActParams):
    """Who toggles, and why."""

    changed_by = LabelField(required=False, help_text="default: your user name")
    reason = NoteField()


class GoLiveViewSet(ApiViewSet):
    """The kill switch."""

    permissions = {"engage": "governance.engage_kill_switch", "release": "governance.release_kill_switch"}

    @act("kill-switch/engage", ToggleParams, StateOut)
    def engage(self, request: Request, **params: Any) -> Response:
        """Stop everything that acts, in every environment, until released."""
        params.setdefault("changed_by", label_of(request.user))
        return Response(StateOut(services.engage_kill_switch(user=acting_user(request), **params)).data)

    @act("kill-switch/release", ToggleParams, StateOut)
    def release(self, request: Request, **params: Any) -> Response:
        """Let the system act again."""
        params.setdefault("changed_by", label_of(request.user))
        return Response(StateOut(services.release_kill_switch(user=acting_user(request), **params)).data)
