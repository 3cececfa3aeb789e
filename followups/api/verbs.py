"""The ladder at work: `/api/followups`."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from followups import attempts, reports, services, transitions
from followups.api.rows import LadderOut, TaskOut
from followups.models import ContactAttempt, FollowupLadder, FollowupTask
from followups.outcomes.rules import Outcome
from governance.clocks.api import PlaceParams
from governance.reasons import Reason
from wholesale.plumbing.api import ROW_ID, ApiViewSet, RowSerializer, act, acting_user, ask, path_id
from wholesale.plumbing.facts import noted
from wholesale.plumbing.fields import (
    AwareDateTimeField,
    LabelField,
    NoteField,
    ProvinceField,
    SpelledChoiceField,
    StrictIntegerField,
    UpperChoiceField,
    WordField,
)
from wholesale.plumbing.params import ActParams, Params, merged
from wholesale.plumbing.received import ReceivedLabelField, ReceivedParams, ReceivedTextField, ReceivedTimeField
from wholesale.plumbing.texts import shown
from wholesale.plumbing.users import label_of
from wholesale.plumbing.vocabulary import ALL

SLA_WINDOW_MAX = 10_000


class CreateLadderParams(PlaceParams, ActParams):
    """A lead to follow up."""

    lead_id = LabelField(required=False, default=None)
    province = ProvinceField()
    market = WordField(default=ALL)
    owner = LabelField(required=False, default=None, help_text="whose work it is; absent: anybody's")
    restart = serializers.BooleanField(default=False, help_text="cancel the open steps and start anew")
    reason = NoteField(
        default="",
        help_text="why it starts anew, with restart: then although the lead was followed up a short time ago, or its status "
        "ends the hunt (but for CLOSED and DEAD)",
    )


class StepOut(RowSerializer):
    """A step of a ladder."""

    class Meta:
        model = FollowupTask
        fields = ("id", "due_at", "channel", "step", "cancelled")

    cancelled = serializers.BooleanField(
        required=False, help_text="there, and true, on a step that is not to be done: the lead opted out of its channel"
    )


def step(task: FollowupTask) -> dict[str, Any]:
    """A step as `StepOut` says."""
    return {**shown(task, ("id", "due_at", "channel", "step")), **({"cancelled": True} if task.cancelled_at else {})}


class CompleteParams(ActParams):
    """Who did it, when, and what came of it."""

    actor = LabelField(required=False, help_text="default, and of an agent always: your user name")
    contacted_at = AwareDateTimeField(
        required=False, help_text="when it happened, at most 7 days ago; default: now. The rules are judged at it"
    )
    outcome = UpperChoiceField(
        required=False, choices=Outcome.choices, help_text="what came of it; the table of outcomes says what follows"
    )
    note = NoteField(default="")
    force = serializers.BooleanField(
        default=False, help_text="record it though somebody else has claimed the task; needs a note"
    )

    def run_validation(self, data: Any = serializers.empty) -> Any:
        """Of an OPTED_OUT no detail is refused."""
        return _opted_out.run_validation(data) if is_opt_out(data) else super().run_validation(data)


class OptedOutParams(ReceivedParams):
    """The same of a lead who wants no more contact, without force. What cannot be stored is replaced or cut, and what cannot
    be read is named in the note."""

    actor = ReceivedLabelField(required=False)
    contacted_at = ReceivedTimeField(required=False)
    outcome = UpperChoiceField(choices=Outcome.choices)
    note = ReceivedTextField(default="")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        unreadable = attrs.pop("unreadable")
        return {**attrs, "note": noted(attrs["note"], unreadable)}


_opted_out = OptedOutParams()  # one for all requests, as in wholesale.plumbing.params: checking leaves no state


def is_opt_out(data: Mapping[str, Any]) -> bool:
    """Whether these are the parameters of a completion whose outcome is OPTED_OUT."""
    outcome = data.get("outcome")
    return isinstance(outcome, str) and outcome.strip().upper() == Outcome.OPTED_OUT


class LadderStateOut(RowSerializer):
    """Where a ladder stands."""

    class Meta:
        model = FollowupLadder
        fields = ("id", "open_steps", "closed_at", "next_at")

    next_at = AwareDateTimeField(
        allow_null=True, help_text="when its next step may be done; null where none is open, or no such minute is known"
    )


class CompletedOut(RowSerializer):
    """A completed task, whether the rules allowed the contact, and where that leaves the ladder."""

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
    reasons = serializers.ListField(child=serializers.ChoiceField(attempts.REASONS), help_text="what stood in the way")
    warnings = serializers.ListField(
        child=serializers.ChoiceField(Reason.choices),
        help_text="what would have, were it enforced; opted_out also where the lead said no after the contact",
    )
    ladder = LadderStateOut()


def completed(task: FollowupTask) -> dict[str, Any]:
    """A completed task as `CompletedOut` says."""
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
    """Why."""

    reason = NoteField()


class SnoozeParams(ReasonParams):
    """Until when, and why."""

    until = AwareDateTimeField(help_text="when the task falls due, at most 90 days from now")


class ReassignParams(ReasonParams):
    """To whom, and why."""

    owner = LabelField(required=False, default=None, help_text="whose work it is; absent: anybody's")


class SlaParams(Params):
    """Of which tasks: the last completed ones, or with any of `by`, `since` and `until` those that fell due in a span."""

    window = StrictIntegerField(
        required=False,
        min_value=1,
        max_value=SLA_WINDOW_MAX,
        help_text="the last so many completed tasks; default: 500. Not together with the others",
    )
    by = SpelledChoiceField(
        required=False, choices=[(name, name) for name in reports.GROUPS], help_text="the figures of each group too"
    )
    since = AwareDateTimeField(required=False, help_text="fell due at or after; default: 7 days before until")
    until = AwareDateTimeField(required=False, help_text="fell due before; default: now")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if "window" in attrs and len(attrs) > 1:
            raise ValidationError({"window": ["Not together with by, since or until."]}, code="invalid")
        return attrs


class SlaFiguresOut(serializers.Serializer[Any]):
    """How late tasks are; fractions from 0 to 1 and percentiles in minutes, null of no task."""

    count = StrictIntegerField()
    within_30m = serializers.FloatField(
        allow_null=True,
        help_text="of the last completed tasks: the guide's, by the clock on the wall; of a span: permitted",
    )
    within_2h = serializers.FloatField(allow_null=True)
    # Of the last completed tasks.
    within_30m_permitted = serializers.FloatField(required=False, allow_null=True, help_text="by permitted minutes only")
    within_2h_permitted = serializers.FloatField(required=False, allow_null=True)
    # Only where by, since or until was given.
    completed = StrictIntegerField(required=False)
    open_overdue = StrictIntegerField(required=False, help_text="due, and neither completed nor cancelled")
    by_wall_clock = StrictIntegerField(
        required=False, help_text="completed before permitted minutes were counted: by the clock on the wall"
    )
    p50 = serializers.FloatField(required=False, allow_null=True, help_text="permitted minutes late, so far where open")
    p90 = serializers.FloatField(required=False, allow_null=True)
    p99 = serializers.FloatField(required=False, allow_null=True)
    p50_wall = serializers.FloatField(required=False, allow_null=True, help_text="minutes after due_at, so far where open")
    p90_wall = serializers.FloatField(required=False, allow_null=True)
    p99_wall = serializers.FloatField(required=False, allow_null=True)
    within_30m_wall = serializers.FloatField(required=False, allow_null=True, help_text="by the clock on the wall")
    within_2h_wall = serializers.FloatField(required=False, allow_null=True)


class SlaGroupOut(SlaFiguresOut):
    """The figures of one group, which is named by the one key of these that is there."""

    province = serializers.CharField(required=False)
    market = serializers.CharField(required=False)
    owner = serializers.CharField(required=False, allow_null=True, help_text="null is nobody")
    channel = serializers.CharField(required=False)
    step = StrictIntegerField(required=False)


class SlaOut(SlaFiguresOut):
    """How late tasks are, and where by, since or until was given, those of which span, and of each group."""

    since = AwareDateTimeField(required=False)
    until = AwareDateTimeField(required=False)
    by = serializers.ChoiceField(required=False, allow_null=True, choices=reports.GROUPS)
    groups = SlaGroupOut(required=False, many=True)


class FollowupViewSet(ApiViewSet):
    """The ladder at work."""

    permissions = {
        "create_ladder": "followups.create_ladder",
        "complete": "followups.complete_task",
        "snooze": "followups.put_off_task",
        "skip": "followups.put_off_task",
        "reassign": "followups.steer_ladder",
        "cancel": "followups.steer_ladder",
        "restart": "followups.steer_ladder",
        "sla": "followups.view_sla",
    }

    @property
    def is_receiving(self) -> bool:
        """A wish to be left alone is received, however it came."""
        return self.action == "complete" and is_opt_out(merged(self.request))

    @act(
        "ladder/create",
        CreateLadderParams,
        {201: StepOut(many=True), 200: StepOut(many=True)},
        examples=[
            OpenApiExample(
                "A lead of Toronto",
                request_only=True,
                value={"lead_id": "L123", "province": "ON", "market": "TORONTO", "owner": "bryan"},
            )
        ],
    )
    def create_ladder(self, request: Request, **params: Any) -> Response:
        """Start a lead's six steps: 201. A lead whose ladder is open keeps it: 200 with that ladder's steps.

        Steps of a channel that the lead opted out of are made cancelled. What stops the ladder is 409, the first of
        `lead_opted_out`, `lead_closed`, `wrong_number`, `already_followed_up`, `recently_followed_up` and
        `ladder_template_disabled`; `detail` says what to do.
        """
        start = services.start_ladder(**params, actor=label_of(request.user), user=acting_user(request))
        return Response([step(task) for task in start.tasks], status=201 if start.created else 200)

    @act(f"task/{ROW_ID}/complete", CompleteParams, CompletedOut, parameters=[path_id("task")])
    def complete(self, request: Request, id: str, **params: Any) -> Response:
        """Record that a task was done, within the rules or not. Twice is no error and changes nothing.

        A task under another's live claim is 409 `task_leased`; with `force` and a `note` it is recorded all the same. No
        detail refuses an OPTED_OUT: it needs no force, and of a task that is completed already the opt-out is recorded.
        """
        params.setdefault("actor", label_of(request.user))
        task = services.complete_task(int(id), **params, user=acting_user(request))
        return Response(completed(task))

    @act(f"task/{ROW_ID}/snooze", SnoozeParams, TaskOut, parameters=[path_id("task")])
    def snooze(self, request: Request, id: str, **params: Any) -> Response:
        """Let an open task fall due at another time; a claim of it ends."""
        task = transitions.snooze_task(int(id), **params, **_signature(request))
        return Response(TaskOut(task).data)

    @act(f"task/{ROW_ID}/skip", ReasonParams, TaskOut, parameters=[path_id("task")])
    def skip(self, request: Request, id: str, **params: Any) -> Response:
        """Cancel one open task and go on with the others."""
        task = transitions.skip_task(int(id), **params, **_signature(request))
        return Response(TaskOut(task).data)

    @act(f"ladder/{ROW_ID}/reassign", ReassignParams, LadderOut, parameters=[path_id("ladder")])
    def reassign(self, request: Request, id: str, **params: Any) -> Response:
        """Give an open ladder and its open tasks to another owner, or to anybody; claims of them end."""
        ladder = transitions.reassign_ladder(int(id), **params, **_signature(request))
        return Response(LadderOut(ladder).data)

    @act(f"ladder/{ROW_ID}/cancel", ReasonParams, LadderOut, parameters=[path_id("ladder")])
    def cancel(self, request: Request, id: str, **params: Any) -> Response:
        """Cancel the open steps of a ladder, which closes it."""
        ladder = transitions.cancel_ladder(int(id), **params, **_signature(request))
        return Response(LadderOut(ladder).data)

    @act(f"ladder/{ROW_ID}/restart", ReasonParams, {201: StepOut(many=True)}, parameters=[path_id("ladder")])
    def restart(self, request: Request, id: str, **params: Any) -> Response:
        """Begin a ladder anew, for the same lead, place and owner; what is open of it is cancelled."""
        start = transitions.restart_ladder(int(id), **params, **_signature(request))
        return Response([step(task) for task in start.tasks], status=201)

    @ask("sla", SlaParams, SlaOut)
    def sla(self, request: Request, window: int = services.SLA_WINDOW, **span: Any) -> Response:
        """How late the last completed tasks were; or, with any of by, since and until, how late what fell due is.

        The latter counts what is open and overdue, as late as it is so far.
        """
        return Response(reports.recent_sla(**span) if span else services.sla_snapshot(window))


def _signature(request: Request) -> dict[str, Any]:
    return {"actor": label_of(request.user), "user": acting_user(request)}
