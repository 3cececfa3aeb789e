"""The endpoints `/api/followups/inbox`."""

import django_filters
from django.db.models import QuerySet
from rest_framework.request import Request

from followups.leads.inbox import services
from followups.leads.inbox.models import InboxItem
from wholesale.plumbing import filters
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ROW_ID, ResourceViewSet, RowSerializer, act, path_id
from wholesale.plumbing.fields import NoteField
from wholesale.plumbing.listing import NOW
from wholesale.plumbing.params import ActParams
from wholesale.plumbing.rendering import Response


class InboxOut(RowSerializer):
    """An inbox item, open or done, as the API returns it."""

    class Meta:
        model = InboxItem
        fields = (
            "id",
            "kind",
            "lead_id",
            "message_id",
            "task_id",
            "detail",
            "owner",
            "due_by",
            "created_at",
            "correlation_id",
            "done_at",
            "done_by",
            "done_reason",
        )


class DoneParams(ActParams):
    """The parameters that mark an inbox item as done."""

    reason = NoteField()


def by_lateness(queryset: QuerySet[InboxItem], name: str, value: bool) -> QuerySet[InboxItem]:
    """If `value` is true, return the late items (open, and past their time), else the items that are not late."""
    late = services.late(NOW)
    return queryset.filter(late) if value else queryset.exclude(late)


class InboxFilter(django_filters.FilterSet):
    """The query parameters that filter the list of inbox items."""

    open = filters.FlagFilter(field_name="done_at", lookup_expr="isnull")
    kind = filters.choice(InboxItem.Kind.choices)
    lead_id = filters.label()
    owner = filters.label()
    late = filters.FlagFilter(method=by_lateness)


class InboxViewSet(ResourceViewSet):
    """The endpoints of inbox items. The list shows the newest first."""

    queryset = InboxItem.objects.all()
    serializer_class = InboxOut
    filterset_class = InboxFilter
    permissions = {
        "done": "followups.close_inboxitem",
    }

    @act(f"{ROW_ID}/done", DoneParams, InboxOut, parameters=[path_id("inbox item")])
    def done(self, request: Request, id: str, act: Act) -> Response:
        """Mark an inbox item as done, and say why. A doubtful message must be decided instead: 409 `decide_the_message`."""
        return Response(InboxOut(services.close_item(int(id), act=act)).data)
