"""The endpoints `/api/followups/inbound`."""

from collections.abc import Sequence
from typing import Any

import django_filters
from rest_framework import serializers
from rest_framework.request import Request

from followups.leads.inbound import services
from followups.leads.inbound.bodies import PARSERS
from followups.leads.inbound.decisions import decide_inbound
from followups.leads.inbound.models import InboundDecision, InboundMessage, InboundWord
from followups.leads.inbound.opt_outs import Recorded
from followups.leads.inbound.parameters import InboundParams
from followups.leads.inbound.rules import DECIDED, Meaning
from governance.channels import Channel
from governance.policies_api import out_of
from wholesale.plumbing import correlation, filters
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import (
    ROW_ID,
    ApiViewSet,
    ResourceViewSet,
    RowSerializer,
    SignedSerializer,
    act,
    ask,
    path_id,
)
from wholesale.plumbing.fields import IdField, JsonField, NoteField, StrictIntegerField, UpperChoiceField
from wholesale.plumbing.listing import Computed, Rows
from wholesale.plumbing.params import ActParams, Params, is_empty, merged
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.schema import example


class DecideParams(ActParams):
    """The parameters of a person's decision about a doubtful message."""

    meaning = UpperChoiceField(choices=DECIDED)
    reason = NoteField()


class InboundRecordedOut(serializers.Serializer[Any]):
    """A recorded message and its consequences, as the API returns them."""

    id = IdField(read_only=True)
    meaning = serializers.ChoiceField(Meaning.choices)
    opted_out_channels = serializers.ListField(child=serializers.ChoiceField(Channel.choices))
    cancelled_steps = StrictIntegerField()
    held = serializers.BooleanField(help_text="whether contact with the sender is stopped until a person decides")
    altered = serializers.ListField(child=serializers.CharField(), help_text="codes of what was not kept as sent")


def shown(recorded: Recorded) -> dict[str, Any]:
    """Return the answer body for a recorded or decided message."""
    message = recorded.message
    return {
        "id": message.pk,
        "meaning": message.decided_as or message.meaning,
        "opted_out_channels": recorded.opted_out_channels,
        "cancelled_steps": recorded.cancelled_steps,
        "held": recorded.is_held,
        "altered": message.altered,
    }


class DecisionOut(RowSerializer):
    """A person's decision about a message, as the API returns it."""

    class Meta:
        model = InboundDecision
        fields = ("meaning", "reason", "actor", "correlation_id", "created_at")


class InboundOut(SignedSerializer):
    """An inbound message, as the API returns it."""

    decisions = DecisionOut(many=True, read_only=True, help_text="persons' decisions, oldest first; the last one counts")
    computed = {"decisions": Computed(("id",), lambda _: [])}  # `InboundViewSet.filled` adds them
    altered = JsonField(read_only=True, help_text="codes of what was not kept as sent")
    as_sent = JsonField(read_only=True, help_text="the parameters that could not be read, as sent")

    class Meta:
        model = InboundMessage
        fields = (
            "id",
            "lead_id",
            "channel",
            "text",
            "altered",
            "as_sent",
            "meaning",
            "received_at",
            "actor",
            "user",
            "correlation_id",
            "created_at",
            "decided_as",
            "decided_reason",
            "decided_by",
            "decided_at",
            "decisions",
        )


_DECISIONS = Rows(
    DecisionOut, lambda ids: InboundDecision.objects.filter(message__pk__among=ids).order_by("id"), also=("message_id",)
)
WordOut = out_of(InboundWord, "Word")
_WORDS = Rows(WordOut, InboundWord.objects.all)


class InboundFilter(django_filters.FilterSet):
    """The query parameters that filter the list of inbound messages."""

    lead_id = filters.label()
    channel = filters.choice(Channel.choices)
    meaning = filters.choice(Meaning.choices)
    decided = filters.FlagFilter(field_name="decided_at", lookup_expr="isnull", exclude=True)
    correlation_id = filters.label()
    since = filters.since("received_at")
    until = filters.until("received_at")


class InboundViewSet(ResourceViewSet):
    """The endpoints of inbound messages. The list shows the newest first."""

    queryset = InboundMessage.objects.all()
    serializer_class = InboundOut
    filterset_class = InboundFilter
    permissions = {
        "create": "followups.record_inbound",
        "decide": "followups.decide_inbound",
    }
    receiving = frozenset({"create"})

    def filled(self, rows: Sequence[dict[str, Any]]) -> Sequence[dict[str, Any]]:
        """Add the decisions about these messages."""
        decisions = {row["id"]: row["decisions"] for row in rows}
        for decision in _DECISIONS.dicts(ids=decisions) if decisions else ():
            decisions[decision.pop("message_id")].append(decision)
        return rows

    def get_parsers(self) -> list[Any]:
        """Return the lenient parsers if the request records an inbound message, else the usual parsers."""
        method = (getattr(self.request, "method", None) or "").lower()
        is_receiving = self.action_map and self.action_map.get(method) in self.receiving
        return [parser() for parser in PARSERS] if is_receiving else super().get_parsers()

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Choose the format of the answer. With `force`, JSON answers a request for an unknown format, instead of a refusal.
        A request that records a message is always forced, because it must not be refused."""
        return super().perform_content_negotiation(request, force=force or self.is_receiving)

    @act(
        None,
        InboundParams,
        {201: InboundRecordedOut},
        examples=[example("The word that stops", {"phone": "+14165550123", "channel": "SMS", "text": "STOP"})],
    )
    def create(self, request: Request, *, act: Act, **params: Any) -> Response:
        """Record what a lead sent. An opt-out counts at once and cancels the open ladder. A doubtful message stops contact
        with its sender until a person decides. Only a message that names no sender is refused."""
        if self.is_key_ignored:
            params["altered"].append("idempotency_key_ignored")
        if _is_correlation_changed(request):
            params["altered"].append("correlation_id_replaced")
        return Response(shown(services.record_inbound(**params, act=act)), status=201)

    @act(f"{ROW_ID}/decide", DecideParams, InboundRecordedOut, parameters=[path_id("message")])
    def decide(self, request: Request, id: str, meaning: str, act: Act) -> Response:
        """Say what a doubtful message means. Repeating a decision changes nothing. RESUME lifts the opt-outs of the
        message's channel and needs the permission to lift them. An operator may turn a REPLY or a RESUME into an OPT_OUT.
        An OPT_OUT cannot be decided otherwise: lift the opt-out instead."""
        return Response(shown(decide_inbound(int(id), meaning, act=act)))


def _is_correlation_changed(request: Request) -> bool:
    """Whether the request gave a correlation id, but the rows that it writes get another correlation id."""
    given = merged(request).get("correlation_id")
    given = request.headers.get(correlation.HEADER, "").strip() if given is None or is_empty(given) else given
    return given != "" and (not isinstance(given, str) or given.strip() != correlation.current())


class WordViewSet(ApiViewSet):
    """The endpoint of the table of inbound words."""

    permissions = {"words": "followups.view_inboundword"}

    @ask("words", Params, WordOut(many=True))
    def words(self, request: Request) -> Response:
        """List the words and phrases that decide what an inbound message means, with the meaning of each."""
        return Response(_WORDS.dicts())
