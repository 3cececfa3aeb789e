"""The model of ladders."""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from followups.ladders.templates.models import LadderTemplate
from followups.leads.models import lead_key
from wholesale.plumbing.signed import user_key
from wholesale.plumbing.vocabulary import ALL, LABEL_MAX_LENGTH, NOTE_MAX_LENGTH, WORD_MAX_LENGTH, Province


def label_field(**kwargs: Any) -> "models.CharField[Any, Any]":
    """Return a text column for a free label, or for an id of another system. Null means that there is none."""
    return models.CharField(max_length=LABEL_MAX_LENGTH, null=True, blank=True, **kwargs)


class LadderQuerySet(QuerySet[Any]):
    """A queryset of ladders."""

    def open(self) -> "LadderQuerySet":
        """The ladders with an open step."""
        return self.filter(closed_at__isnull=True)


class FollowupLadder(models.Model):
    """A ladder: the steps by which one lead is followed up. It is closed when none of its steps is open."""

    lead = lead_key("ladders")
    province = models.CharField(max_length=2, choices=Province)
    market = models.CharField(max_length=WORD_MAX_LENGTH, default=ALL)
    owner = label_field(help_text=_("who does the work; with no owner, anybody may"))
    # Null in a ladder that is older than the templates.
    template = models.ForeignKey(LadderTemplate, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    template_version = models.PositiveIntegerField(null=True)
    # A copy of the template's kind, so that a list of ladders reads one table.
    template_kind = models.CharField(
        max_length=8,
        choices=LadderTemplate.Kind,
        default=LadderTemplate.Kind.STANDARD,
        help_text=_("which template of ladders it follows"),
    )
    created_by = models.CharField(max_length=LABEL_MAX_LENGTH)
    user = user_key()
    reason = models.CharField(
        max_length=NOTE_MAX_LENGTH, blank=True, help_text=_("why it was begun anew; empty of any other")
    )
    correlation_id = models.CharField(max_length=LABEL_MAX_LENGTH)
    created_at = models.DateTimeField()
    open_steps = models.PositiveSmallIntegerField()
    closed_at = models.DateTimeField(null=True)
    next_at: datetime | None = None  # no column: when the next step may be done, if the code that read the steps has set it

    objects = LadderQuerySet.as_manager()

    class Meta:
        constraints = [
            # Also serves the search for a lead's open ladder in create_ladder().
            models.UniqueConstraint(
                fields=["lead"], condition=Q(closed_at__isnull=True), name="followupladder_one_open_per_lead"
            ),
            models.CheckConstraint(
                condition=Q(open_steps=0, closed_at__isnull=False) | Q(open_steps__gt=0, closed_at__isnull=True),
                name="followupladder_closed_without_open_steps",
            ),
            models.CheckConstraint(condition=~Q(lead=""), name="followupladder_lead_id_not_blank"),
            models.CheckConstraint(condition=Q(province__in=Province.values), name="followupladder_province"),
        ]
        indexes = [models.Index(fields=["lead", "-id"], name="followupladder_lead")]  # ladders?lead_id=
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("create_ladder", "Can start a ladder")]
        verbose_name = _("ladder")
        verbose_name_plural = _("ladders")

    def __str__(self) -> str:
        return gettext("Ladder %(id)s of %(lead)s") % {"id": self.pk, "lead": self.lead_id or gettext("no lead")}
