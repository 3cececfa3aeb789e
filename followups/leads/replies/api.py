"""The endpoints `/api/followups/replies`."""

from collections.abc import Sequence
from typing import Any

import django_filters
from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from followups.leads.replies import services
from followups.leads.replies.models import AdministrativeReply
from governance.channels import Channel
from wholesale.plumbing import filters
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ROW_ID, ResourceViewSet, RowSerializer, act, path_id
from wholesale.plumbing.params import ActParams


class ReplyOut(RowSerializer):
    """An administrative reply, as the API returns it."""

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

    queryset = AdministrativeReply.objects.select_related("point", "lead")
    serializer_class = ReplyOut
    filterset_class = ReplyFilter
    permissions = {
        "sent": "followups.send_administrativereply",
    }

    def paginate_queryset(self, queryset: Any) -> Any:
        """Return a page of administrative replies, each with the refusal reasons against sending it."""
        return judged(super().paginate_queryset(queryset) or [])

    def get_object(self) -> AdministrativeReply:
        """Return one administrative reply with the refusal reasons against sending it."""
        return judged([super().get_object()])[0]

    @act(f"{ROW_ID}/sent", ActParams, ReplyOut, parameters=[path_id("administrative reply")])
    def sent(self, request: Request, id: str, act: Act) -> Response:
        """Mark an administrative reply as sent. A repetition changes nothing."""
        return Response(ReplyOut(judged([services.mark_reply_sent(int(id), act=act)])[0]).data)


def judged(replies: Sequence[AdministrativeReply]) -> Sequence[AdministrativeReply]:
    """Return these replies, each with the refusal reasons against sending it: those of now, or of when it was sent."""
    found = services.against([reply for reply in replies if reply.sent_at is None], timezone.now())
    for reply in replies:
        reply.against = found.get(reply.pk, reply.sent_against)
    return replies
