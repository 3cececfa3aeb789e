"""The models of tasks, their history and their contact attempts. The named querysets take the time as an argument."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from followups.ladders.models import FollowupLadder, label_field
from followups.leads.models import lead_key
from followups.tasks.outcomes.rules import Outcome
from governance.channels import Channel
from wholesale.plumbing.append_only import AppendOnlyModel
from wholesale.plumbing.envelope import Subject
from wholesale.plumbing.showing import shown_there, shown_zoned
from wholesale.plumbing.signed import SignedModel, user_key
from wholesale.plumbing.vocabulary import ALL, LABEL_MAX_LENGTH, NOTE_MAX_LENGTH, WALKTHROUGH_MARK, WORD_MAX_LENGTH, Province
from wholesale.plumbing.wordings import StoredWords, WordedField

OPEN = Q(completed_at__isnull=True, cancelled_at__isnull=True)
COMPLETED = Q(completed_at__isnull=False)
Instant = datetime | Combinable  # a time, or an expression for one in a compiled queryset


class TaskQuerySet(QuerySet[Any]):
    """A queryset of tasks. It defines what open, due, permitted and unclaimed mean, also for the handwritten SQL."""

    def open(self) -> "TaskQuerySet":
        """Tasks that are neither completed nor cancelled."""
        return self.filter(OPEN)

    def due(self, now: Instant) -> "TaskQuerySet":
        """Open tasks that have fallen due, the oldest first."""
        return self.open().filter(due_at__lte=now).order_by("due_at", "id")

    def permitted(self, now: Instant) -> "TaskQuerySet":
        """Due tasks whose stored interval contains now, the oldest first."""
        return self.due(now).filter(open_from__lte=now, open_until__gte=now)

    def going_first(self, now: Instant) -> "TaskQuerySet":
        """Tasks whose ladder has no earlier step that may be done now."""
        return self.filter(goes_first(now))

    def blocked(self, now: datetime) -> "TaskQuerySet":
        """Due tasks whose stored interval does not contain now, the oldest first."""
        outside = Q(open_from__isnull=True) | Q(open_from__gt=now) | Q(open_until__lt=now)
        return self.due(now).filter(outside)

    def claimed(self, now: datetime) -> "TaskQuerySet":
        """Tasks under a live claim. All are due, because only due tasks are claimed."""
        return self.due(now).filter(leased_until__gt=now)

    def unleased(self, now: Instant) -> "TaskQuerySet":
        """Tasks without a live claim."""
        return self.filter(Q(leased_until__isnull=True) | Q(leased_until__lte=now))

    def breached(self) -> "TaskQuerySet":
        """Open tasks with a breach of the SLA on record for their present due time."""
        return self.open().filter(breached_due_at=F("due_at"))

    def completed(self) -> "TaskQuerySet":
        """Completed tasks, the latest first."""
        return self.filter(COMPLETED).order_by("-completed_at", "-id")

    def id_batches(self, size: int) -> Iterator[list[int]]:
        """Yield the tasks' ids in batches of `size`, the oldest first. Each batch is read when the caller asks for it."""
        ordered = self.order_by("due_at", "id").values_list("due_at", "id")
        page = list(ordered[:size])
        while page:
            yield [pk for _at, pk in page]
            due_at, last = page[-1]
            page = list(ordered.filter(due_at__gte=due_at).exclude(due_at=due_at, id__lte=last)[:size])

    def counted(self) -> "TaskQuerySet":
        """Tasks that reports count: all but those of walkthroughs."""
        return self.filter(is_counted=True)


def goes_first(now: Instant) -> Q:
    """Return the condition that is true for a task if no earlier step of its ladder is permitted now.

    If several steps of a ladder may be done now, the lowest goes first, even if somebody claimed it. The time of the next
    step is not known before the contact of the lowest is recorded. The LIMIT keeps the planner from joining all tasks; the
    planner expects that half of them meet a condition of this form.
    """
    earlier = FollowupTask.objects.permitted(now).filter(ladder=OuterRef("ladder"), step__lt=OuterRef("step"))
    one = Subquery(earlier.order_by().values_list(Value(False))[:1])
    return Q(step=1) | Q(Coalesce(one, Value(True)))


