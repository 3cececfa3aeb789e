"""The admin of inbound messages. A person decides doubtful messages here."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.formats import localize
from django.utils.text import Truncator
from unfold.decorators import display

from followups.leads.inbound.authors import WHO
from followups.leads.inbound.decisions import decide_inbound, may_overrule, undecided
from followups.leads.inbound.models import InboundDecision, InboundMessage
from followups.leads.inbound.rules import Meaning
from governance.gate.ledger import ContactPoint
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import GrowingAdmin, Question, ReadOnlyInline, asking
from wholesale.plumbing.admin_parts import DANGER, SUCCESS, SinceFilter, StateFilter, allowed, button, column

EXCERPT = 80  # characters of a message in a list
WAITING = "Waits for a person"
SHOWN = {
    WAITING: "warning",
    "Opt-out": "danger",
    "Reply": "info",
    "Wants contact again": "success",
    "Asks who we are": "info",
}


class MeaningFilter(StateFilter):
    """The list's filter by meaning. By default it shows messages that wait for a decision; a partial index serves this."""

    title = "meaning"
    parameter_name = "meaning"
    states = {
        "": (WAITING, undecided()),
        "opt_out": ("Opt-out", Q(meaning=Meaning.OPT_OUT) | Q(decided_as=Meaning.OPT_OUT)),
        "reply": ("Reply", Q(meaning=Meaning.REPLY) | Q(decided_as=Meaning.REPLY)),
        "resume": ("Wants contact again", Q(decided_as=Meaning.RESUME)),
        "help": ("Asks who we are", Q(meaning=Meaning.HELP)),
        "decided": ("Decided by a person", Q(decided_at__isnull=False)),
        "all": ("All", Q()),
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
    search_help_text = "Lead id or correlation id, in full"
    inlines = (DecisionInline,)
    actions_detail = ("as_opt_out", "as_reply", "as_resume")
    fieldsets = (
        ("Message", {"fields": (("who", "channel"), "received_at", "text", ("means", "meaning"), ("altered", "as_sent"))}),
        ("Who and when", {"fields": (("actor", "user"), ("created_at", "correlation_id"))}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("lead").prefetch_related("subjects")

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        return ("-id",) if request.GET.get("meaning") else ("id",)

    @display(description="Means", label=SHOWN)
    def means(self, message: InboundMessage) -> str:
        """What the message means: what a person decided, or else what the rules read from its text."""
        if message.decided_as:
            return str(message.get_decided_as_display())
        return WAITING if message.meaning == Meaning.DOUBTFUL else str(message.get_meaning_display())

    @display(description="From", empty_value="unknown")
    def who(self, message: InboundMessage) -> str | None:
        """The sender: the lead, and the number or address. Values that could not be read are shown as sent."""
        lead = f"{message.lead} ({message.lead_id})" if message.lead else message.lead_id
        points = [str(point) for point in message.subjects.all() if point.kind != ContactPoint.Kind.LEAD]
        unread = [f"{name} {message.as_sent[name]!r}" for name in WHO if name in message.as_sent]
        return ", ".join(filter(None, (lead, *points, *unread))) or None

    excerpt = column("Text", lambda message: Truncator(message.text).chars(EXCERPT))

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

    @button("It is an opt-out...", "decide", icon="block", variant=DANGER)
    @asking
    def as_opt_out(self, request: HttpRequest, message: Any) -> Question:
        """Decide that the message is an opt-out, after a page that asks why."""
        return self._asked(
            request,
            message,
            Meaning.OPT_OUT,
            title="Take this message as an opt-out",
            explanation="The message's channel is closed for that number or address, from the time when the message came. "
            "The open ladder of every lead who is reached there is cancelled.",
            button="It is an opt-out",
            danger=True,
        )

    @button("It is a reply...", "decide", icon="reply", variant=SUCCESS)
    @asking
    def as_reply(self, request: HttpRequest, message: Any) -> Question:
        """Decide that the message is a reply, after a page that asks why."""
        return self._asked(
            request,
            message,
            Meaning.REPLY,
            title="Take this message as a reply",
            explanation="Nothing is closed. The hold ends, and the lead's ladder goes on.",
            button="It is a reply",
        )

    @button("They want contact again...", "resume", icon="replay")
    @asking
    def as_resume(self, request: HttpRequest, message: Any) -> Question:
        """Decide that the sender wants contact again and lift the opt-out, after a page that asks why."""
        return self._asked(
            request,
            message,
            Meaning.RESUME,
            title="Take this message as a wish to be contacted again",
            explanation="The opt-out of the message's channel is lifted for that number or address and for the lead, "
            "with this message as evidence. Other channels stay closed.",
            button="Lift the opt-out",
        )

    def _asked(self, request: HttpRequest, message: InboundMessage, as_: str, **page: Any) -> Question:
        def act(reason: str) -> str:
            recorded = decide_inbound(message.pk, as_, act=Act.by(request.user, reason=reason))
            self.log_change(request, recorded.message, f"Decided: {Meaning(as_).label}.")
            return f"Decided: {Meaning(as_).label}. Steps cancelled: {recorded.cancelled_steps}."

        return Question(
            act,
            table={
                "headers": ["From", "Channel", "Received", "Text"],
                "rows": [
                    [self.who(message), message.get_channel_display() or "?", localize(message.received_at), message.text],
                ],
            },
            then=reverse("admin:followups_inboundmessage_changelist"),
            **page,
        )
