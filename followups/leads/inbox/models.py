"""The inbox item."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from followups.leads.models import lead_key
from wholesale.plumbing.signed import user_key
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH, NOTE_MAX_LENGTH


class InboxItem(models.Model):
    """Something that a person has to look at by a time. It is no task: it is no step of a ladder and asks for no contact."""

    class Kind(models.TextChoices):
        """The kinds of inbox items, by what they are about."""

        MESSAGE = "MESSAGE", _("A doubtful message: is it a wish to be left alone?")
        SENDER = "SENDER", _("A message from a number or address that cannot be read")
        REPLY = "REPLY", _("A lead who answered")

    kind = models.CharField(max_length=7, choices=Kind)
    lead = lead_key("inbox")
    # MESSAGE has a message; SENDER has one if it came in a message; REPLY has the message, or the task whose outcome it was.
    message = models.ForeignKey(
        "followups.InboundMessage", null=True, on_delete=models.PROTECT, related_name="inbox", db_index=False
    )
    task = models.ForeignKey(
        "followups.FollowupTask", null=True, on_delete=models.PROTECT, related_name="inbox", db_index=False
    )
    detail = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True, help_text=_("what nobody could read, as it came"))
    owner = models.CharField(
        max_length=LABEL_MAX_LENGTH, null=True, help_text=_("who looks at it; with no owner, anybody may")
    )
    due_by = models.DateTimeField(help_text=_("by when a person is to have looked at it"))
    created_at = models.DateTimeField()
    correlation_id = models.CharField(max_length=LABEL_MAX_LENGTH)
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=LABEL_MAX_LENGTH, blank=True)
    done_user = user_key()
    done_reason = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True)

    class Meta:
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("close_inboxitem", "Can say that its own and unowned inbox items are done"),
            ("close_any_inboxitem", "Can say that anybody's inbox item is done"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["message", "kind"], condition=Q(message__isnull=False), name="inboxitem_once_a_message"
            ),
            models.UniqueConstraint(fields=["task"], condition=Q(task__isnull=False), name="inboxitem_once_a_task"),
            models.CheckConstraint(
                condition=Q(kind="REPLY", task__isnull=False, message__isnull=True)
                | Q(kind="REPLY", task__isnull=True, message__isnull=False)
                | Q(kind="MESSAGE", task__isnull=True, message__isnull=False)
                | (Q(kind="SENDER", task__isnull=True) & (Q(message__isnull=False) | ~Q(detail=""))),
                name="inboxitem_about_one_thing",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by="") | (Q(done_at__isnull=False) & ~Q(done_by="")),
                name="inboxitem_done_has_doer",
            ),
        ]
        indexes = [
            # Serves inbox?open=true and an operator's page of the inbox, the most urgent first.
            models.Index(fields=["due_by", "id"], condition=Q(done_at__isnull=True), name="inboxitem_open"),
            # An agent's page of the inbox: its own items and nobody's; the replies that stand first in its queue.
            models.Index(fields=["owner", "due_by", "id"], condition=Q(done_at__isnull=True), name="inboxitem_owned"),
            models.Index(fields=["lead", "-id"], name="inboxitem_lead"),  # a lead's page
        ]
        verbose_name = _("inbox item")
        verbose_name_plural = _("inbox items")

    def __str__(self) -> str:
        return self.get_kind_display()