# No breach is on record for the present due time. A task that was put off has a later due time and may breach anew.
UNRECORDED = Q(breached_due_at__isnull=True) | Q(breached_due_at__lt=F("due_at"))


class FollowupTask(models.Model):
    """One step of a ladder, open until it is completed or cancelled. If a cancelled task is completed, both times stay."""

    # No index of its own: the unique constraint on ladder and step begins with it.
    ladder = models.ForeignKey(FollowupLadder, on_delete=models.PROTECT, related_name="tasks", db_index=False)
    step = models.PositiveSmallIntegerField()
    channel = models.CharField(max_length=5, choices=Channel)
    due_at = models.DateTimeField()
    gap_minutes = models.PositiveSmallIntegerField(
        default=0, help_text=_("the least time in minutes after the person's last contact")
    )
    # For open tasks. Null if no minute of the next 30 days is known to be permitted.
    actionable_at = models.DateTimeField(
        null=True, help_text=_("the first permitted minute from the due time on, for the SLA")
    )
    open_from = models.DateTimeField(null=True, help_text=_("the permitted interval that contains now, or the next one"))
    open_until = models.DateTimeField(null=True, help_text=_("its last instant"))
    # Lateness counts permitted minutes only. Null if no SLA policy watches the task, or if no such minute is known.
    warns_at = models.DateTimeField(null=True, help_text=_("later than that it is at risk"))
    breaches_at = models.DateTimeField(null=True, help_text=_("later than that it is a breach"))
    # The lateness up to `late_until`; the stored interval says how much was added since. Of a completed task it is the
    # whole lateness, or null if the task was completed before lateness was counted.
    late_for = models.DurationField(null=True, help_text=_("the permitted time by which it was late"))
    late_until = models.DateTimeField(null=True, help_text=_("up to when the lateness is counted"))
    breached_due_at = models.DateTimeField(null=True, help_text=_("the due time of which a breach of the SLA is on record"))
    # Copies of the ladder's values, so that the due list is one query on one table.
    lead = lead_key("tasks")
    province = models.CharField(max_length=2, choices=Province)
    market = models.CharField(max_length=WORD_MAX_LENGTH, default=ALL)
    owner = label_field()
    correlation_id = models.CharField(max_length=LABEL_MAX_LENGTH)
    created_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)
    completed_by = label_field()
    completed_user = user_key()
    outcome = models.CharField(max_length=14, choices=Outcome, blank=True)
    note = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True, help_text=_("what came of it, in words; may be emptied"))
    cancelled_at = models.DateTimeField(null=True)
    cancel_reason = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True)
    # The last claim. If the task is open, it is live until `leased_until`. `leased_user` is null if the user claimed under
    # its own name: the name says enough, and a null foreign key costs no check at each claim.
    leased_by = label_field()
    leased_user = user_key()
    leased_until = models.DateTimeField(null=True)
    returned_by = label_field(help_text=_("who gave it back last, and is not given it next"))

    # Generated, so that the indexes of reports need not hold the correlation id, which has a mark for walkthroughs.
    is_counted = models.GeneratedField(
        expression=~Q(correlation_id__startswith=WALKTHROUGH_MARK),  # type: ignore[arg-type]  # Django takes a condition too
        output_field=models.BooleanField(),
        db_persist=True,
        editable=False,
    )

    objects = TaskQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ladder", "step"], name="followuptask_ladder_step"),
            models.CheckConstraint(condition=Q(step__gt=0), name="followuptask_step_positive"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="followuptask_channel"),
            models.CheckConstraint(
                condition=Q(open_from__isnull=True, open_until__isnull=True)
                | Q(open_from__isnull=False, open_until__isnull=False, open_from__lte=F("open_until")),
                name="followuptask_interval",
            ),
            models.CheckConstraint(
                condition=Q(leased_by__isnull=True, leased_until__isnull=True)
                | Q(leased_by__isnull=False, leased_until__isnull=False),
                name="followuptask_lease_is_whole",
            ),
        ]
        indexes = [
            # All that is due, permitted now or not: due?include_blocked=true, the admin's lists. Today counts it by province
            # from the index alone (due_by_province). Claims change none of these columns.
            models.Index(
                fields=["due_at", "id", "province", "open_from", "open_until", "warns_at", "breached_due_at"],
                condition=OPEN,
                name="followuptask_due",
            ),
            # due and claim: permitted tasks, all or by owner, by province, by province and market. The interval is in the
            # index, so a task that is not permitted now costs no look into the table.
            *(
                models.Index(
                    fields=[*prefix, "due_at", "id", "open_from", "open_until"],
                    condition=OPEN & Q(open_from__isnull=False) & condition,
                    name=f"followuptask_{suffix}",
                )
                for prefix, condition, suffix in (
                    ((), Q(), "permitted"),
                    (("owner",), Q(owner__isnull=False), "owned"),
                    ((), Q(owner__isnull=True), "unowned"),
                    (("province",), Q(), "province"),
                    (("province", "market"), Q(), "market"),
                )
            ),
            models.Index(fields=["open_until", "id"], condition=OPEN, name="followuptask_roll"),  # roll(): what ran out
            # sla_report(): completed tasks that fell due in a span. It finds open ones by followuptask_due. Today counts
            # both by day from the indexes alone (sla_by_day, first_steps_by_day).
            models.Index(
                fields=["due_at", "completed_at", "late_for", "step"],
                condition=COMPLETED & Q(is_counted=True),
                name="followuptask_completed_due",
            ),
            # find_breaches() and tasks at risk: late tasks without a breach on record, however many have one. The time of
            # the breach is in the index.
            models.Index(
                fields=["warns_at", "id", "breaches_at"],
                condition=OPEN & Q(warns_at__isnull=False) & UNRECORDED,
                name="followuptask_late",
            ),
            # sla_snapshot(): the last completed tasks. Today counts contacts by hour and outcome from the index alone
            # (contacts_of).
            models.Index(
                F("completed_at").desc(),
                F("id").desc(),
                "outcome",
                "is_counted",
                condition=COMPLETED,
                name="followuptask_completed",
            ),
            models.Index(fields=["lead", "-id"], name="followuptask_lead"),  # tasks?lead_id=
            # The search in the list of tasks, beside followuptask_lead. None by market: claims would read it.
            models.Index(fields=["owner"], condition=Q(owner__isnull=False), name="followuptask_by_owner"),
            models.Index(fields=["correlation_id"], name="followuptask_by_correlation"),
            # An agent's own numbers: what it completed in the last weeks.
            models.Index(
                fields=["completed_user", "completed_at"],
                condition=Q(completed_user__isnull=False),
                name="followuptask_done_by",
            ),
        ]
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("list_due_tasks", "Can list due tasks"),
            ("complete_task", "Can complete unowned tasks and its own"),
            ("complete_any_task", "Can complete anybody's task"),
            ("claim_task", "Can claim due tasks"),
            ("put_off_task", "Can snooze and skip its own tasks"),
            ("steer_ladder", "Can reassign, cancel and restart ladders"),
            ("view_sla", "Can read the SLA"),
            ("view_agent_numbers", "Can read the numbers of every agent"),
        ]
        verbose_name = _("task")
        verbose_name_plural = _("tasks")

    def __str__(self) -> str:
        return gettext("Step %(step)s: %(channel)s") % {"step": self.step, "channel": self.get_channel_display().lower()}

    @property
    def subject(self) -> Subject:
        """The subject of envelopes about this task."""
        return Subject("task", str(self.pk), self.lead_id, self.province, self.market)


