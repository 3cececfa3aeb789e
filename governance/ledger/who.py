"""The contact points that a lead's id, a phone number or an e-mail address stands for."""

from collections.abc import Iterable
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from governance import people
from governance.ledger.points import Point, person_point, points_of
from wholesale.plumbing.addresses import one_form
from wholesale.plumbing.facts import CUT, REPLACED
from wholesale.plumbing.phones import e164


def of_person(kind: str, person_id: str) -> list[Point]:
    """The contact points of a person: the person as such and, if the person is known, the numbers and the addresses."""
    known = people.load(kind, [person_id]).get(person_id)
    as_such = person_point(kind, person_id)
    return [*([as_such] if as_such else []), *(reaching(known) if known else [])]


def reaching(person: people.PersonFacts) -> list[Point]:
    """The contact points of a person's numbers and addresses."""
    first = points_of(phone=person.phone, email=person.email)
    return first + points_of(phone=person.second_phone, email=person.second_email)


def number_or_address(text: str) -> list[Point]:
    """The contact point of a phone number or an e-mail address that a person typed.

    Raises:
        ValidationError: the text is neither.

    """
    address = one_form(text)
    if "@" in address:
        validate_email(address)
        return points_of(email=address)
    try:
        return points_of(phone=e164(text))
    except ValueError as error:
        raise ValidationError("Neither a lead that we know nor a buyer, a phone number or an e-mail address.") from error


class Meant(NamedTuple):
    """The contact points that the values of a request stand for, in two lists: from readable values, and from others."""

    points: list[Point]
    unreadable: list[Point]  # ids, numbers and addresses that cannot be read, as they came


def meant(*, lead_id: str = "", buyer_id: str = "", phone: str = "", phones: Iterable[str] = (), email: str = "") -> Meant:
    """The contact points that a request's values stand for. A value that cannot be read is no error: it makes an unreadable
    point."""
    said = Meant([], [])
    for read, texts in ((_lead, [lead_id]), (_buyer, [buyer_id]), (_phone, [phone, *phones]), (_email, [email])):
        for text in filter(None, texts):
            readable, points = read(text.strip(_AROUND) or text)
            (said.points if readable else said.unreadable).extend(points)
    return said


_AROUND = f"{REPLACED} \n\r\t"
_Read = tuple[bool, list[Point]]  # whether it can be read, and what it stands for


def _lead(text: str) -> _Read:
    return _is_whole(text), of_person(people.LEAD, text)


def _buyer(text: str) -> _Read:
    return _is_whole(text), of_person(people.BUYER, text)


def _is_whole(text: str) -> bool:
    return REPLACED not in text and not text.endswith(CUT)


def _phone(text: str) -> _Read:
    try:
        return True, points_of(phone=e164(text))
    except ValueError:
        return False, points_of(phone=text)


def _email(text: str) -> _Read:
    address = one_form(text)
    try:
        validate_email(address)
    except ValidationError:
        return False, points_of(email=text)
    return True, points_of(email=address)
