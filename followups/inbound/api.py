"""`/api/followups/inbound`."""

from typing import Any

import django_filters
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from followups.inbound import services
from followups.inbound.rules import DECIDED, Meaning
from followups.inbound.services import Recorded
from followups.models import InboundMessage
from governance.channels import Channel
from governance.compliance.api import PhoneField
from wholesale import filters
from wholesale.api import ROW_ID, ResourceViewSet, RowSerializer, act, acting_user, path_id
from wholesale.fields import (
    AwareDateTimeField,
    EmailAddressField,
    IdField,
    LabelField,
    NoteField,
    StrictIntegerField,
    UpperChoiceField,
)
from wholesale.params import ActParams
from wholesale.permissions import label_of

TEXT_MAX_LENGTH = 64 * 1024  # an e-mail with all that it quotes


class InboundParams(ActParams):
    """What somebody sent us."""

    lead_id = LabelField(required=False, default=None)
    phone = PhoneField(required=False, help_text="the number that it came from")
    email = EmailAddressField(required=False, help_text="the address that it came from")
    channel = UpperChoiceField(choices=Channel.choices)
    text = NoteField(max_length=TEXT_MAX_LENGTH)
    received_at = AwareDateTimeField(required=False, help_text="default: now")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not any(attrs.get(name) for name in ("lead_id", "phone", "email")):
            raise ValidationError({"lead_id": "Say who: lead_id, phone or email."}, code="required")
        return super().validate(attrs)


class DecideParams(ActParams):
    """What a doubtful message means."""

    meaning = UpperChoiceField(choices=DECIDED)
    reason = NoteField()


class InboundRecordedOut(serializers.Serializer[Any]):
    """A message, and what followed from it."""

    id = IdField(read_only=True)
    meaning = serializers.ChoiceField(Meaning.choices)
    opted_out_channels = serializers.ListField(child=serializers.ChoiceField(Channel.choices))
    cancelled_steps = StrictIntegerField()


def shown(recorded: Recorded) -> dict[str, Any]:
    """The answer of both verbs."""
    message = recorded.message
    return {
        "id": message.pk,
        "meaning": message.decided_as or message.meaning,
        "opted_out_channels": recorded.opted_out_channels,
        "cancelled_steps": recorded.cancelled_steps,
    }


class InboundOut(RowSerializer):
    """A message."""

    class Meta:
        model = InboundMessage
        fields = (
            "id",
            "lead_id",
            "channel",
            "text",
            "meaning",
            "received_at",
            "actor",
            "correlation_id",
            "created_at",
            "decided_as",
            "decided_reason",
            "decided_by",
            "decided_at",
        )


class InboundFilter(django_filters.FilterSet):
    """Filters of messages."""

    lead_id = filters.label()
    channel = filters.choice(Channel.choices)
    meaning = filters.choice(Meaning.choices)
    decided = filters.FlagFilter(field_name="decided_at", lookup_expr="isnull", exclude=True)
    correlation_id = filters.label()
    since = filters.since("received_at")
    until = filters.until("received_at")


class InboundViewSet(ResourceViewSet):
    """What leads sent us, the newest first."""

    queryset = InboundMessage.objects.all()
    serializer_class = InboundOut
    filterset_class = InboundFilter
    permissions = {
        "list": "followups.view_inboundmessage",
        "retrieve": "followups.view_inboundmessage",
        "create": "followups.record_inbound",
        "decide": "followups.decide_inbound",
    }

    @act(
        None,
        InboundParams,
        {201: InboundRecordedOut},
        examples=[
            OpenApiExample(
                "The word that stops",
                request_only=True,
                value={"phone": "+14165550123", "channel": "SMS", "text": "STOP"},
            )
        ],
    )
    def create(self, request: Request, **params: Any) -> Response:
        """Record a reply or an opt-out: an opt-out counts at once and cancels the open ladder, doubt waits for a person."""
        recorded = services.record_inbound(**params, actor=label_of(request.user), user=acting_user(request))
        return Response(shown(recorded), status=201)

    @act(f"{ROW_ID}/decide", DecideParams, InboundRecordedOut, parameters=[path_id("message")])
    def decide(self, request: Request, id: str, meaning: str, reason: str) -> Response:
        """Say what a doubtful message means. The same again changes nothing."""
        user = acting_user(request)
        return Response(shown(services.decide_inbound(int(id), meaning, reason, actor=label_of(user), user=user)))
