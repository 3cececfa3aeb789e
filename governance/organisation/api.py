"""`/api/governance/contact/organisation`: who contacts, and how strictly it asks for proof."""

from governance.organisation.models import Organisation
from governance.organisation.rules import Strictness
from wholesale.api import RowSerializer
from wholesale.fields import (
    AwareDateTimeField,
    DayField,
    LabelField,
    NoteField,
    SpelledChoiceField,
    StrictIntegerField,
)
from wholesale.params import ActParams


class OrganisationOut(RowSerializer):
    """Who contacts, and how strictly it asks for proof."""

    updated_at = AwareDateTimeField(allow_null=True, help_text="null: the row is missing, which enforces everything")

    class Meta:
        model = Organisation
        fields = (
            "name",
            "mailing_address",
            "contact",
            "consent",
            "identity",
            "scrub",
            "lenient_reason",
            "registration_number",
            "registration_expires_on",
            "version",
            "changed_by",
            "reason",
            "updated_at",
        )


class OrganisationParams(ActParams):
    """What to change; an absent setting keeps its value."""

    name = LabelField(required=False, help_text="as messages name the sender")
    mailing_address = NoteField(required=False)
    contact = LabelField(required=False, help_text="a phone number, an e-mail or web address")
    consent = SpelledChoiceField(
        Strictness.choices, required=False, help_text="whether messages without a consent are refused"
    )
    identity = SpelledChoiceField(
        Strictness.choices,
        required=False,
        help_text="whether messages that cannot name their sender are refused",
    )
    scrub = SpelledChoiceField(
        Strictness.choices, required=False, help_text="whether calls without registration and scrub are refused"
    )
    registration_number = LabelField(required=False, help_text="with the operator of the National DNCL")
    registration_expires_on = DayField(required=False)
    changed_by = LabelField(required=False, help_text="default: your user name")
    reason = NoteField(default="", help_text="needed where something becomes a warning")
    expected_version = StrictIntegerField(required=False, min_value=0, max_value=2**31 - 1)
