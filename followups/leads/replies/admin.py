"""The admin of administrative replies."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from followups.leads.replies.models import AdministrativeReply
from followups.leads.replies.services import against, mark_reply_sent, waiting
from governance.gate import Reason
from governance.people import LEAD
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import GrowingAdmin
from wholesale.plumbing.admin_parts import SUCCESS, SinceFilter, StateFilter, allowed, button, column, either
from wholesale.plumbing.admin_questions import Question, asking
from wholesale.plumbing.showing import shown_phone

WAITS, SENT = _("Waits"), _("Sent")


class ReplyStateFilter(StateFilter):
    """The list's filter by state. By default it shows unsent replies; a partial index serves this."""

    states = {"": (WAITS, Q(sent_at__isnull=True)), "sent": (SENT, Q(sent_at__isnull=False)), "all": (_("All"), Q())}


def _waits(reply: AdministrativeReply) -> bool:
    return reply.sent_at is None


@admin.register(AdministrativeReply)
class AdministrativeReplyAdmin(GrowingAdmin):
    """The admin pages of administrative replies. By default the list shows those that wait to be sent."""

    list_display = ("id", "state", "kind", "to", "channel", "language", "due_at", "sent_at")
    list_display_links = ("id",)
    list_filter = (ReplyStateFilter, "kind", "channel", SinceFilter)
    list_select_related = False
    search_fields = ("lead_id__exact", "correlation_id__exact")
    search_help_text = _("Lead id or correlation id, in full")
    actions_detail = ("is_sent",)
    fieldsets = (
        (_("Reply"), {"fields": (("kind", "state"), ("to", "channel", "language"), "text", "refused_by")}),
        (_("Why"), {"fields": (("lead_name", "message"), ("due_at", "created_at", "correlation_id"))}),
        (_("Sent"), {"fields": (("sent_at", "sent_by", "sent_user"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[AdministrativeReply]:
        """Return the replies with where they go, and with their leads, which need not be known."""
        return super().get_queryset(request).select_related("point", "lead")

    state = either(_("State"), lambda reply: reply.sent_at, (SENT, "success"), (WAITS, "warning"))
    lead_name = column(_("Lead"), lambda reply: str(reply.lead or reply.lead_id or ""))
    to = column(
        pgettext_lazy("message", "To"),
        lambda reply: shown_phone(reply.point.value) if reply.point.value else None,
        empty_value="erased",
    )

    @display(description=_("Refused by"), empty_value=_("nothing"))
    def refused_by(self, reply: AdministrativeReply) -> str | None:
        """The refusal reasons against sending the reply (now, or when it was sent), in words. None if there are none."""
        codes = reply.sent_against if reply.sent_at else against([waiting(reply)], timezone.now())[0]
        labels = {reason.value: reason.of(LEAD) for reason in Reason}
        return " ".join(labels.get(code, gettext("Nobody knows any more where it would go.")) for code in codes) or None

    has_send_permission = allowed("followups.send_administrativereply")

    @button(_("It was sent..."), "send", icon="send", variant=SUCCESS, path="sent", when=_waits)
    @asking
    def is_sent(self, request: HttpRequest, reply: Any) -> Question:
        """Mark the reply as sent, after a page that shows its text and the refusal reasons against sending it."""

        def act() -> str:
            mark_reply_sent(reply.pk, act=Act.by(request.user))
            self.log_change(request, reply, "Sent.")
            return gettext("It is marked as sent.")

        return Question(
            act,
            form=forms.Form,
            title=gettext("This reply was sent"),
            explanation=gettext("Say so once it has gone out. Nothing is sent by this button."),
            warning=self.refused_by(reply) or "",
            button=gettext("It was sent"),
            table={
                "headers": [pgettext("message", "To"), gettext("Channel"), gettext("Text")],
                "rows": [[self.to(reply) or gettext("erased"), reply.get_channel_display(), reply.text]],
            },
            then=reverse("admin:followups_administrativereply_changelist"),
        )
