"""The endpoints below `/api/kpi`: the KPI log and its sums."""

from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from governance.clocks.api import MarketFilter
from kpi import services
from kpi.models import KPIEvent
from wholesale.plumbing import filters
from wholesale.plumbing.api import ApiViewSet, ResourceViewSet, SignedSerializer, ask
from wholesale.plumbing.fields import AwareDateTimeField, JsonField, StrictDecimalField, StrictIntegerField
from wholesale.plumbing.params import Params
from wholesale.plumbing.rendering import Response


class EventOut(SignedSerializer):
    """A KPI event as the API shows it."""

    detail = JsonField(read_only=True)

    class Meta:
        model = KPIEvent
        fields = (
            "id",
            "occurred_at",
            "domain",
            "metric",
            "success",
            "value",
            "province",
            "market",
            "subject_type",
            "subject_id",
            "correlation_id",
            "actor",
            "user",
            "detail",
            "lead_id",
        )


class KPIEventFilter(django_filters.FilterSet):
    """The filters of the list of KPI events."""

    domain = filters.word()
    metric = filters.metric()
    success = filters.FlagFilter()
    province = filters.province()
    market = MarketFilter()
    correlation_id = filters.label()
    since = filters.since("occurred_at")
    until = filters.until("occurred_at")


class KPIEventViewSet(ResourceViewSet):
    """The endpoint of the KPI log, the newest events first."""

    queryset = KPIEvent.objects.all()
    serializer_class = EventOut
    filterset_class = KPIEventFilter


class SummaryParams(Params):
    """The parameters with the span of time to sum up."""

    since = AwareDateTimeField(required=False, help_text="default: 7 days before until")
    until = AwareDateTimeField(required=False, help_text="default: now")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "since" in attrs and "until" in attrs and attrs["since"] >= attrs["until"]:
            raise ValidationError({"since": ["Must lie before until."]}, code="invalid")
        return super().validate(attrs)


class SumsOut(serializers.Serializer[Any]):
    """The sums of one metric over one span of time."""

    count = StrictIntegerField()
    successes = StrictIntegerField()
    rate = serializers.FloatField(allow_null=True, help_text="of the rows with a success value")
    mean_value = StrictDecimalField(max_digits=18, decimal_places=4, allow_null=True)
    first = AwareDateTimeField(allow_null=True)
    last = AwareDateTimeField(allow_null=True)


class MetricSummaryOut(serializers.Serializer[Any]):
    """The sums of one metric over the span that was asked for, and over the equally long span before it."""

    domain = serializers.CharField()
    metric = serializers.CharField()
    current = SumsOut()
    previous = SumsOut()


class KpiViewSet(ApiViewSet):
    """The endpoint that sums up the KPI log."""

    permissions = {"summary": "kpi.view_kpievent"}

    @ask("summary", SummaryParams, MetricSummaryOut(many=True))
    def summary(self, request: Request, **params: Any) -> Response:
        """Sum up each metric over a span of time, and over the equally long span before it."""
        return Response(services.summarise(**params))
