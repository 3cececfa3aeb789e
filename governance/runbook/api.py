"""`/api/governance/runbook`: the endpoints of the runbook."""

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from governance.runbook import services
from governance.runbook.models import RunbookRun
from governance.runbook.registry import registered
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ApiViewSet, ResourceViewSet, RowSerializer, act, ask
from wholesale.plumbing.fields import AwareDateTimeField, JsonField, LabelField, NoteField
from wholesale.plumbing.params import ActParams, Params
from wholesale.plumbing.rendering import AnyAccept, Response
from wholesale.plumbing.texts import shown


class ItemOut(serializers.Serializer[Any]):
    """The finding of one check."""

    id = serializers.CharField()
    ok = serializers.BooleanField()
    severity = serializers.CharField()
    message = serializers.CharField()
    detail = JsonField(allow_null=True)


class StatusOut(serializers.Serializer[Any]):
    """The findings of all checks. Failing checks are in the list of their severity, passing checks in `info`."""

    generated_at = AwareDateTimeField()
    blockers = ItemOut(many=True)
    warnings = ItemOut(many=True)
    info = ItemOut(many=True)
    ok_to_enable_go_live = serializers.BooleanField()


class CheckOut(serializers.Serializer[Any]):
    """A registered check of the runbook."""

    id = serializers.CharField()
    severity = serializers.CharField()
    title = serializers.CharField()


class RunbookViewSet(ApiViewSet):
    """The endpoints of the runbook, which says whether the system is ready."""

    permissions = {
        "status": "governance.view_runbook",
        "markdown": "governance.view_runbook",
        "checks": "governance.view_runbook",
    }

    @ask("status", Params, StatusOut)
    def status(self, request: Request) -> Response:
        """What every check finds now."""
        return Response(services.status())

    @ask(
        "markdown",
        Params,
        {(200, "text/markdown"): str},
        view_options={"content_negotiation_class": AnyAccept},
    )
    def markdown(self, request: Request) -> HttpResponse:
        """What every check finds now, as a page of markdown."""
        return HttpResponse(services.as_markdown(services.status()), content_type="text/markdown; charset=utf-8")

    @ask("checks", Params, CheckOut(many=True))
    def checks(self, request: Request) -> Response:
        """All registered checks, in the order of their ids."""
        return Response([shown(check, ("id", "severity", "title")) for check in registered()])


@extend_schema_field(StatusOut)
class StoredStatusField(serializers.JSONField):
    """A field for the status in a stored run: what every check found then."""


class RunOut(RowSerializer):
    """A stored run of the runbook: what every check found, who stored it, and why."""

    status = StoredStatusField(read_only=True)

    class Meta:
        model = RunbookRun
        fields = ("id", "created_at", "changed_by", "reason", "correlation_id", "ok_to_enable_go_live", "status")


class RunParams(ActParams):
    """Parameters to store a run: who stores it, and why."""

    changed_by = LabelField(required=False, help_text="default: your user name")
    reason = NoteField()


class RunViewSet(ResourceViewSet):
    """Stored runs, the newest first."""

    queryset = RunbookRun.objects.all()
    serializer_class = RunOut
    permissions = {
        "create": "governance.store_run",
    }

    @act(None, RunParams, {201: RunOut})
    def create(self, request: Request, act: Act) -> Response:
        """Store what every check finds now, with who stores it and why."""
        run = services.store_run(act=act)
        return Response(shown(run, RunOut.Meta.fields), status=201)
