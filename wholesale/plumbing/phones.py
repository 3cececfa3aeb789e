"""Phone numbers in their one spelling."""

import re

import phonenumbers
from phonenumbers import PhoneNumber

REGION = "CA"  # of a number that names no country
_INTERNATIONAL = re.compile(r"^\W*00[\s.-]*(?=[1-9])")  # as much of the world dials +; no Canadian number begins with it
_EXTENSION = re.compile(r"\bposte(?=\W*\d)", re.IGNORECASE)


def parsed(text: str) -> PhoneNumber:
    """A phone number, Canadian where it names no country: "(416) 555-0123" and "tel:+1-416-555-0123" are one.

    Raises:
        ValueError: it is no phone number.

    """
    text = _EXTENSION.sub(" ext. ", _INTERNATIONAL.sub("+", text))
    try:
        return phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException as error:
        raise ValueError(str(error)) from error


def formatted(number: PhoneNumber) -> str:
    """It as E.164, without its extension: +14165550123."""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def area_code(number: str) -> str:
    """The three digits after +1 of a number in E.164; empty of a number outside North America."""
    return number[2:5] if number.startswith("+1") else ""


def e164(text: str) -> str:
    """A phone number as E.164.

    Its length must be possible; whether the number is assigned is not asked, for a list of area codes ages, and an opt-out
    must not be refused for that. An extension says nothing of whose number it is.

    Raises:
        ValueError: it is no phone number.

    """
    number = parsed(text)
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise ValueError("too long or too short for a phone number with its area code")
    return formatted(number)
