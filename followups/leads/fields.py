"""Serializer fields for the values of a lead. The API, the admin and imports share them, so their errors are the same."""

import re
from typing import Any

from followups.leads.models import Lead
from governance.clocks.zones import ZONE_CHOICES
from governance.people import Language, Role
from wholesale.plumbing.fields import (
    EmailAddressField,
    LabelField,
    NoteField,
    ProvinceField,
    RateField,
    SpelledChoiceField,
    UpperChoiceField,
    WordField,
)
from wholesale.plumbing.params import Params
from wholesale.plumbing.phone_fields import ValidPhoneField

# Canada Post never uses D, F, I, O, Q or U, and never begins a code with W or Z.
_POSTAL_CODE = re.compile(r"([ABCEGHJ-NPRSTVXY][0-9][ABCEGHJ-NPRSTV-Z])([0-9][ABCEGHJ-NPRSTV-Z][0-9])")
_BETWEEN = re.compile(r"[\s\-]+")


class PostalCodeField(LabelField):
    """A field for a Canadian postal code. The value is as Canada Post writes it: "m5v2t6" becomes M5V 2T6."""

    default_error_messages = {"invalid_postal_code": "Must be a Canadian postal code, such as M5V 2T6."}

    def to_internal_value(self, data: Any) -> str:
        code = _POSTAL_CODE.fullmatch(_BETWEEN.sub("", super().to_internal_value(data)).upper())
        if code is None:
            self.fail("invalid_postal_code")
        return f"{code[1]} {code[2]}"


class LeadRow(Params):
    """The serializer of a lead's values in a request or a file's row. An absent or empty value keeps the stored one."""

    lead_id = LabelField()
    first_name = LabelField(required=False)
    last_name = LabelField(required=False)
    phone = ValidPhoneField(required=False, help_text="any valid number; stored as E.164, such as +14165550123")
    email = EmailAddressField(required=False)
    address = NoteField(required=False)
    postal_code = PostalCodeField(required=False)
    province = ProvinceField(required=False, help_text="required for a new lead")
    market = WordField(required=False, help_text="new leads: ALL")
    language = SpelledChoiceField(Language.choices, required=False, help_text="new leads: fr in Quebec, else en")
    role = UpperChoiceField(choices=Role.choices, required=False, help_text="new leads: HOMEOWNER")
    zone = SpelledChoiceField(ZONE_CHOICES, required=False, help_text="only where it is known for certain")
    score = RateField(required=False, help_text="from 0 to 1")
    source = LabelField(required=False)  # type: ignore[assignment]  # of the class no attribute: DRF collects the fields
    status = UpperChoiceField(choices=Lead.Status.choices, required=False, help_text="new leads: NEW")


COLUMNS = tuple(LeadRow().fields)  # the columns of an import, in the order of an export
SETTINGS = COLUMNS[1:]
