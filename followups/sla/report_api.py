"""How late tasks are: `/api/followups/sla`."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from followups.sla import report, snapshot
from wholesale.plumbing.api import ApiViewSet, ask
from wholesale.plumbing.fields import AwareDateTimeField, SpelledChoiceField, StrictIntegerField
from wholesale.plumbing.params import Params
from wholesale.plumbing.rendering import Response

SLA_WINDOW_MAX = 10_000


class SlaParams(Params):
    """The tasks to measure: the last completed tasks; or, with by, since or until, the tasks that fell due in a span."""

    window = StrictIntegerField(
        required=False,
        min_value=1,
        max_value=SLA_WINDOW_MAX,
        help_text="how many of the last completed tasks; default: 500. Not together with the others",
    )
    by = SpelledChoiceField(
        required=False, choices=[(name, name) for name in report.GROUPS], help_text="adds the figures of each group"
    )
    since = AwareDateTimeField(required=False, help_text="fell due at or after; default: 7 days before until")
    until = AwareDateTimeField(required=False, help_text="fell due before; default: now")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "window" in attrs and len(attrs) > 1:
            raise ValidationError({"window": ["Not together with by, since or until."]}, code="invalid")
        return super().validate(attrs)


class SlaFiguresOut(serializers.Serializer[Any]):
    """How late tasks are. Fractions are from 0 to 1 and percentiles in minutes; both are null if there are no tasks."""

    count = StrictIntegerField()
    within_30m = serializers.FloatField(
        allow_null=True,
        help_text="for the last completed tasks all minutes count, as in the guide; for a span, permitted ones",
    )
    within_2h = serializers.FloatField(allow_null=True)
    # Only for the last completed tasks.
    within_30m_permitted = serializers.FloatField(required=False, allow_null=True, help_text="by permitted minutes only")
    within_2h_permitted = serializers.FloatField(required=False, allow_null=True)
    # Only where by, since or until was given.
    completed = StrictIntegerField(required=False)
    open_overdue = StrictIntegerField(required=False, help_text="due, and neither completed nor cancelled")
    by_wall_clock = StrictIntegerField(
        required=False, help_text="completed before permitted minutes were counted; all minutes count for them"
    )
    p50 = serializers.FloatField(required=False, allow_null=True, help_text="permitted minutes late; until now if open")
    p90 = serializers.FloatField(required=False, allow_null=True)
    p99 = serializers.FloatField(required=False, allow_null=True)
    p50_wall = serializers.FloatField(required=False, allow_null=True, help_text="minutes after due_at; until now if open")
    p90_wall = serializers.FloatField(required=False, allow_null=True)
    p99_wall = serializers.FloatField(required=False, allow_null=True)
    within_30m_wall = serializers.FloatField(required=False, allow_null=True, help_text="counting all minutes")
    within_2h_wall = serializers.FloatField(required=False, allow_null=True)


class SlaGroupOut(SlaFiguresOut):
    """The figures of one group. One of province, market, owner, channel and step is present, and names the group."""

    province = serializers.CharField(required=False)
    market = serializers.CharField(required=False)
    owner = serializers.CharField(required=False, allow_null=True, help_text="null is nobody")
    channel = serializers.CharField(required=False)
    step = StrictIntegerField(required=False)


class SlaOut(SlaFiguresOut):
    """How late tasks are. If by, since or until was given: also the span, and the figures of each group."""

    since = AwareDateTimeField(required=False)
    until = AwareDateTimeField(required=False)
    by = serializers.ChoiceField(required=False, allow_null=True, choices=report.GROUPS)
    groups = SlaGroupOut(required=False, many=True)


class SlaReportViewSet(ApiViewSet):
    """The endpoint of the SLA report: how late tasks are."""

    permissions = {"sla": "followups.view_sla"}

    @ask("sla", SlaParams, SlaOut)
    def sla(self, request: Request, window: int = snapshot.SLA_WINDOW, **span: Any) -> Response:
        """Say how late the last completed tasks were; with any of by, since and until, how late the tasks of a span are.

        A span has the tasks that fell due in it. Open tasks that are overdue count with their lateness until now.
        """
        return Response(report.recent_sla(**span) if span else snapshot.sla_snapshot(window))
