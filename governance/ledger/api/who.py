"""The parameters that say whom a request is about."""

from collections.abc import Iterable
from typing import Any

from rest_framework.exceptions import ValidationError

from governance import gate
from governance.channels import Channel
from governance.ledger.points import Point, points_of
from governance.ledger.who import reaching
from wholesale.plumbing.fields import EmailAddressField, LabelField, UpperChoiceField
from wholesale.plumbing.params import ActParams, Params
from wholesale.plumbing.phones import e164

NUMBERS_MAX = 10_000  # in one call
VALUE_MAX = 254  # the most characters of a number or an address that cannot be read
WHO = ("lead_id", "buyer_id", "phone", "phones", "email")  # the parameters that say whom it is about


class PhoneField(LabelField):
    """A field for a phone number. The value becomes E.164; a number without a country code is taken as Canadian."""

    default_error_messages = {"invalid_phone": "Must be a phone number with its area code, such as +14165550123."}

    def to_internal_value(self, data: Any) -> str:
        try:
            return e164(super().to_internal_value(data))
        except ValueError:
            self.fail("invalid_phone")


class WhoParams(ActParams):
    """The parameters that say whom a request is about: a lead or a buyer, numbers, addresses. Of several all count."""

    lead_id = LabelField(required=False, help_text="a lead that we know: its phone number and its address count")
    buyer_id = LabelField(required=False, help_text="instead of lead_id: a buyer that we know")
    phone = PhoneField(required=False, help_text="Canadian where it names no country")
    email = EmailAddressField(required=False)
    actor = LabelField(required=False, help_text="default: your user name")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        require_somebody(self, attrs)
        require_one_person(attrs)
        return attrs


def require_one_person(attrs: dict[str, Any]) -> None:
    """Refuse a request that names both a lead and a buyer.

    Raises:
        ValidationError: both `lead_id` and `buyer_id` are given.

    """
    if "lead_id" in attrs and "buyer_id" in attrs:
        raise ValidationError({"buyer_id": ["Give either lead_id or buyer_id."]}, code="invalid")


def require_somebody(params: Params, attrs: dict[str, Any]) -> None:
    """Refuse a request that names no lead, no buyer, no number and no address.

    Raises:
        ValidationError: none of the parameters that can name somebody is given.

    """
    named = [name for name in WHO if name in params.fields]
    if not any(attrs.get(name) for name in named):
        raise ValidationError({named[0]: [f"Give one of {', '.join(named)}."]}, code="required")


class ChannelParams(WhoParams):
    """The parameters that say whom a request is about, and by which channel."""

    channel = UpperChoiceField(choices=Channel.choices, required=False, help_text="default: every channel")


def with_points(params: dict[str, Any]) -> dict[str, Any]:
    """The parameters with contact points (`points`) in place of the person's id, the numbers and the address. The id stands
    for the person's number and address."""
    who = {name: params.pop(name) for name in WHO if name in params}
    return {**params, "points": _points(**who)}


def _points(
    lead_id: str = "", buyer_id: str = "", phone: str = "", email: str = "", phones: Iterable[str] = ()
) -> list[Point]:
    points = points_of(phone=phone, email=email)
    for number in phones:
        points += points_of(phone=number)
    for kind, person_id in ((gate.LEAD, lead_id), (gate.BUYER, buyer_id)):
        if person_id:
            points += reaching(gate.known_person(kind, person_id))
    return points
