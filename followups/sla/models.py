"""SLA policies, breaches, and the looks that found them."""

from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from followups.sla.errors import BreachBeforeWarning
from followups.sla.rules import BREACH_AFTER, MINUTES_MAX, WARN_AFTER
from governance.channels import Channel
from governance.policies import PlacePolicy, each_province
from wholesale.plumbing.append_only import AppendOnlyModel
from wholesale.plumbing.codes import titled
from wholesale.plumbing.setting_fields import Choice, Switch, Whole
from wholesale.plumbing.showing import shown_time
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH, WORD_MAX_LENGTH, Province


class SlaPolicy(PlacePolicy):
    """How late tasks of a channel may be in a market; the market ALL is the whole province.

    Lateness is counted in permitted minutes: while contact is forbidden nobody is late.
    """

    channel = Choice(max_length=5, choices=Channel)
    enabled = Switch(default=True, page_help=_("Only while it is on, lateness can be a breach here."))
    warn_after_minutes = Whole(
        at_most=MINUTES_MAX,
        suggested=WARN_AFTER,
        unit=_("min"),
        label="At risk after, in minutes",
        short=_("At risk after"),
        help_text=_("later than that a task is at risk"),
        page_help=_("Counted from the first minute at which the contact is permitted."),
    )
    breach_after_minutes = Whole(
        at_least=1,
        at_most=MINUTES_MAX,
        suggested=BREACH_AFTER,
        unit=_("min"),
        label="Breach after, in minutes",
        short=_("Breach after"),
        help_text=_("later than that it is a breach"),
        page_help=_("What is on record as a breach stays there, whatever is changed here."),
    )

    key = ("province", "market", "channel")

    class Meta(PlacePolicy.Meta):
        ordering = ["province", "market", "channel"]
        constraints = [
            models.UniqueConstraint(fields=["province", "market", "channel"], name="slapolicy_once"),
            models.CheckConstraint(condition=Q(province__in=Province.values), name="slapolicy_province"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="slapolicy_channel"),
            models.CheckConstraint(
                condition=Q(breach_after_minutes__range=(1, MINUTES_MAX)), name="slapolicy_breach_in_range"
            ),
            models.CheckConstraint(
                condition=Q(warn_after_minutes__lte=F("breach_after_minutes")), name="slapolicy_warns_before_breach"
            ),
        ]
        verbose_name = _("SLA policy")
        verbose_name_plural = _("SLA policies")

    def __str__(self) -> str:
        return titled(super().__str__(), self.get_channel_display().lower())

    @classmethod
    def seeded(cls) -> list[dict[str, Any]]:
        """The seeds of the SLA policies: the times of the customer's guide, for each province and channel."""
        times = {"warn_after_minutes": WARN_AFTER, "breach_after_minutes": BREACH_AFTER}
        return [row for channel in Channel.values for row in each_province(channel=channel, **times)]

    def require_sound(self) -> None:
        """Refuse times in the wrong order.

        Raises:
            BreachBeforeWarning: a task would be a breach before it is at risk.

        """
        if self.warn_after_minutes > self.breach_after_minutes:
            raise BreachBeforeWarning(attr="warn_after_minutes")


class SlaWatch(models.Model):
    """How far the look for breaches has come. A look locks the table's only row, so only one look runs at a time."""

    looked_until = models.DateTimeField(null=True, help_text=_("tasks that were completed before have been looked at"))

    class Meta:
        default_permissions = ("view",)
        constraints = [models.CheckConstraint(condition=Q(id=1), name="slawatch_one_row")]
        verbose_name = _("SLA watch")
        verbose_name_plural = _("SLA watch")

    def __str__(self) -> str:
        return gettext("SLA watch")


class SlaNotice(models.Model):
    """What one look found: the number of breaches, all of which refer to it."""

    breaches = models.PositiveIntegerField(help_text=_("how many"))
    created_at = models.DateTimeField()
    correlation_id = models.CharField(max_length=LABEL_MAX_LENGTH)

    class Meta:
        ordering = ["-id"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["created_at"], name="slanotice_created")]  # whom the console tells of breaches
        verbose_name = _("look for breaches")
        verbose_name_plural = _("looks for breaches")

    def __str__(self) -> str:
        return ngettext("%(count)s breach", "%(count)s breaches", self.breaches) % {"count": self.breaches}


LATENESS = ("late_for", "completed_at", "found_at", "counted_from")  # the columns of a breach that `lateness` takes


def lateness(
    late_for: timedelta | None, completed_at: datetime | None, found_at: datetime, counted_from: datetime
) -> timedelta:
    """Return the lateness of a breach with these values."""
    return late_for if late_for is not None else (completed_at or found_at) - counted_from


class SlaBreach(AppendOnlyModel):
    """The breach of a task, judged by the policy at the time when it was found. A task has at most one for each due time."""

    # Needs no index of its own: the unique constraint on task and due time begins with this column.
    task = models.ForeignKey("followups.FollowupTask", on_delete=models.PROTECT, related_name="breaches", db_index=False)
    due_at = models.DateTimeField()
    counted_from = models.DateTimeField(help_text=_("the first permitted minute from the due time on, where one was known"))
    breached_at = models.DateTimeField(help_text=_("when the permitted time that the policy allows was over"))
    late_for = models.DurationField(
        null=True, help_text=_("the permitted time by which it was late when it was done, else when it was found")
    )
    found_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, help_text=_("of a task that was completed late before it was found"))
    owner = models.CharField(max_length=LABEL_MAX_LENGTH, null=True)
    province = models.CharField(max_length=2, choices=Province)
    market = models.CharField(max_length=WORD_MAX_LENGTH)
    channel = models.CharField(max_length=5, choices=Channel)
    step = models.PositiveSmallIntegerField()
    policy = models.ForeignKey(SlaPolicy, on_delete=models.PROTECT, related_name="+", db_index=False)
    policy_version = models.PositiveIntegerField()
    breach_after_minutes = models.PositiveIntegerField()
    notice = models.ForeignKey(SlaNotice, on_delete=models.PROTECT, related_name="rows")  # a notice's breaches
    correlation_id = models.CharField(max_length=LABEL_MAX_LENGTH)

    class Meta(AppendOnlyModel.Meta):
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["task", "due_at"], name="slabreach_once")]
        indexes = [
            models.Index(fields=["owner", "-id"], name="slabreach_owner"),  # breaches?owner=
            models.Index(fields=["breached_at"], name="slabreach_breached_at"),  # breaches?since=&until=
        ]
        verbose_name = _("SLA breach")
        verbose_name_plural = _("SLA breaches")

    @property
    def lateness(self) -> timedelta:
        """The lateness at completion, or else when the breach was found; in all minutes if permitted ones are not known."""
        return lateness(*(getattr(self, name) for name in LATENESS))

    def __str__(self) -> str:
        return gettext("Task %(id)s, due %(time)s") % {"id": self.task_id, "time": shown_time(self.due_at)}
