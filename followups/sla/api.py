"""SLA policies, what is at risk, and breaches: `/api/followups/sla/...`."""

from datetime import timedelta
from typing import Any

import django_filters
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from followups.due.services import DUE_LIMIT, DUE_LIMIT_MAX
from followups.models import SlaBreach, SlaPolicy
from followups.sla import services
from followups.sla.rules import MINUTES_MAX, counted_from
from governance.channels import Channel
from governance.clocks.api import MarketFilter, PlaceParams
from wholesale.plumbing import filters, scopes
from wholesale.plumbing.api import ApiViewSet, ResourceViewSet, RowSerializer, act, acting_user, ask
from wholesale.plumbing.fields import (
    AwareDateTimeField,
    IdField,
    LabelField,
    NoteField,
    ProvinceField,
    StrictIntegerField,
    UpperChoiceField,
    WordField,
)
from wholesale.plumbing.params import ActParams, Params
from wholesale.plumbing.texts import shown
from wholesale.plumbing.users import label_of
from wholesale.plumbing.vocabulary import ALL


class SlaPolicyOut(RowSerializer):
    """How late a task may be."""

    class Meta:
        model = SlaPolicy
        fields = (
            *("id", "province", "market", "channel", "enabled", "warn_after_minutes", "breach_after_minutes"),
            *("version", "changed_by", "reason", "updated_at"),
        )


class SlaPolicyParams(PlaceParams, ActParams):
    """An SLA policy to create or change; an absent setting keeps its value."""

    province = ProvinceField()
    market = WordField(default=ALL, help_text="ALL: the province's markets that have no policy of their own")
    channel = UpperChoiceField(choices=Channel.choices)
    enabled = serializers.BooleanField(required=False, help_text="false: no lateness is a breach; new policy: true")
    warn_after_minutes = StrictIntegerField(
        required=False,
        min_value=0,
        max_value=MINUTES_MAX,
        help_text="at most breach_after_minutes; a new policy needs both",
    )
    breach_after_minutes = StrictIntegerField(
        required=False, min_value=1, max_value=MINUTES_MAX, help_text="a new policy needs it"
    )
    changed_by = LabelField(required=False, help_text="default: your user name")
    reason = NoteField(default="")
    expected_version = StrictIntegerField(required=False, min_value=0, max_value=2**31 - 1)


class AtRiskParams(PlaceParams):
    """Which tasks at risk to list."""

    limit = StrictIntegerField(default=DUE_LIMIT, min_value=1, max_value=DUE_LIMIT_MAX)
    owner = LabelField(required=False)
    province = ProvinceField(required=False)
    market = WordField(required=False)
    channel = UpperChoiceField(required=False, choices=Channel.choices)


class AtRiskOut(serializers.Serializer[Any]):
    """A task that is late, and no breach on record yet."""

    id = IdField()
    lead_id = serializers.CharField(allow_null=True)
    due_at = AwareDateTimeField()
    counted_from = AwareDateTimeField(help_text="the first permitted minute at or after due_at, where one is known")
    breaches_at = AwareDateTimeField(
        allow_null=True, help_text="if it is not completed before; null: no such permitted minute is known"
    )
    channel = serializers.ChoiceField(choices=Channel.choices)
    step = StrictIntegerField()
    owner = serializers.CharField(allow_null=True)
    province = serializers.CharField()
    market = serializers.CharField()


class SlaViewSet(ApiViewSet):
    """How late tasks may be, and which are about to be later."""

    permissions = {
        "policies": "followups.view_slapolicy",
        "upsert": "followups.change_slapolicy",
        "at_risk": "followups.view_followuptask",
    }

    @ask("sla/policies", Params, SlaPolicyOut(many=True))
    def policies(self, request: Request) -> Response:
        """All SLA policies, by province, market and channel."""
        return Response(list(SlaPolicy.objects.values(*SlaPolicyOut.Meta.fields)))

    @act(
        "sla/policies/upsert",
        SlaPolicyParams,
        SlaPolicyOut,
        examples=[
            OpenApiExample(
                "Calls in Toronto within an hour",
                request_only=True,
                value={
                    "province": "ON",
                    "market": "TORONTO",
                    "channel": "CALL",
                    "warn_after_minutes": 20,
                    "breach_after_minutes": 60,
                    "reason": "many leads, many rivals",
                },
            )
        ],
    )
    def upsert(self, request: Request, **params: Any) -> Response:
        """Create or change the SLA policy of a market and a channel. What is a breach already stays one."""
        params.setdefault("changed_by", label_of(request.user))
        return Response(shown(services.upsert_policy(user=acting_user(request), **params), SlaPolicyOut.Meta.fields))

    @ask("sla/at-risk", AtRiskParams, AtRiskOut(many=True))
    def at_risk(self, request: Request, limit: int, **places: Any) -> Response:
        """The open tasks that are later than their policy warns of, and no breach yet; late the longest first."""
        tasks = scopes.visible(services.at_risk(timezone.now()), request.user).filter(**places)[:limit]
        return Response([{**shown(task, _SHOWN), "counted_from": counted_from(task)} for task in tasks])


_SHOWN = ("id", "lead_id", "due_at", "breaches_at", "channel", "step", "owner", "province", "market")


class BreachOut(RowSerializer):
    """A breach."""

    late_minutes = serializers.SerializerMethodField(
        help_text="the permitted minutes by which it was late when it was done, else when it was found"
    )

    class Meta:
        model = SlaBreach
        fields = (
            *("id", "task", "due_at", "counted_from", "breached_at", "late_minutes", "found_at", "completed_at"),
            *("owner", "province", "market", "channel", "step"),
            *("policy", "policy_version", "breach_after_minutes", "notice", "correlation_id"),
        )

    def get_late_minutes(self, breach: SlaBreach) -> float:
        return round(breach.lateness / timedelta(minutes=1), 2)


class BreachFilter(django_filters.FilterSet):
    """Filters of breaches."""

    task = filters.row_id()
    owner = filters.label()
    province = filters.province()
    market = MarketFilter()
    channel = filters.choice(Channel.choices)
    since = filters.since("breached_at")
    until = filters.until("breached_at")


class BreachViewSet(ResourceViewSet):
    """Breaches of the SLA, the newest first."""

    queryset = SlaBreach.objects.all()
    serializer_class = BreachOut
    filterset_class = BreachFilter
    permissions = {"list": "followups.view_slabreach", "retrieve": "followups.view_slabreach"}
