"""The serializer field for the number of a person whom we call or write to."""

from typing import Any

import phonenumbers

from wholesale.plumbing.fields import LabelField
from wholesale.plumbing.phones import formatted, parsed


class ValidPhoneField(LabelField):
    """A phone number that exists. "(416) 555-0123" becomes +14165550123 (E.164, by default Canadian)."""

    default_error_messages = {
        "invalid_phone": "Must be a valid phone number, such as 416-555-0123; outside Canada with + and its country.",
        "extension": "A phone number with an extension cannot be dialled or texted: leave the extension out.",
    }

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        try:
            number = parsed(text)
        except ValueError:
            self.fail("invalid_phone")
        if not phonenumbers.is_valid_number(number):
            self.fail("invalid_phone")
        if number.extension:
            self.fail("extension")
        return formatted(number)
