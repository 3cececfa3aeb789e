"""Phone numbers in their one spelling."""

import phonenumbers


def e164(text: str) -> str:
    """A phone number as E.164, Canadian where it names no country: "(416) 555-0123" is +14165550123.

    Its length must be possible; whether the number is assigned is not asked, for a list of area codes ages, and an opt-out
    must not be refused for that.

    Raises:
        ValueError: it is no phone number.

    """
    try:
        number = phonenumbers.parse(text, "CA")
    except phonenumbers.NumberParseException as error:
        raise ValueError(str(error)) from error
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise ValueError("too long or too short for a phone number with its area code")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
