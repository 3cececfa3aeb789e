"""The parameters of an inbound message, read leniently. Only a message that names no sender is refused."""

from collections.abc import Callable, Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from followups.leads.inbound.authors import WHO
from governance.channels import Channel
from governance.gate.ledger import meant
from wholesale.plumbing.facts import REPLACED, as_text
from wholesale.plumbing.fields import AwareDateTimeField, LabelField, UpperChoiceField
from wholesale.plumbing.params import ActParams, is_empty
from wholesale.plumbing.received import ReceivedLabelField

_AROUND = f"{REPLACED} \n\r\t"


@extend_schema_field({"type": "string"})
class AsItCameField(serializers.Field[Any, Any, Any, Any]):
    """A serializer field that accepts any value and leaves it unchanged."""

    def to_internal_value(self, data: Any) -> Any:
        return data


class InboundParams(ActParams):
    """The parameters of an inbound message. Those that cannot be read are kept as sent, and the answer names them."""

    lead_id = AsItCameField(required=False, help_text="the lead, known or not")
    phone = AsItCameField(required=False, help_text="the sender's number")
    email = AsItCameField(required=False, help_text="the sender's e-mail address")
    channel = AsItCameField(
        required=False, help_text=f"one of {', '.join(Channel.values)}; by any other, an opt-out closes all channels"
    )
    text = AsItCameField(required=False, help_text="may be absent: a picture is a message too")
    received_at = AsItCameField(required=False, help_text="default: now, also for a time that lies ahead or cannot be read")
    correlation_id = ReceivedLabelField(required=False)  # type: ignore[assignment]  # it takes any

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        if not any(_is_given(attrs.get(name)) for name in WHO):
            raise ValidationError({"lead_id": "Say who: lead_id, phone or email."}, code="required")
        return received(attrs)


def received(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments for `record_inbound`. Parameters that cannot be read are in `as_sent`, as text."""
    read: dict[str, Any] = {"text": _text(given.get("text"))}
    altered, as_sent = [], {}
    if not isinstance(given.get("text", ""), str):
        altered.append("text_not_text")
    for name, reader in _READERS.items():
        value = _only(given.get(name))
        if not _is_given(value):
            continue
        try:
            read[name] = reader(value)
        except ValidationError:
            altered.append(f"{name}_unreadable")
            as_sent[name] = as_text(value)
    if as_sent.pop("channel", None) is not None:  # the service marks an unknown channel itself
        altered.remove("channel_unreadable")
        read["channel"] = as_text(_only(given["channel"]))
    return {**read, "altered": altered, "as_sent": as_sent}


def _text(value: Any) -> str:
    """Return the text of the message. If several texts were sent, they become the lines of one text."""
    if isinstance(value, list):
        return "\n".join(as_text(one) for one in value if one is not None)
    return "" if value is None else as_text(value)


def _only(value: Any) -> Any:
    """Return the single value of a list whose items are all equal, or else the value as it is."""
    if isinstance(value, list) and value and all(one == value[0] for one in value):
        return value[0]
    return value


def _is_given(value: Any) -> bool:
    return value is not None and value not in ([], {}) and not is_empty(value)


def _lead_id(value: Any) -> str:
    return LabelField().run_validation(value.strip(_AROUND + "\x00") if isinstance(value, str) else value)


def _phone(value: Any) -> str:
    return _point_of(phone=_plain(value))


def _email(value: Any) -> str:
    return _point_of(email=_plain(value))


def _plain(value: Any) -> str:
    """Return a text or a whole number as text, without invisible characters. Other values raise ValidationError."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise ValidationError
    return "".join(c for c in str(value) if c.isprintable() and c != REPLACED)


def _point_of(**named: str) -> str:
    points = meant(**named).points
    if not points:
        raise ValidationError
    return points[0][1]


_READERS: dict[str, Callable[[Any], Any]] = {
    "lead_id": _lead_id,
    "phone": _phone,
    "email": _email,
    "channel": UpperChoiceField(choices=Channel.choices).run_validation,
    "received_at": AwareDateTimeField().run_validation,
}
