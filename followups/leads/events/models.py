"""The history of leads: notes, appointments and changes of status."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from followups.leads.models import Lead, lead_key
from wholesale.plumbing.append_only import AppendOnlyModel
from wholesale.plumbing.signed import SignedModel
from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH
from wholesale.plumbing.wordings import StoredWords, WordedField


class LeadEvent(SignedModel, AppendOnlyModel):
    """A line of a lead's history. The outcome of a contact is none: its attempt and its task say what it did to the lead."""

    class Kind(models.TextChoices):
        """What happened to a lead."""

        NOTE = "NOTE", _("Note")
        APPOINTMENT = "APPOINTMENT", _("Appointment made")
        STATUS = "STATUS", _("Status changed")

    lead = lead_key("events")
    kind = models.CharField(max_length=11, choices=Kind)
    status_before = models.CharField(max_length=14, choices=Lead.Status, blank=True)
    status_after = models.CharField(max_length=14, choices=Lead.Status, blank=True)
    meets_at = models.DateTimeField(null=True, help_text="when the appointment is")
    text = WordedField(max_length=NOTE_MAX_LENGTH, blank=True)

    class Meta(AppendOnlyModel.Meta):
        ordering = ["-id"]
        permissions = [("note_lead", "Can write a note or an appointment about a lead")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="STATUS") ^ Q(status_before="", status_after=""), name="leadevent_status_is_whole"
            ),
            models.CheckConstraint(
                condition=Q(kind="APPOINTMENT", meets_at__isnull=False)
                | (~Q(kind="APPOINTMENT") & Q(meets_at__isnull=True)),
                name="leadevent_appointment_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["lead", "-id"], name="leadevent_lead"),  # a lead's page
            models.Index(fields=["correlation_id", "created_at", "id"], name="leadevent_trace"),  # the trace of a request
        ]
        verbose_name = "event of a lead"
        verbose_name_plural = "events of leads"

    def __str__(self) -> str:
        return str(self.get_kind_display())


class LeadEventWords(StoredWords):
    """What somebody wrote about a lead. This row is deleted when the person is erased."""

    event = models.OneToOneField(LeadEvent, primary_key=True, on_delete=models.PROTECT, related_name="words")
    text = models.CharField(max_length=NOTE_MAX_LENGTH)

    class Meta:
        verbose_name_plural = _("lead event words")
