"""The endpoints that record consents, ends of contracts and scrubs, below `/api/governance/contact`."""

from datetime import datetime
from typing import Any

from rest_framework.request import Request

from governance.grounds import ACCEPTED
from governance.ledger.api.records import RecordedOut, RecordOut, records_out
from governance.ledger.api.who import NUMBERS_MAX, ChannelParams, PhoneField, WhoParams, with_points
from governance.ledger.consents import end_contract, record_consent
from governance.ledger.proof import WORDING_MAX_LENGTH, GivenHow, Proof
from governance.ledger.rules import SCRUB_VALID
from governance.ledger.scrubs import record_scrub
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ApiViewSet, act
from wholesale.plumbing.fields import AwareDateTimeField, DayField, LabelField, ManyField, NoteField, UpperChoiceField
from wholesale.plumbing.params import ObjectParams
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.schema import example


class WordingField(NoteField):
    """A field for a wording as it was shown to the person, up to 4,000 characters."""

    longest = WORDING_MAX_LENGTH


class ProofParams(ObjectParams):
    """The parameters with the content of a consent: what the person agreed to (CASL 10(1); SOR/2012-36, s. 4)."""

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
    """The parameters of a consent to record: the person, the channel, and the ground to contact the person."""

    basis = UpperChoiceField(choices=ACCEPTED)
    obtained_at = AwareDateTimeField(help_text="of a purchase or a contract: its date")
    ended_on = DayField(required=False, help_text="of a contract: the day on which it ended; default: it is in force")
    evidence = NoteField(help_text="where the proof is: a form, a recording")
    proof = ProofParams(required=False, help_text="its content; the answer names what is missing")
    reason = NoteField(default="")


class ContractEndParams(ChannelParams):
    """The parameters of a contract's end to record: the person, the channel, and the day on which the contract ended."""

    ended_on = DayField()
    evidence = NoteField(help_text="where the proof is: a notice, the contract itself")
    reason = NoteField(default="")


class ScrubParams(WhoParams):
    """The parameters of a scrub: numbers that were checked against the National Do Not Call List and are not on it."""

    email = None  # type: ignore[assignment]  # calls reach no address
    phones = ManyField(child=PhoneField(), required=False, min_length=1, max_length=NUMBERS_MAX)
    checked_at = AwareDateTimeField(help_text="the date of the version of the list")
    evidence = NoteField(help_text="where the proof is: the file and its date")
    reason = NoteField(default="")


class ScrubOut(RecordedOut):
    """The answer to a scrub: the number of ledger lines that were written, and until when the scrub counts."""

    valid_until = AwareDateTimeField()


class ConsentViewSet(ApiViewSet):
    """The endpoints that record consents, ends of contracts and scrubs."""

    permissions = dict.fromkeys(("consents", "end_contract", "scrubs"), "governance.record_consent")

    @act(
        "consents",
        ConsentParams,
        {201: RecordOut(many=True)},
        examples=[
            example(
                "Express consent to text messages",
                {
                    "lead_id": "L123",
                    "channel": "SMS",
                    "basis": "EXPRESS",
                    "obtained_at": "2026-12-01T15:00:00Z",
                    "evidence": "web form 481",
                    "proof": {
                        "wording": "Yes, text me offers for my house. Example Homes, 1 Main St, Toronto, example.ca. "
                        "You can withdraw at any time.",
                        "purpose": "offers to buy the house",
                        "on_behalf_of": "Example Homes",
                        "withdrawal_statement": "You can withdraw at any time.",
                        "given_how": "WEB_FORM",
                        "given_where": "https://example.ca/offer",
                    },
                },
            )
        ],
    )
    def consents(self, request: Request, act: Act, **params: Any) -> Response:
        """Record a consent. If it is for every channel, each channel gets a line, because expiry depends on the channel."""
        return records_out(record_consent(**with_points(params), act=act), status=201)

    @act("contracts/end", ContractEndParams, RecordOut(many=True))
    def end_contract(self, request: Request, act: Act, **params: Any) -> Response:
        """Record that all contracts on file that were made by this day ended on it. From then each contract remains a ground
        for messages for 2 years, for calls for 18 months. Nothing is written for a contract that had ended earlier."""
        return records_out(end_contract(**with_points(params), act=act), status=200)

    @act("scrubs", ScrubParams, {201: ScrubOut})
    def scrubs(self, request: Request, checked_at: datetime, act: Act, **params: Any) -> Response:
        """Record that numbers were checked against the National Do Not Call List and are not on it."""
        written = record_scrub(checked_at=checked_at, **with_points(params), act=act)
        return Response({"recorded": len(written), "valid_until": checked_at + SCRUB_VALID}, status=201)
