"""The rows of follow-up to read: ladders, tasks and their history, contact attempts."""

import django_filters
from rest_framework import serializers

from followups.attempts import REASONS
from followups.models import ContactAttempt, FollowupLadder, FollowupTask, LadderTemplate, TaskEvent
from governance.channels import Channel
from governance.clocks.api import MarketFilter
from governance.reasons import Reason
from wholesale.plumbing import filters
from wholesale.plumbing.api import ResourceViewSet, RowSerializer, SignedSerializer
from wholesale.plumbing.fields import JsonField


class LadderOut(RowSerializer):
    """A ladder."""

    class Meta:
        model = FollowupLadder
        fields = (
            "id",
            "lead_id",
            "province",
            "market",
            "owner",
            "template",
            "template_version",
            "template_kind",
            "created_by",
            "reason",
            "correlation_id",
            "created_at",
            "open_steps",
            "closed_at",
        )


class LadderFilter(django_filters.FilterSet):
    """Filters of ladders."""

    lead_id = filters.label()
    owner = filters.label()
    province = filters.province()
    market = MarketFilter()
    correlation_id = filters.label()
    template_kind = filters.choice(LadderTemplate.Kind.choices)
    open = filters.FlagFilter(field_name="closed_at", lookup_expr="isnull")
    since = filters.since("created_at")
    until = filters.until("created_at")


class LadderViewSet(ResourceViewSet):
    """Ladders, the newest first."""

    queryset = FollowupLadder.objects.all()
    serializer_class = LadderOut
    filterset_class = LadderFilter
    permissions = {"list": "followups.view_followupladder", "retrieve": "followups.view_followupladder"}


class TaskOut(RowSerializer):
    """A task."""

    class Meta:
        model = FollowupTask
        fields = (
            "id",
            "ladder",
            "lead_id",
            "step",
            "channel",
            "due_at",
            "gap_minutes",
            "actionable_at",
            "open_from",
            "open_until",
            "province",
            "market",
            "owner",
            "correlation_id",
            "created_at",
            "completed_at",
            "completed_by",
            "outcome",
            "note",
            "cancelled_at",
            "cancel_reason",
            "leased_by",
            "leased_until",
        )


class TaskFilter(django_filters.FilterSet):
    """Filters of tasks."""

    ladder = filters.row_id()
    lead_id = filters.label()
    owner = filters.label()
    province = filters.province()
    market = MarketFilter()
    channel = filters.choice(Channel.choices)
    correlation_id = filters.label()
    completed = filters.FlagFilter(field_name="completed_at", lookup_expr="isnull", exclude=True)
    cancelled = filters.FlagFilter(field_name="cancelled_at", lookup_expr="isnull", exclude=True)
    due_since = filters.since("due_at")
    due_until = filters.until("due_at")


class TaskViewSet(ResourceViewSet):
    """Tasks, the newest first."""

    queryset = FollowupTask.objects.all()
    serializer_class = TaskOut
    filterset_class = TaskFilter
    permissions = {"list": "followups.view_followuptask", "retrieve": "followups.view_followuptask"}


class TaskEventOut(SignedSerializer):
    """A line of a task's history."""

    class Meta:
        model = TaskEvent
        fields = ("id", "task", "kind", "reason", "detail", "actor", "user", "correlation_id", "created_at")

    detail = JsonField(read_only=True)


class EventFilter(django_filters.FilterSet):
    """Filters of the history of tasks."""

    task = filters.row_id()
    ladder = filters.row_id(field_name="task__ladder")
    kind = filters.choice(TaskEvent.Kind.choices)
    since = filters.since("created_at")
    until = filters.until("created_at")


class EventViewSet(ResourceViewSet):
    """What happened to tasks, the newest first."""

    queryset = TaskEvent.objects.select_related("words", "user")
    serializer_class = TaskEventOut
    filterset_class = EventFilter
    permissions = {"list": "followups.view_taskevent", "retrieve": "followups.view_taskevent"}


class AttemptOut(SignedSerializer):
    """A contact, and the decision under which it was made."""

    class Meta:
        model = ContactAttempt
        fields = (
            "id",
            "task",
            "lead_id",
            "channel",
            "contacted_at",
            "allowed",
            "reasons",
            "warnings",
            "legal_ok",
            "policy_ok",
            "zone",
            "zone_source",
            "local_time",
            "tz_version",
            "matched_market",
            "policy_version",
            "law_version",
            "actor",
            "user",
            "correlation_id",
            "created_at",
        )

    reasons = serializers.ListField(child=serializers.ChoiceField(REASONS))
    warnings = serializers.ListField(child=serializers.ChoiceField(Reason.choices))


class AttemptFilter(django_filters.FilterSet):
    """Filters of contact attempts."""

    lead_id = filters.label()
    task = filters.row_id()
    channel = filters.choice(Channel.choices)
    allowed = filters.FlagFilter()
    since = filters.since("contacted_at")
    until = filters.until("contacted_at")


class AttemptViewSet(ResourceViewSet):
    """Contact attempts, the newest first."""

    queryset = ContactAttempt.objects.select_related("user")
    serializer_class = AttemptOut
    filterset_class = AttemptFilter
    permissions = {"list": "followups.view_contactattempt", "retrieve": "followups.view_contactattempt"}
