"""`/api/kpi/trace/{correlation_id}`: what one request did, in order."""

from typing import Any

from django.utils.translation import override
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from kpi.trace.entries import TraceEntry, TraceKind, TraceMark
from kpi.trace.services import LINES, LINES_MAX, trace, traced_request
from wholesale.plumbing.api import ApiViewSet, ask
from wholesale.plumbing.fields import (
    AwareDateTimeField,
    IdField,
    JsonField,
    LabelField,
    StrictIntegerField,
    UpperChoiceField,
)
from wholesale.plumbing.params import Params
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH


class TraceMarkField(LabelField):
    """The mark of a place in a trace, as an answer gave it."""

    default_error_messages = {"no_mark": "Not a mark of a trace."}

    def to_internal_value(self, data: Any) -> Any:
        try:
            return TraceMark.read(super().to_internal_value(data))
        except (ValueError, OverflowError):
            return self.fail("no_mark")


class TraceParams(Params):
    """The parameters of a trace."""

    limit = StrictIntegerField(min_value=1, max_value=LINES_MAX, required=False, help_text=f"default: {LINES}")
    before = TraceMarkField(required=False, help_text="`next` of the page before; default: the newest lines")
    kind = UpperChoiceField(choices=TraceKind.choices, required=False, help_text="default: all kinds")


class TraceLineOut(serializers.Serializer[TraceEntry]):
    """A line of a trace."""

    at = AwareDateTimeField()
    kind = serializers.ChoiceField(choices=TraceKind.choices)
    what = serializers.CharField(help_text="what happened, in words")
    who = serializers.CharField(help_text="the actor; may be empty")
    correlation_id = serializers.CharField()
    table = serializers.CharField(help_text="of the row that says so, such as followups.taskevent")
    row = IdField(help_text="its id")
    words = serializers.CharField(help_text="what a person wrote; empty once the person is erased")
    details = JsonField()


class TraceOut(serializers.Serializer[Any]):
    """A page of a trace, the newest lines first."""

    correlation_id = serializers.CharField()
    entries = TraceLineOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="pass it as `before` for the next page; null: there is none")


_ID = OpenApiParameter("correlation_id", str, OpenApiParameter.PATH, description="as the answer's X-Correlation-ID says")


class TraceViewSet(ApiViewSet):
    """The endpoint of the trace of a correlation id."""

    permissions = {"trace": "kpi.view_trace"}

    @ask(rf"trace/(?P<correlation_id>[^/\x00-\x1f]{{1,{LABEL_MAX_LENGTH}}})", TraceParams, TraceOut, parameters=[_ID])
    def trace(
        self, request: Request, correlation_id: str, kind: str = "", before: TraceMark | None = None, limit: int = LINES
    ) -> Response:
        """Show what is on record of one request, the newest first: from the append-only tables, by its correlation id.

        Each role sees of each table what it may read there; an agent what it did itself, and what is about its own leads.
        An id of which nothing is known has no lines. Details and words are as they are today: an erasure empties them.
        """
        with override("en"):
            found = trace(
                traced_request(correlation_id), user=request.user, limit=limit, before=before, kinds=[kind] if kind else ()
            )
        page = {"correlation_id": correlation_id, "entries": found.entries, "next": found.next and str(found.next)}
        return Response(TraceOut(page).data)
