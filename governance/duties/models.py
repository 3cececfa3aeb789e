"""The table of legal duties."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.policies import Policy
from wholesale.plumbing.setting_fields import Choice, Day, Label, Note, Switch


class LegalDuty(Policy):
    """Something that the law wants done by a date. The history keeps every date that the duty had, and who set the date.

    The last days of our registration, of subscriptions and of vendors are no duties: each is stored with what it limits.
    """

    class Kind(models.TextChoices):
        """The kind of a duty: what has to be done."""

        SCRUB = "SCRUB", _("New version of the National DNCL")
        TRAINING = "TRAINING", _("Training of the callers")

    kind = Choice(max_length=12, choices=Kind)
    subject = Label(blank=True, help_text=_("the agent whose duty it is; empty: every agent"))
    due_on = Day(empty=_("none"), help_text=_("the last day; empty: not known, and the runbook warns"))
    done_on = Day(empty=_("none"), help_text=_("when it was last done"))
    note = Note(blank=True, help_text=_("where the proof is"))
    enabled = Switch(default=True, help_text=_("off: the duty no longer exists, such as that of a vendor who left"))

    key = ("kind", "subject")

    class Meta:
        ordering = ["kind", "subject"]
        default_permissions = ("view", "change")
        constraints = [
            models.UniqueConstraint(fields=["kind", "subject"], name="legalduty_once"),
            models.CheckConstraint(condition=Q(kind__in=("SCRUB", "TRAINING")), name="legalduty_kind"),
        ]
        verbose_name = _("legal duty")
        verbose_name_plural = _("legal duties")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject}" if self.subject else self.get_kind_display()
