"""Acts that wait until they can no longer be taken back."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from followups.tasks.models import FollowupTask
from followups.tasks.outcomes.rules import Outcome
from wholesale.plumbing.signed import SignedModel
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH, NOTE_MAX_LENGTH


class HeldAct(SignedModel):
    """An outcome, a snooze or a skip that its agent may still take back. The row goes when it is done or taken back.

    `actor`, `user` and `correlation_id` are those of the press, and `created_at` is its time. Meanwhile the agent holds the
    task, so nobody else is given it or a later step of its ladder.

    If doing it fails by a fault of ours (no refusal), the row stays. After some tries only its agent tries again.
    """

    class Kind(models.TextChoices):
        """What is done to the task."""

        COMPLETE = "COMPLETE", _("Outcome")
        SNOOZE = "SNOOZE", _("Snooze")
        SKIP = "SKIP", _("Skip")

    task = models.OneToOneField(FollowupTask, primary_key=True, on_delete=models.PROTECT, related_name="held")
    kind = models.CharField(max_length=8, choices=Kind)
    outcome = models.CharField(max_length=14, choices=Outcome, blank=True)
    until = models.DateTimeField(null=True, help_text=_("of a snooze"))
    words = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True, help_text=_("the note of an outcome, else the reason"))
    tries = models.PositiveSmallIntegerField(default=0, db_default=0, help_text=_("how often doing it failed by a fault"))
    fault = models.CharField(max_length=LABEL_MAX_LENGTH, blank=True, db_default="", help_text=_("the last fault's kind"))

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="COMPLETE", until__isnull=True, outcome__in=Outcome.values)
                | Q(kind="SNOOZE", until__isnull=False, outcome="")
                | Q(kind="SKIP", until__isnull=True, outcome=""),
                name="heldact_has_what_its_kind_needs",
            ),
        ]
        indexes = [models.Index(fields=["created_at"], name="heldact_created")]  # do_overdue()
        verbose_name_plural = _("held acts")

    def __str__(self) -> str:
        return f"{self.get_outcome_display() or self.get_kind_display()}, held"
