"""Leads and their reopenings."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.clocks.zones import ZONE_CHOICES
from governance.people import Language, Role
from wholesale.plumbing.append_only import AppendOnlyModel
from wholesale.plumbing.signed import SignedModel, user_key
from wholesale.plumbing.vocabulary import ALL, LABEL_MAX_LENGTH, NOTE_MAX_LENGTH, WORD_MAX_LENGTH, Province
from wholesale.plumbing.wordings import StoredWords, WordedField


class Lead(models.Model):
    """A lead: a homeowner who may sell. A ladder names its lead by `lead_id`, even if no row of this table has that id."""

    class Status(models.TextChoices):
        """The statuses of a lead, by how far the lead is."""

        NEW = "NEW", _("New")
        CONTACTED = "CONTACTED", _("Contacted")
        APPOINTMENT = "APPOINTMENT", _("Appointment")
        UNDER_CONTRACT = "UNDER_CONTRACT", _("Under contract")
        NOT_INTERESTED = "NOT_INTERESTED", _("Not interested")
        CLOSED = "CLOSED", _("Closed")
        DEAD = "DEAD", _("Dead")

    lead_id = models.CharField(max_length=LABEL_MAX_LENGTH, unique=True)
    first_name = models.CharField(max_length=LABEL_MAX_LENGTH, blank=True)
    last_name = models.CharField(max_length=LABEL_MAX_LENGTH, blank=True)
    phone = models.CharField(max_length=16, blank=True, help_text=_("E.164, such as +14165550123"))
    phone_is_wrong = models.BooleanField(default=False, help_text=_("somebody said that it is another person's"))
    email = models.EmailField(_("e-mail"), blank=True)
    email_is_wrong = models.BooleanField(
        _("e-mail is wrong"), default=False, help_text=_("somebody said that it is another person's")
    )
    # Personal, and stored nowhere else. A number stays wrong when a file brings it again.
    wrong_contacts = models.JSONField(default=list, blank=True, help_text=_("numbers and addresses of somebody else"))
    address = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True)
    postal_code = models.CharField(max_length=7, blank=True, help_text=_("such as M5V 2T6"))
    province = models.CharField(max_length=2, choices=Province)
    market = models.CharField(max_length=WORD_MAX_LENGTH, default=ALL)
    language = models.CharField(max_length=2, choices=Language, default=Language.EN)
    role = models.CharField(max_length=9, choices=Role, default=Role.HOMEOWNER, help_text=_("as what we speak to the lead"))
    zone = models.CharField(
        "time zone", max_length=40, choices=ZONE_CHOICES, blank=True, help_text=_("only where it is known for certain")
    )
    score = models.DecimalField(max_digits=5, decimal_places=4, null=True, blank=True, help_text=_("from 0 to 1"))
    source = models.CharField(max_length=LABEL_MAX_LENGTH, blank=True)
    status = models.CharField(max_length=14, choices=Status, default=Status.NEW)
    changed_by = models.CharField(max_length=LABEL_MAX_LENGTH)
    user = user_key()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        default_permissions = ("view", "add", "change")
        permissions = [
            ("import_lead", "Can import leads"),
            ("export_lead", "Can export leads"),
            ("view_any_lead", "Can read about leads and tasks that are not its own"),
            ("erase_person", "Can erase a person"),
            ("export_person", "Can export what is on file about a person"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(lead_id=""), name="lead_id_not_blank"),
            models.CheckConstraint(condition=Q(province__in=Province.values), name="lead_province"),
            models.CheckConstraint(
                condition=Q(score__isnull=True) | Q(score__gte=Decimal(0), score__lte=Decimal(1)), name="lead_score_0_to_1"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="lead_role"),
        ]
        indexes = [
            models.Index(
                fields=["phone"], condition=~Q(phone=""), name="lead_phone"
            ),  # the sender of an inbound message, and the admin's search
            models.Index(fields=["email"], condition=~Q(email=""), name="lead_email"),
            models.Index(fields=["province", "market", "-id"], name="lead_place"),  # leads?province=&market=
            models.Index(fields=["created_at"], name="lead_created"),  # Today: the leads that came in some days
        ]
        verbose_name_plural = _("leads")

    def __str__(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or self.lead_id


def lead_key(related_name: str) -> "models.ForeignKey[Any, Any]":
    """Return a foreign key to `Lead.lead_id` without a database constraint: a row may name a lead that is not on file.

    `row.lead` raises DoesNotExist if there is no such lead; if the row was read with `select_related`, it is None.
    """
    return models.ForeignKey(
        Lead,
        to_field="lead_id",
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        null=True,
        blank=True,
        related_name=related_name,
    )


class LeadReopening(SignedModel, AppendOnlyModel):
    """The fact that somebody reopened a lead that was CLOSED or DEAD, with a reason."""

    lead = lead_key("reopenings")
    status_before = models.CharField(max_length=14, choices=Lead.Status)
    status_after = models.CharField(max_length=14, choices=Lead.Status)
    reason = WordedField(max_length=NOTE_MAX_LENGTH, blank=True)

    class Meta(AppendOnlyModel.Meta):
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["lead", "-id"], name="leadreopening_lead"),  # a lead's page
            models.Index(fields=["correlation_id", "created_at", "id"], name="leadreopening_trace"),  # kpi.trace
        ]
        verbose_name = _("reopening of a lead")
        verbose_name_plural = _("reopenings of leads")

    def __str__(self) -> str:
        states = {"before": self.get_status_before_display(), "after": self.get_status_after_display()}
        return gettext("%(before)s to %(after)s") % states


class LeadReopeningWords(StoredWords):
    """The reason that was given for a reopening. This row is deleted when the person is erased."""

    reopening = models.OneToOneField(LeadReopening, primary_key=True, on_delete=models.PROTECT, related_name="words")
    reason = models.CharField(max_length=NOTE_MAX_LENGTH)

    class Meta:
        verbose_name_plural = _("lead reopening words")
