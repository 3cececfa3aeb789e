"""Parsing and formatting phone numbers."""

import re

import phonenumbers
from phonenumbers import PhoneNumber

REGION = "CA"  # the region of a number without a country
_INTERNATIONAL = re.compile(r"^\W*00[\s.-]*(?=[1-9])")  # 00 means + in much of the world; no Canadian number begins so
_EXTENSION = re.compile(r"\bposte(?=\W*\d)", re.IGNORECASE)


def parsed(text: str) -> PhoneNumber:
    """Parse a phone number. Without a country code it is Canadian: "(416) 555-0123" is the same as "tel:+1-416-555-0123".

    Raises:
        ValueError: the text is no phone number.

    """
    text = _EXTENSION.sub(" ext. ", _INTERNATIONAL.sub("+", text))
    try:
        return phonenumbers.parse(text, REGION)
    except phonenumbers.NumberParseException as error:
        raise ValueError(str(error)) from error


def formatted(number: PhoneNumber) -> str:
    """Return the number in the form E.164, such as +14165550123, without its extension."""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def area_code(number: str) -> str:
    """Return the area code (three digits after +1) of a number in E.164. Empty for a number outside of North America."""
    return number[2:5] if number.startswith("+1") else ""


def e164(text: str) -> str:
    """Return a phone number as E.164, without its extension.

    Only its length is checked. Whether it is assigned is not checked: lists of area codes become outdated,
    and no opt-out may be refused because a list is outdated.

    Raises:
        ValueError: the text is no phone number.

    """
    number = parsed(text)
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise ValueError("too long or too short for a phone number with its area code")
    return formatted(number)
