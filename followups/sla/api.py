"""SLA policies, what is at risk, and breaches: `/api/followups/sla/...`."""

from datetime import timedelta
from functools import lru_cache
from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.request import Request

from followups.sla import breaches
from followups.sla.models import LATENESS, SlaBreach, SlaPolicy, lateness
from followups.tasks.due.api import ListParams
from followups.tasks.models import FollowupTask
from governance.channels import Channel
from governance.clocks.api import MarketFilter
from governance.policies_api import policy_endpoints
from wholesale.plumbing import filters, scopes
from wholesale.plumbing.api import ApiViewSet, ResourceViewSet, RowSerializer, ask
from wholesale.plumbing.compiled import Parameter
from wholesale.plumbing.fields import (
    AwareDateTimeField,
    IdField,
    StrictIntegerField,
)
from wholesale.plumbing.listing import NOW, READER, Computed, Rows, values_of
from wholesale.plumbing.rendering import Response


class AtRiskOut(serializers.Serializer[Any]):
    """A task that is at risk, and has no breach on record yet."""

    computed = {"counted_from": Computed(("actionable_at", "due_at"), lambda actionable_at, due_at: actionable_at or due_at)}

    id = IdField()
    lead_id = serializers.CharField(allow_null=True)
    due_at = AwareDateTimeField()
    counted_from = AwareDateTimeField(help_text="the first permitted minute at or after due_at, if known; else due_at")
    breaches_at = AwareDateTimeField(
        allow_null=True, help_text="when it becomes a breach if still open; null: no such permitted minute is known"
    )
    channel = serializers.ChoiceField(choices=Channel.choices)
    step = StrictIntegerField()
    owner = serializers.CharField(allow_null=True)
    province = serializers.CharField()
    market = serializers.CharField()


@policy_endpoints(
    SlaPolicy,
    path="sla/policies",
    does="Create or change the SLA policy of a market and a channel. Breaches on record stay.",
    example=(
        "Calls in Toronto within an hour",
        {
            "province": "ON",
            "market": "TORONTO",
            "channel": "CALL",
            "warn_after_minutes": 20,
            "breach_after_minutes": 60,
            "reason": "many leads, many rivals",
        },
    ),
)
class SlaViewSet(ApiViewSet):
    """The endpoints of SLA policies and of tasks at risk."""

    permissions = {"at_risk": "followups.view_followuptask"}

    @ask("sla/at-risk", ListParams, AtRiskOut(many=True))
    def at_risk(self, request: Request, limit: int, **places: Any) -> Response:
        """List the open tasks that are at risk and have no breach on record. The longest at risk come first."""
        reader = scopes.reader_of(FollowupTask, request.user)
        found = _at_risk(tuple(places), reader is not None).page(limit=limit, offset=0, **values_of(reader), **places)
        return Response(found)


@lru_cache(maxsize=32)
def _at_risk(places: tuple[str, ...], is_narrowed: bool) -> Rows:
    tasks = scopes.narrowed(breaches.at_risk(NOW), READER if is_narrowed else None)
    return Rows(AtRiskOut, lambda: tasks.filter(**{name: Parameter(name) for name in places}))


def _minutes(late: timedelta) -> float:
    return round(late / timedelta(minutes=1), 2)


class BreachOut(RowSerializer):
    """A breach of the SLA, as the API returns it."""

    late_minutes = serializers.SerializerMethodField(
        help_text="the lateness in permitted minutes at completion, or else when the breach was found"
    )

    class Meta:
        model = SlaBreach
        fields = (
            *("id", "task", "due_at", "counted_from", "breached_at", "late_minutes", "found_at", "completed_at"),
            *("owner", "province", "market", "channel", "step"),
            *("policy", "policy_version", "breach_after_minutes", "notice", "correlation_id"),
        )

    computed = {"late_minutes": Computed(LATENESS, lambda *times: _minutes(lateness(*times)))}

    def get_late_minutes(self, breach: SlaBreach) -> float:
        return _minutes(breach.lateness)


class BreachFilter(django_filters.FilterSet):
    """The query parameters that filter a list of breaches."""

    task = filters.row_id()
    owner = filters.label()
    province = filters.province()
    market = MarketFilter()
    channel = filters.choice(Channel.choices)
    since = filters.since("breached_at")
    until = filters.until("breached_at")


class BreachViewSet(ResourceViewSet):
    """List breaches of the SLA, the newest first, or read one breach."""

    queryset = SlaBreach.objects.all()
    serializer_class = BreachOut
    filterset_class = BreachFilter