class ContactAttempt(SignedModel, AppendOnlyModel):
    """The contact by which a task was completed, with the gate's decision of that moment."""

    task = models.OneToOneField(FollowupTask, on_delete=models.PROTECT, related_name="attempt")
    lead = lead_key("attempts")
    channel = models.CharField(max_length=5, choices=Channel)
    contacted_at = models.DateTimeField()
    allowed = models.BooleanField()
    reasons = models.JSONField(help_text=_("what stood in the way, the first being the reason"))
    warnings = models.JSONField(help_text=_("what would have, were it enforced"))
    legal_ok = models.BooleanField()
    policy_ok = models.BooleanField()
    zone = models.CharField(max_length=40)
    zone_source = models.CharField(max_length=11)
    local_time = models.CharField(max_length=32, help_text=_("there, with its offset"))
    tz_version = models.CharField(max_length=16)
    matched_market = models.CharField(max_length=WORD_MAX_LENGTH, null=True)
    policy_version = models.PositiveIntegerField(null=True)
    # Null for a contact from before the rules of the law had versions.
    law_version = models.CharField(max_length=20, null=True, help_text=_("the version of the rules of the law"))

    class Meta(AppendOnlyModel.Meta):
        ordering = ["-id"]
        indexes = [models.Index(fields=["lead", "-id"], name="contactattempt_lead")]  # a lead's page
        verbose_name = _("contact attempt")
        verbose_name_plural = _("contact attempts")

    def __str__(self) -> str:
        time = shown_there(self.there) if self.there else shown_zoned(self.contacted_at)
        return gettext("%(channel)s at %(time)s") % {"channel": self.get_channel_display(), "time": time}

    @property
    def there(self) -> datetime | None:
        """When it was on the clock of whoever was contacted, with that clock's offset; None if the zone was not known."""
        return datetime.fromisoformat(self.local_time) if self.local_time else None


