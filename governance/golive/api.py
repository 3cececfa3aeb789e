"""`/api/governance/go-live`: the endpoints of go-live and the kill switch."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from governance import gate
from governance.golive import services
from governance.golive.models import GoLiveState
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ApiViewSet, RowSerializer, act, ask
from wholesale.plumbing.fields import AwareDateTimeField, JsonField, LabelField, NoteField
from wholesale.plumbing.params import ActParams, Params
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.texts import shown


class GoLiveStateOut(RowSerializer):
    """The state of go-live and of the kill switch, with the last change."""

    updated_at = AwareDateTimeField(allow_null=True, help_text="null: the row is missing, which stops everything")

    class Meta:
        model = GoLiveState
        fields = ("go_live_enabled", "kill_switch_engaged", "changed_by", "reason", "updated_at")


class EngagedOut(GoLiveStateOut):
    """The go-live state, and whether verbs that began earlier are still running."""

    acts_in_flight = serializers.BooleanField(
        help_text="acts that had begun before were still under way after some seconds; no new one begins"
    )

    class Meta(GoLiveStateOut.Meta):
        fields = (*GoLiveStateOut.Meta.fields, "acts_in_flight")  # type: ignore[assignment]


class ToggleParams(ActParams):
    """Parameters to switch go-live or the kill switch: who does it, and why."""

    changed_by = LabelField(required=False, help_text="default: your user name")
    reason = NoteField()


class ChecklistItemOut(serializers.Serializer[Any]):
    """A check of the runbook, with what it finds now."""

    id = serializers.CharField()
    ok = serializers.BooleanField()
    severity = serializers.ChoiceField(choices=["blocker", "warning", "info"])
    message = serializers.CharField()
    detail = JsonField(allow_null=True)


class ChecklistOut(serializers.Serializer[Any]):
    """Whether go-live may be enabled, and what each check of the runbook finds."""

    ok_to_enable_go_live = serializers.BooleanField()
    items = ChecklistItemOut(many=True)


class GoLiveViewSet(ApiViewSet):
    """The endpoints of go-live and the kill switch."""

    permissions = {
        "state": "governance.view_golivestate",
        "checklist": "governance.view_golivestate",
        "enable": "governance.enable_go_live",
        "disable": "governance.disable_go_live",
        "engage": "governance.engage_kill_switch",
        "release": "governance.release_kill_switch",
    }

    @ask("state", Params, GoLiveStateOut)
    def state(self, request: Request) -> Response:
        """The go-live state. If its row is missing, the kill switch counts as engaged, and `updated_at` is null."""
        return Response(_state_out(services.current_state() or GoLiveState()))

    @ask("checklist", Params, ChecklistOut)
    def checklist(self, request: Request) -> Response:
        """What each check of the runbook finds. Go-live can be enabled only if no check of severity blocker fails."""
        return Response(gate.go_live_checklist())

    @act("enable", ToggleParams, GoLiveStateOut)
    def enable(self, request: Request, act: Act) -> Response:
        """Enable go-live. Answers 412 while the runbook has blockers, with one error for each."""
        return Response(_state_out(gate.enable_go_live(act=act)))

    @act("disable", ToggleParams, GoLiveStateOut)
    def disable(self, request: Request, act: Act) -> Response:
        """Disable go-live. Where go-live is enforced, no verb of the class EXECUTE acts from then on."""
        return Response(_state_out(services.disable_go_live(act=act)))

    @act("kill-switch/engage", ToggleParams, EngagedOut, in_parts=True)
    def engage(self, request: Request, act: Act) -> Response:
        """Engage the kill switch. In every environment, no verb of class SANDBOX or EXECUTE begins until its release.

        The answer comes when the verbs that run already have ended, at the latest after some seconds.
        """
        engaged = services.engage(act)
        return Response({**_state_out(engaged.state), "acts_in_flight": engaged.acts_in_flight})

    @act("kill-switch/release", ToggleParams, GoLiveStateOut)
    def release(self, request: Request, act: Act) -> Response:
        """Release the kill switch: the system may act again."""
        return Response(_state_out(services.release_kill_switch(act=act)))


def _state_out(state: GoLiveState) -> dict[str, Any]:
    return shown(state, GoLiveStateOut.Meta.fields)
