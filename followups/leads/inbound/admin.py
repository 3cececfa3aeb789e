"""The admin of inbound messages. A person decides doubtful messages here."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import Truncator, format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from followups.leads.inbound.authors import WHO
from followups.leads.inbound.decisions import decide_inbound, may_overrule, undecided
from followups.leads.inbound.models import InboundDecision, InboundMessage
from followups.leads.inbound.rules import Meaning
from governance.gate.ledger import ContactPoint
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import GrowingAdmin, ReadOnlyInline
from wholesale.plumbing.admin_parts import DANGER, SUCCESS, Colours, SinceFilter, StateFilter, allowed, button, column
from wholesale.plumbing.admin_questions import Question, asking
from wholesale.plumbing.showing import shown_time

EXCERPT = 80  # characters of a message in a list
WAITING = _("Waits for a person")
SHOWN = {
    WAITING: "warning",
    _("Opt-out"): "danger",
    _("Reply"): "info",
    _("Wants contact again"): "success",
    _("Asks who we are"): "info",
}


class MeaningFilter(StateFilter):
    """The list's filter by meaning. By default it shows messages that wait for a decision; a partial index serves this."""

    title = _("meaning")
    parameter_name = "meaning"
    states = {
        "": (WAITING, undecided()),
        "opt_out": (_("Opt-out"), Q(meaning=Meaning.OPT_OUT) | Q(decided_as=Meaning.OPT_OUT)),
        "reply": (_("Reply"), Q(meaning=Meaning.REPLY) | Q(decided_as=Meaning.REPLY)),
        "resume": (_("Wants contact again"), Q(decided_as=Meaning.RESUME)),
        "help": (_("Asks who we are"), Q(meaning=Meaning.HELP)),
        "decided": (_("Decided by a person"), Q(decided_at__isnull=False)),
        "all": (_("All"), Q()),
    }


class DecisionInline(ReadOnlyInline):
    """The table on a message's page that shows what persons decided about the message, and why."""

    model = InboundDecision
    fields = ("created_at", "meaning", "reason", "actor")


@admin.register(InboundMessage)
class InboundMessageAdmin(GrowingAdmin):
    """The admin pages of inbound messages. By default the list shows those that wait for a decision, the oldest on top."""

    list_display = ("id", "received_at", "means", "channel", "who", "excerpt")
    list_display_links = ("id", "received_at")
    list_filter = (MeaningFilter, "channel", SinceFilter)
    list_select_related = False
    search_fields = ("lead_id__exact", "correlation_id__exact")
    search_help_text = _("Lead id or correlation id, in full")
    inlines = (DecisionInline,)
    actions_detail = ("as_opt_out", "as_reply", "as_resume")
    fieldsets = (
        (
            _("Message"),
            {"fields": (("who", "channel"), "received_at", "text", ("means", "meaning"), ("altered", "as_sent"))},
        ),
        (_("Who and when"), {"fields": (("actor", "user"), ("created_at", "correlation_id"))}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("lead").prefetch_related("subjects")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("-id",) if request.GET.get("meaning") else ("id",)

    @display(description=_("Meaning"), label=Colours(SHOWN))
    def means(self, message: InboundMessage) -> str:
        """What the message means: what a person decided, or else what the rules read from its text."""
        if message.decided_as:
            return str(message.get_decided_as_display())
        return str(WAITING) if message.meaning == Meaning.DOUBTFUL else str(message.get_meaning_display())

    @display(description=_("From"), empty_value=_("unknown"))
    def who(self, message: InboundMessage) -> str | None:
        """The sender: the lead, and the number or address. Values that could not be read are shown as sent."""
        lead = f"{message.lead} ({message.lead_id})" if message.lead else message.lead_id
        points = [point.shown for point in message.subjects.all() if point.kind != ContactPoint.Kind.LEAD]
        unread = [f"{name} {message.as_sent[name]!r}" for name in WHO if name in message.as_sent]
        return ", ".join(filter(None, (lead, *points, *unread))) or None

    excerpt = column(_("Text"), lambda message: Truncator(message.text).chars(EXCERPT))

    has_decide_permission = allowed("followups.decide_inbound")
    has_resume_permission = allowed("followups.decide_inbound", "governance.lift_opt_out")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        buttons = super().get_actions_detail(request, object_id)
        if undecided().filter(pk=object_id).exists():
            return buttons
        message = InboundMessage.objects.filter(pk=object_id).first()
        if message is None or not may_overrule(message, request.user):
            return []
        return [button for button in buttons if button.action_name.endswith("_as_opt_out")]

    @button(_("It is an opt-out..."), "decide", icon="block", variant=DANGER)
    @asking
    def as_opt_out(self, request: HttpRequest, message: Any) -> Question:
        """Decide that the message is an opt-out, after a page that asks why."""
        return self._asked(
            request,
            message,
            Meaning.OPT_OUT,
            title=gettext("Take this message as an opt-out"),
            explanation=gettext(
                "The message's channel is closed for that number or address, from the time when the message came. "
                "The open ladder of every lead who is reached there is cancelled."
            ),
            button=gettext("It is an opt-out"),
            danger=True,
        )

    @button(_("It is a reply..."), "decide", icon="reply", variant=SUCCESS)
    @asking
    def as_reply(self, request: HttpRequest, message: Any) -> Question:
        """Decide that the message is a reply, after a page that asks why."""
        return self._asked(
            request,
            message,
            Meaning.REPLY,
            title=gettext("Take this message as a reply"),
            explanation=gettext("Nothing is closed. The hold ends, and the lead's ladder goes on."),
            button=gettext("It is a reply"),
        )

    @button(_("They want contact again..."), "resume", icon="replay")
    @asking
    def as_resume(self, request: HttpRequest, message: Any) -> Question:
        """Decide that the sender wants contact again and lift the opt-out, after a page that asks why."""
        return self._asked(
            request,
            message,
            Meaning.RESUME,
            title=gettext("Take this message as a wish to be contacted again"),
            explanation=gettext(
                "The opt-out of the message's channel is lifted for that number or address and for the lead, "
                "with this message as evidence. Other channels stay closed."
            ),
            button=gettext("Lift the opt-out"),
        )

    def _asked(self, request: HttpRequest, message: InboundMessage, as_: str, **page: Any) -> Question:
        def act(reason: str) -> str:
            recorded = decide_inbound(message.pk, as_, act=Act.by(request.user, reason=reason))
            self.log_change(request, recorded.message, format_lazy(_("Decided: {meaning}."), meaning=Meaning(as_).label))
            return gettext("Decided: %(meaning)s. Steps cancelled: %(cancelled_steps)s.") % {
                "meaning": Meaning(as_).label,
                "cancelled_steps": recorded.cancelled_steps,
            }

        is_open = undecided().filter(pk=message.pk).exists()
        may_decide = is_open or (as_ == Meaning.OPT_OUT and may_overrule(message, request.user))
        return Question(
            act,
            idle="" if may_decide else gettext("There is nothing to do: the message is decided."),
            table={
                "headers": [gettext("From"), gettext("Channel"), gettext("Received"), gettext("Text")],
                "rows": [
                    [self.who(message), message.get_channel_display() or "?", shown_time(message.received_at), message.text],
                ],
            },
            then=reverse("admin:followups_inboundmessage_changelist"),
            **page,
        )
