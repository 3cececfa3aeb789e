"""The endpoints for opt-outs, the internal do-not-call list and lifts, below `/api/governance/contact`."""

from dataclasses import replace
from typing import Any

from rest_framework.request import Request

from governance import people
from governance.channels import Channel
from governance.ledger.api.records import RecordedOut, RecordOut, records_out
from governance.ledger.api.who import NUMBERS_MAX, VALUE_MAX, WHO, ChannelParams, require_somebody, with_points
from governance.ledger.opt_outs import lift_opt_out, record_do_not_call, record_opt_out
from governance.ledger.points import channels_of
from governance.ledger.who import meant, of_person
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ApiViewSet, act
from wholesale.plumbing.facts import noted
from wholesale.plumbing.fields import NoteField
from wholesale.plumbing.received import (
    ReceivedChoiceField,
    ReceivedLabelField,
    ReceivedManyField,
    ReceivedParams,
    ReceivedTextField,
    ReceivedTimeField,
)
from wholesale.plumbing.rendering import Response


class WishParams(ReceivedParams):
    """The parameters of somebody's wish for no more contact. The wish is recorded even if a value cannot be read."""

    lead_id = ReceivedLabelField(required=False, help_text="it binds the lead, its phone number and its address")
    buyer_id = ReceivedLabelField(required=False, help_text="it binds the buyer alike")
    actor = ReceivedLabelField(required=False, help_text="default: your user name")
    said_at = ReceivedTimeField(required=False, help_text="default: now; also where it is in the future or cannot be read")
    evidence = ReceivedTextField(required=False)
    reason = ReceivedTextField(required=False, help_text="values that could not be read are added to it")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        require_somebody(self, attrs)
        return attrs


class OptOutParams(WishParams):
    """The parameters of an opt-out to record: somebody wants no more contact by one channel, or by every channel."""

    phone = ReceivedTextField(longest=VALUE_MAX, required=False, help_text="one that cannot be read is kept as it came")
    email = ReceivedTextField(longest=VALUE_MAX, required=False, help_text="one that cannot be read is kept as it came")
    channel = ReceivedChoiceField(
        choices=Channel.choices,
        required=False,
        help_text="default: every channel; also where it cannot be read or reaches none of the persons named",
    )


class LiftParams(ChannelParams):
    """The parameters of a lift: the person and the channel whose opt-outs were recorded by mistake."""

    reason = NoteField()
    evidence = NoteField(default="")


class DoNotCallParams(WishParams):
    """The parameters with the lead or buyer and the numbers to put on the internal do-not-call list."""

    phone = ReceivedTextField(longest=VALUE_MAX, required=False, help_text="one that cannot be read is kept as it came")
    phones = ReceivedManyField(longest=VALUE_MAX, required=False, max_length=NUMBERS_MAX)


def wish(act: Act, *, unreadable: dict[str, str], **params: Any) -> dict[str, Any]:
    """The keywords for a service that records a wish. Contact points replace ids, numbers and the address. If
    the channel reaches none of them, the wish is for every channel. The reason names the `unreadable` values."""
    said = meant(**{name: params.pop(name) for name in WHO if name in params})
    channel = params.get("channel")
    if channel and not any(channel in channels_of(point) for point in (*said.points, *said.unreadable)):
        unreadable["channel"] = params.pop("channel")
    return {**params, **said._asdict(), "act": replace(act, reason=noted(act.reason, unreadable))}


class WishViewSet(ApiViewSet):
    """The endpoints for opt-outs, the internal do-not-call list and lifts."""

    permissions = {
        "opt_outs": "governance.record_opt_out",
        "do_not_call": "governance.record_opt_out",
        "lift": "governance.lift_opt_out",
    }
    receiving = frozenset({"opt_outs", "do_not_call"})

    @act("opt-outs", OptOutParams, {201: RecordOut(many=True)})
    def opt_outs(self, request: Request, act: Act, **params: Any) -> Response:
        """Record an opt-out. From then on contact by the channel is refused; if no channel is given, all contact is. With a
        `lead_id` or a `buyer_id` it binds the person, so contact by the person's next number is refused too."""
        return records_out(record_opt_out(**wish(act, **params)), status=201)

    @act("do-not-call", DoNotCallParams, {201: RecordedOut})
    def do_not_call(self, request: Request, act: Act, **params: Any) -> Response:
        """Put people and numbers on the internal do-not-call list: calls to them are refused."""
        written = record_do_not_call(**wish(act, **params))
        return Response({"recorded": len(written)}, status=201)

    @act("opt-outs/lift", LiftParams, RecordOut(many=True))
    def lift(self, request: Request, act: Act, **params: Any) -> Response:
        """Correct a mistake: lift a person's opt-outs and do-not-call entries. If there are none, nothing is written."""
        asked = [(people.LEAD, params.pop("lead_id", "")), (people.BUYER, params.pop("buyer_id", ""))]
        meant_by = with_points(params)
        for kind, person_id in asked:
            meant_by["points"] += of_person(kind, person_id) if person_id else []
        return records_out(lift_opt_out(**meant_by, act=act), status=200)
