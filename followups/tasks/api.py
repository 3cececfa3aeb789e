"""Tasks: `/api/followups/tasks` and `/api/followups/task/...`."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.request import Request

from followups.ladders.models import FollowupLadder
from followups.tasks.completions import attempts
from followups.tasks.completions.services import record_completion
from followups.tasks.models import ContactAttempt, FollowupTask
from followups.tasks.outcomes.rules import Outcome
from followups.tasks.services import skip_task, snooze_task
from governance.channels import Channel
from governance.clocks.api import MarketFilter
from governance.gate import Reason
from wholesale.plumbing import filters
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ROW_ID, ApiViewSet, ResourceViewSet, RowSerializer, act, path_id
from wholesale.plumbing.facts import noted
from wholesale.plumbing.fields import AwareDateTimeField, LabelField, NoteField, UpperChoiceField
from wholesale.plumbing.params import ActParams, merged
from wholesale.plumbing.received import ReceivedLabelField, ReceivedParams, ReceivedTextField, ReceivedTimeField
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.texts import shown


class TaskOut(RowSerializer):
    """A task, as the API returns it."""

    class Meta:
        model = FollowupTask
        fields = (
            *("id", "ladder", "lead_id", "step", "channel", "due_at", "gap_minutes", "actionable_at"),
            *("open_from", "open_until", "province", "market", "owner", "correlation_id", "created_at"),
            *("completed_at", "completed_by", "outcome", "note", "cancelled_at", "cancel_reason"),
            *("leased_by", "leased_until"),
        )


class TaskFilter(django_filters.FilterSet):
    """The query parameters that filter a list of tasks."""

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
    """List tasks, the newest first, or read one task."""

    queryset = FollowupTask.objects.all()
    serializer_class = TaskOut
    filterset_class = TaskFilter


class CompleteParams(ActParams):
    """The parameters to complete a task: who made the contact, when, and what came of it."""

    actor = LabelField(required=False, help_text="default: your user name, which is always taken for an agent")
    contacted_at = AwareDateTimeField(
        required=False, help_text="when the contact happened, at most 7 days ago; default: now. The rules of that time count"
    )
    outcome = UpperChoiceField(
        required=False, choices=Outcome.choices, help_text="what came of it; the table of outcomes says what follows"
    )
    note = NoteField(default="")
    force = serializers.BooleanField(
        default=False, help_text="record it even if somebody else has claimed the task; needs a note"
    )

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Validate the parameters. If the outcome is OPTED_OUT, all other values are accepted (see `OptedOutParams`)."""
        return _opted_out.run_validation(data) if is_opt_out(data) else super().run_validation(data)


class OptedOutParams(ReceivedParams):
    """The parameters to complete a task with the outcome OPTED_OUT, which is recorded even if somebody else has claimed the
    task. Faulty values are accepted: text that cannot be stored is replaced or cut. If a value cannot be read, it counts as
    absent, and its text is added to the note of the task."""

    actor = ReceivedLabelField(required=False)
    contacted_at = ReceivedTimeField(required=False)
    outcome = UpperChoiceField(choices=Outcome.choices)
    note = ReceivedTextField(default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        unreadable = attrs.pop("unreadable")
        return {**attrs, "note": noted(attrs["note"], unreadable)}


_opted_out = OptedOutParams()  # one for all requests, as in wholesale.plumbing.params: validation keeps no state in it


def is_opt_out(data: Mapping[str, Any]) -> bool:
    """Whether these are the parameters of a completion whose outcome is OPTED_OUT."""
    outcome = data.get("outcome")
    return isinstance(outcome, str) and outcome.strip().upper() == Outcome.OPTED_OUT


class LadderStateOut(RowSerializer):
    """The state of a ladder: how many steps are open, when it closed, and when its next step may be done."""

    class Meta:
        model = FollowupLadder
        fields = ("id", "open_steps", "closed_at", "next_at")

    next_at = AwareDateTimeField(
        allow_null=True, help_text="when its next step may be done; null if no step is open or no such minute is known"
    )


class CompletedOut(RowSerializer):
    """A completed task, whether the rules allowed the contact, and the state of the ladder after the completion."""

    class Meta:
        model = FollowupTask
        fields = (
            *("id", "completed_at", "completed_by", "user", "step", "channel", "outcome"),
            *("outside_rules", "reasons", "warnings", "ladder"),
        )

    user = serializers.CharField(allow_null=True, help_text="who was signed in; null: nobody, as in a command")
    outside_rules = serializers.BooleanField(
        allow_null=True, help_text="null for a task that was completed before attempts were kept"
    )
    reasons = serializers.ListField(child=serializers.ChoiceField(attempts.REASONS), help_text="the refusal reasons")
    warnings = serializers.ListField(
        child=serializers.ChoiceField(Reason.choices),
        help_text="refusal reasons that are not enforced; opted_out also if the lead opted out after the contact",
    )
    ladder = LadderStateOut()


def completed(task: FollowupTask) -> dict[str, Any]:
    """Return a completed task in the shape of `CompletedOut`."""
    attempt: ContactAttempt | None = getattr(task, "attempt", None)
    return {
        **shown(task, ("id", "completed_at", "completed_by")),
        "user": task.completed_user.get_username() if task.completed_user else None,
        **shown(task, ("step", "channel", "outcome")),
        "outside_rules": None if attempt is None else not attempt.allowed,
        "reasons": [] if attempt is None else attempt.reasons,
        "warnings": [] if attempt is None else attempt.warnings,
        "ladder": shown(task.ladder, LadderStateOut.Meta.fields),
    }


class ReasonParams(ActParams):
    """The parameters of an act that needs a reason."""

    reason = NoteField()


class SnoozeParams(ReasonParams):
    """The parameters to snooze a task: the new due time, and the reason."""

    until = AwareDateTimeField(help_text="when the task falls due, at most 90 days from now")


class TaskActsViewSet(ApiViewSet):
    """Endpoints that complete, snooze or skip a task."""

    permissions = {
        "complete": "followups.complete_task",
        "snooze": "followups.put_off_task",
        "skip": "followups.put_off_task",
    }

    @property
    def is_receiving(self) -> bool:
        """Whether the request is an opt-out, which is accepted even if its headers or parameters are faulty."""
        return self.action == "complete" and is_opt_out(merged(self.request))

    @act(f"task/{ROW_ID}/complete", CompleteParams, CompletedOut, parameters=[path_id("task")])
    def complete(self, request: Request, id: str, act: Act, **params: Any) -> Response:
        """Record that a task was done, whether the rules allowed it or not. A repetition changes nothing and is no error.

        If somebody else has claimed the task, the answer is 409 `task_leased`, unless `force` and a `note` are given. The
        outcome OPTED_OUT is recorded without them. If the task is completed already, the opt-out is recorded all the same.
        """
        return Response(completed(record_completion(int(id), **params, act=act)))

    @act(f"task/{ROW_ID}/snooze", SnoozeParams, TaskOut, parameters=[path_id("task")])
    def snooze(self, request: Request, id: str, act: Act, until: datetime) -> Response:
        """Move an open task to another due time. A claim of the task ends."""
        return Response(TaskOut(snooze_task(int(id), until, act=act)).data)

    @act(f"task/{ROW_ID}/skip", ReasonParams, TaskOut, parameters=[path_id("task")])
    def skip(self, request: Request, id: str, act: Act) -> Response:
        """Cancel one open task. The ladder goes on with its other steps, or closes if none is left."""
        return Response(TaskOut(skip_task(int(id), act=act)).data)
