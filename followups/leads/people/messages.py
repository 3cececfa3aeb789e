"""Forgetting what erased persons wrote to us."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from followups.leads.inbound.decisions import decide_inbound
from followups.leads.inbound.models import InboundDecisionWords, InboundMessage
from followups.leads.inbound.rules import Meaning
from followups.leads.inbox.models import InboxItem
from followups.leads.replies.models import AdministrativeReply
from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Envelope

ERASED = "erased"


def erase_messages(messages: QuerySet[InboundMessage], act: Act) -> tuple[int, int]:
    """Empty these messages. Return how many had a text, and how many reasons of decisions were erased.

    An undecided doubtful message becomes an opt-out, because nobody can decide it without its text. An answer that was not
    sent is deleted, so that it does not go out.
    """
    for message in messages.filter(meaning=Meaning.DOUBTFUL, decided_at__isnull=True).order_by("pk"):
        decide_inbound(message.pk, Meaning.OPT_OUT, act=act.because(ERASED))
    decisions = InboundDecisionWords.objects.filter(decision__message__in=messages.values("pk")).delete()[0]
    AdministrativeReply.objects.filter(message__in=messages.values("pk"), sent_at__isnull=True).delete()
    count = messages.exclude(text="", as_sent={}).count()
    messages.update(text="", as_sent={}, decided_reason="")
    return count, decisions


def on_points_forgotten(envelopes: Sequence[Envelope], **kwargs: Any) -> None:
    """Receiver: forget the messages of unknown senders from the numbers and addresses of an erased person."""
    for told in envelopes:
        points = [point.pk for point in told.facts["points"]]
        unnamed = InboundMessage.objects.filter(lead__isnull=True, subjects__in=points).values("pk")
        messages = InboundMessage.objects.filter(pk__in=list(unnamed.values_list("pk", flat=True)))
        erase_messages(messages, told.act)
        InboxItem.objects.filter(message__in=messages.values("pk")).update(detail="", done_reason="")
