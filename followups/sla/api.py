"""SLA policies, what is at risk, and breaches: `/api/followups/sla/...`."""

from datetime import timedelta
from typing import Any

import django_filters
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from followups.sla import breaches
from followups.sla.lateness import counted_from
from followups.sla.models import LATENESS, SlaBreach, SlaPolicy, lateness
from followups.tasks.due.api import ListParams
from governance.channels import Channel
from governance.clocks.api import MarketFilter
from governance.policies_api import policy_endpoints
from wholesale.plumbing import filters, scopes
from wholesale.plumbing.api import ApiViewSet, ResourceViewSet, RowSerializer, ask
from wholesale.plumbing.fields import (
    AwareDateTimeField,
    IdField,
    StrictIntegerField,
)
from wholesale.plumbing.listing import Computed
from wholesale.plumbing.texts import shown


class AtRiskParams(ListParams):
    """The parameters that choose which tasks at risk to list."""


class AtRiskOut(serializers.Serializer[Any]):
    """A task that is at risk, and has no breach on record yet."""

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

    @ask("sla/at-risk", AtRiskParams, AtRiskOut(many=True))
    def at_risk(self, request: Request, limit: int, **places: Any) -> Response:
        """List the open tasks that are at risk and have no breach on record. The longest at risk come first."""
        tasks = scopes.visible(breaches.at_risk(timezone.now()), request.user).filter(**places)[:limit]
        return Response([{**shown(task, _SHOWN), "counted_from": counted_from(task)} for task in tasks])


_SHOWN = ("id", "lead_id", "due_at", "breaches_at", "channel", "step", "owner", "province", "market")


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
