"""The administrative reply."""

from collections.abc import Sequence

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from followups.leads.inbound.models import InboundWord
from followups.leads.models import lead_key
from governance.channels import Channel
from wholesale.plumbing.signed import user_key
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH

TEXT_MAX_LENGTH = 1600  # ten segments of a text message


class AdministrativeReply(models.Model):
    """Our answer to a message such as HELP or STOP. It offers nothing, so it is also sent to somebody who opted out.

    The number or address is stored only in the contact point, so that erasing the person removes it here too.
    Sources: CWTA short code handbook 3.9 (keywords are answered, free, in the language asked); SOR/2013-221 s. 3(b)
    (a reply to a request needs no consent).
    """

    class Kind(models.TextChoices):
        """The kinds of administrative replies, by the message that they answer."""

        HELP = "HELP", _("Somebody asked who we are")
        OPT_OUT = "OPT_OUT", _("Somebody opted out: one confirmation")

    kind = models.CharField(max_length=7, choices=Kind)
    message = models.OneToOneField("followups.InboundMessage", on_delete=models.PROTECT, related_name="reply")
    lead = lead_key("administrative_replies")
    point = models.ForeignKey("governance.ContactPoint", on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=5, choices=Channel)
    language = models.CharField(
        max_length=3, choices=InboundWord.Language, help_text=_("“any” stands for English and French")
    )
    text = models.CharField(max_length=TEXT_MAX_LENGTH)
    due_at = models.DateTimeField(help_text=_("at once: when the message was recorded"))
    correlation_id = models.CharField(max_length=LABEL_MAX_LENGTH)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    sent_by = models.CharField(max_length=LABEL_MAX_LENGTH, blank=True)
    sent_user = user_key()
    sent_against = models.JSONField(default=list, help_text=_("the reasons that stood against it when it was sent"))
    against: Sequence[str] = ()  # not a column: the refusal reasons, if the reader asked for them

    class Meta:
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("send_administrativereply", "Can say that an administrative reply was sent")]
        constraints = [
            # Several requests before the answer is sent get one answer: two machines must not answer each other for ever.
            models.UniqueConstraint(
                fields=["point", "kind", "channel", "language"],
                condition=Q(sent_at__isnull=True),
                name="administrativereply_waits_once",
            ),
            models.CheckConstraint(condition=Q(channel__in=("SMS", "EMAIL")), name="administrativereply_written"),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True, sent_by="") | (Q(sent_at__isnull=False) & ~Q(sent_by="")),
                name="administrativereply_sent_by",
            ),
        ]
        indexes = [
            # Serves replies?sent=false.
            models.Index(fields=["-id"], condition=Q(sent_at__isnull=True), name="administrativereply_waiting"),
            models.Index(fields=["lead", "-id"], name="administrativereply_lead"),  # replies?lead_id=
            models.Index(fields=["correlation_id", "created_at", "id"], name="administrativereply_trace"),  # kpi.trace
        ]
        verbose_name = _("administrative reply")
        verbose_name_plural = _("administrative replies")

    def __str__(self) -> str:
        return self.get_kind_display()
