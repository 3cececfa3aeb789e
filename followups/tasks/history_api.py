"""The history of tasks and the contact attempts: `/api/followups/events`, `/api/followups/attempts`."""

import django_filters
from rest_framework import serializers

from followups.tasks.completions.attempts import REASONS
from followups.tasks.models import ContactAttempt, TaskEvent
from governance.channels import Channel
from governance.gate import Reason
from wholesale.plumbing import filters
from wholesale.plumbing.api import ResourceViewSet, SignedSerializer
from wholesale.plumbing.fields import JsonField


class TaskEventOut(SignedSerializer):
    """A line of a task's history, as the API returns it."""

    class Meta:
        model = TaskEvent
        fields = ("id", "task", "kind", "reason", "detail", "actor", "user", "correlation_id", "created_at")

    detail = JsonField(read_only=True)


class EventFilter(django_filters.FilterSet):
    """The query parameters that filter a list of task events."""

    task = filters.row_id()
    ladder = filters.row_id(field_name="task__ladder")
    kind = filters.choice(TaskEvent.Kind.choices)
    since = filters.since("created_at")
    until = filters.until("created_at")


class EventViewSet(ResourceViewSet):
    """List task events, the newest first, or read one event."""

    queryset = TaskEvent.objects.all()
    serializer_class = TaskEventOut
    filterset_class = EventFilter


class AttemptOut(SignedSerializer):
    """A contact that happened, and the gate's decision of that moment, as the API returns them."""

    class Meta:
        model = ContactAttempt
        fields = (
            *("id", "task", "lead_id", "channel", "contacted_at", "allowed", "reasons", "warnings"),
            *("legal_ok", "policy_ok", "zone", "zone_source", "local_time", "tz_version", "matched_market"),
            *("policy_version", "law_version", "actor", "user", "correlation_id", "created_at"),
        )

    reasons = serializers.ListField(child=serializers.ChoiceField(REASONS))
    warnings = serializers.ListField(child=serializers.ChoiceField(Reason.choices))


class AttemptFilter(django_filters.FilterSet):
    """The query parameters that filter a list of contact attempts."""

    lead_id = filters.label()
    task = filters.row_id()
    channel = filters.choice(Channel.choices)
    allowed = filters.FlagFilter()
    since = filters.since("contacted_at")
    until = filters.until("contacted_at")


class AttemptViewSet(ResourceViewSet):
    """List contact attempts, the newest first, or read one attempt."""

    queryset = ContactAttempt.objects.all()
    serializer_class = AttemptOut
    filterset_class = AttemptFilter
