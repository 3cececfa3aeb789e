"""`/api/governance/contact`: consents, ends of contracts, scrubs."""

from typing import Any

from rest_framework import serializers

from governance.grounds import ACCEPTED
from governance.ledger.api.who import NUMBERS_MAX, ChannelParams, PhoneField, WhoParams
from governance.ledger.proof import WORDING_MAX_LENGTH, GivenHow, Proof
from wholesale.fields import (
    AwareDateTimeField,
    DayField,
    LabelField,
    ManyField,
    NoteField,
    StrictIntegerField,
    UpperChoiceField,
)
from wholesale.params import ObjectParams


class WordingField(NoteField):
    """A wording as it was shown: up to 4,000 characters."""

    longest = WORDING_MAX_LENGTH


class ProofParams(ObjectParams):
    """What a person agreed to, as it was put to him (CASL 10(1); SOR/2012-36, s. 4)."""

    wording = WordingField(required=False, help_text="as it was shown or read out")
    purpose = NoteField(required=False, help_text="what the person agreed to receive")
    on_behalf_of = NoteField(required=False, help_text="who asked, and for whom")
    withdrawal_statement = NoteField(required=False, help_text="how the request said that the consent can be withdrawn")
    given_how = UpperChoiceField(choices=GivenHow.choices, required=False)
    given_where = NoteField(required=False, help_text="a web address, a place, a file or a recording")
    referrer_name = LabelField(required=False, help_text="in full")
    referrer_to_lead = NoteField(required=False, help_text="the referrer's relationship with the person")
    referrer_to_us = NoteField(required=False, help_text="the referrer's relationship with us")

    def validate(self, attrs: dict[str, Any]) -> Any:
        return Proof(**attrs)


class ConsentParams(ChannelParams):
    """A ground to contact somebody."""

    basis = UpperChoiceField(choices=ACCEPTED)
    obtained_at = AwareDateTimeField(help_text="of a purchase or a contract: its date")
    ended_on = DayField(required=False, help_text="of a contract: the day on which it ended; default: it is in force")
    evidence = NoteField(help_text="where the proof is: a form, a recording")
    proof = ProofParams(required=False, help_text="its content; what is missing of it the answer names")
    reason = NoteField(default="")


class ContractEndParams(ChannelParams):
    """The day on which a contract ended."""

    ended_on = DayField()
    evidence = NoteField(help_text="where the proof is: a notice, the contract itself")
    reason = NoteField(default="")


class ScrubParams(WhoParams):
    """Numbers that were checked against the National Do Not Call List and are not on it."""

    email = None  # type: ignore[assignment]  # calls reach no address
    phones = ManyField(child=PhoneField(), required=False, min_length=1, max_length=NUMBERS_MAX)
    checked_at = AwareDateTimeField(help_text="the date of the version of the list")
    evidence = NoteField(help_text="where the proof is: the file and its date")
    reason = NoteField(default="")


class RecordedOut(serializers.Serializer[Any]):
    """How many lines were written."""

    recorded = StrictIntegerField()


class ScrubOut(RecordedOut):
    """How many lines were written, and until when they count."""

    valid_until = AwareDateTimeField()
