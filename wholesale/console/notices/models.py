"""The tables of notices. They hold no word that somebody wrote and nothing of a lead, so an erasure has nothing to do here.

The sentence of a notice is made when it is shown, in the language of whoever reads it (`words.py`).
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH


class NoticeKind(models.TextChoices):
    """The kinds of facts that users are told of."""

    KILL_SWITCH = "KILL_SWITCH", _("Kill switch")
    TRIPWIRE = "TRIPWIRE", _("Tripwire went off")
    RUNBOOK = "RUNBOOK", _("Runbook blocks go-live")
    SLA = "SLA", _("Breach of the SLA")
    REPLY = "REPLY", _("Reply waits")
    IMPORT = "IMPORT", _("Import finished")


class NoticeWay(models.TextChoices):
    """The ways in which a user may be told of a kind."""

    BOTH = "BOTH", _("In the app and by e-mail")
    APP = "APP", _("In the app")
    MAIL = "MAIL", _("By e-mail")
    OFF = "OFF", _("Not at all")


class Notice(models.Model):
    """What a user is told of a kind: all facts of a quarter of an hour together, so that a storm of facts is one notice.

    If further facts of that time are found later, they are counted too, and the notice is unread again.
    """

    class Mail(models.TextChoices):
        """What became of the e-mail with the notice."""

        NONE = "NONE", _("None is wanted")
        WAITING = "WAITING", _("Waits")
        FAILED = "FAILED", _("Failed, and is tried again")
        SENT = "SENT", _("Sent")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=11, choices=NoticeKind)
    slot = models.DateTimeField(help_text="the quarter of an hour of its facts: its first instant")
    count = models.PositiveIntegerField(help_text="how many facts")
    at = models.DateTimeField(help_text="of the last fact")
    about = models.CharField(max_length=LABEL_MAX_LENGTH, blank=True, help_text="the last fact: an id or a code, no name")
    in_app = models.BooleanField(help_text="whether the bell counts it; else it goes by e-mail alone")
    mail = models.CharField(max_length=7, choices=Mail)
    tried_at = models.DateTimeField(null=True, help_text="when an e-mail with it was last sent, or could not be sent")
    read_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at", "-id"]
        default_permissions = ()
        permissions = [("oversee", "Can be told of what concerns everybody")]
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "slot"], name="notice_once"),
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="notice_kind"),
            models.CheckConstraint(condition=Q(count__gt=0), name="notice_of_something"),
        ]
        indexes = [
            models.Index(fields=["user"], condition=Q(read_at__isnull=True, in_app=True), name="notice_unread"),  # the bell
            models.Index(fields=["user", "-at", "-id"], name="notice_list"),  # the page of notices
            models.Index(fields=["user"], condition=Q(mail__in=("WAITING", "FAILED")), name="notice_unsent"),  # the e-mails
        ]
        verbose_name = _("notice")
        verbose_name_plural = _("notices")

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.slot}"


class NoticeChoice(models.Model):
    """How a user wants to be told of a kind. Without a row the default of the user's role holds (`choices.py`)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=11, choices=NoticeKind)
    way = models.CharField(max_length=4, choices=NoticeWay)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "kind"], name="noticechoice_once"),
            models.CheckConstraint(condition=Q(kind__in=NoticeKind.values), name="noticechoice_kind"),
            models.CheckConstraint(condition=Q(way__in=NoticeWay.values), name="noticechoice_way"),
        ]
        verbose_name_plural = _("notice choices")

    def __str__(self) -> str:
        return f"{self.user_id} {self.kind} {self.way}"


class NoticeWatch(models.Model):
    """How far the look for facts has come. A look locks the table's only row, so only one look runs at a time."""

    looked_until = models.DateTimeField(null=True)
    blockers = models.JSONField(default=dict, help_text="checks that block go-live -> since when (ISO 8601, UTC)")

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(id=1), name="noticewatch_one_row")]
        verbose_name_plural = _("notice watches")

    def __str__(self) -> str:
        return gettext("Notices")
