"""The endpoints `/api/followups/replies`."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import django_filters
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request

from followups.leads.facts import FACTS, read_facts
from followups.leads.replies import services
from followups.leads.replies.models import AdministrativeReply
from followups.leads.replies.services import Waiting
from governance.channels import Channel
from wholesale.plumbing import filters
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ROW_ID, ResourceViewSet, RowSerializer, act, path_id
from wholesale.plumbing.listing import Computed
from wholesale.plumbing.params import ActParams
from wholesale.plumbing.rendering import Response


def _against(sent_at: datetime | None, sent_against: list[str], *waiting: Any) -> list[str] | Waiting:
    """The refusal reasons of when it was sent, or what the gate is asked about."""
    channel, value, lead_id, *facts = waiting
    return sent_against if sent_at else Waiting(channel, value, lead_id, read_facts(facts))


class ReplyOut(RowSerializer):
    """An administrative reply, as the API returns it."""

    computed = {
        "against": Computed(
            ("sent_at", "sent_against", "channel", "point__value", "lead_id", *(f"lead__{name}" for name in FACTS)), _against
        )
    }
    to = serializers.CharField(
        source="point.value", allow_null=True, read_only=True, help_text="number or address; null: erased"
    )
    against = serializers.ListField(
        child=serializers.CharField(),
        read_only=True,
        help_text="refusal reasons: of now, or of when it was sent; an opt-out is none. Empty: it may go out",
    )

    class Meta:
        model = AdministrativeReply
        fields = (
            "id",
            "kind",
            "lead_id",
            "message_id",
            "to",
            "channel",
            "language",
            "text",
            "due_at",
            "against",
            "sent_at",
            "sent_by",
            "created_at",
            "correlation_id",
        )


class ReplyFilter(django_filters.FilterSet):
    """The query parameters that filter the list of administrative replies."""

    sent = filters.FlagFilter(field_name="sent_at", lookup_expr="isnull", exclude=True)
    kind = filters.choice(AdministrativeReply.Kind.choices)
    channel = filters.choice(Channel.choices)
    lead_id = filters.label()
    correlation_id = filters.label()


class ReplyViewSet(ResourceViewSet):
    """The endpoints of administrative replies to words such as HELP and STOP. The list shows the newest first."""

    queryset = AdministrativeReply.objects.all()
    serializer_class = ReplyOut
    filterset_class = ReplyFilter
    permissions = {
        "sent": "followups.send_administrativereply",
    }

    def filled(self, rows: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
        """Add the refusal reasons of now to the administrative replies that wait."""
        waiting = [row for row in rows if isinstance(row["against"], Waiting)]
        found = services.against([row["against"] for row in waiting], timezone.now())
        for row, reasons in zip(waiting, found, strict=True):
            row["against"] = reasons
        return rows

    @act(f"{ROW_ID}/sent", ActParams, ReplyOut, parameters=[path_id("administrative reply")])
    def sent(self, request: Request, id: str, act: Act) -> Response:
        """Mark an administrative reply as sent. A repetition changes nothing."""
        reply = services.mark_reply_sent(int(id), act=act)
        reply.against = reply.sent_against
        return Response(ReplyOut(reply).data)