class TaskEvent(SignedModel, AppendOnlyModel):
    """A line of a task's history: what happened to it after it was made."""

    class Kind(models.TextChoices):
        """What happened to a task."""

        COMPLETED = "COMPLETED", _("Completed")
        CANCELLED = "CANCELLED", _("Cancelled")
        SKIPPED = "SKIPPED", _("Skipped")
        SNOOZED = "SNOOZED", _("Snoozed")
        PAUSED = "PAUSED", _("Put off by an outcome")
        OPTED_OUT = "OPTED_OUT", _("Wants no more contact, said after it was completed")
        REASSIGNED = "REASSIGNED", _("Given to another owner")
        LAPSED = "LAPSED", _("Lapsed: it waited for the lead's own ground")
        TAKEN_BACK = "TAKEN_BACK", _("Taken back by the agent who said it, within ten seconds")
        UNRECORDED = "UNRECORDED", _("Said, but it could not be recorded, and its agent let it go")

    task = models.ForeignKey(FollowupTask, on_delete=models.PROTECT, related_name="events", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind)
    reason = WordedField(max_length=NOTE_MAX_LENGTH, blank=True)
    detail = models.JSONField(default=dict, help_text=_("what changed: names, from and to"))

    class Meta(AppendOnlyModel.Meta):
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["task", "id"], name="taskevent_task"),  # a task's page, events?task=
            models.Index(fields=["correlation_id", "created_at", "id"], name="taskevent_trace"),  # kpi.trace
        ]
        verbose_name = _("task event")
        verbose_name_plural = _("task events")

    def __str__(self) -> str:
        return self.get_kind_display()


class TaskEventWords(StoredWords):
    """The reason that somebody gave for an event. Erasing the person whom the event is about removes the reason."""

    event = models.OneToOneField(TaskEvent, primary_key=True, on_delete=models.PROTECT, related_name="words")
    reason = models.CharField(max_length=NOTE_MAX_LENGTH)

    class Meta:
        verbose_name_plural = _("task event words")
