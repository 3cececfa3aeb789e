"""`/api/governance/contact`: what is on file about a number or an address, the organisation, its closed days."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import OpenApiExample, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from governance import gate
from governance.channels import Channel
from governance.compliance import services
from governance.compliance.grounds import ACCEPTED, Basis
from governance.compliance.models import ClosedDay, ConsentProof, ContactPoint, ContactRecord, Organisation
from governance.compliance.phones import e164
from governance.compliance.proof import PROOF_FIELDS, WORDING_MAX_LENGTH, GivenHow, Proof, missing_of
from governance.compliance.proof_lines import proof_of
from governance.compliance.referrals import uses_of, with_uses
from governance.compliance.rules import SCRUB_VALID, Entry, Strictness
from governance.compliance.services import Point
from governance.compliance.who import meant, of_lead
from wholesale.plumbing import filters
from wholesale.plumbing.api import ApiViewSet, ResourceViewSet, RowSerializer, SignedSerializer, act, acting_user, ask
from wholesale.plumbing.facts import noted
from wholesale.plumbing.fields import (
    AwareDateTimeField,
    DayField,
    EmailAddressField,
    LabelField,
    ManyField,
    NoteField,
    ProvinceField,
    SpelledChoiceField,
    StrictIntegerField,
    UpperChoiceField,
)
from wholesale.plumbing.params import ActParams, ObjectParams, Params
from wholesale.plumbing.received import (
    ReceivedChoiceField,
    ReceivedLabelField,
    ReceivedManyField,
    ReceivedParams,
    ReceivedTextField,
    ReceivedTimeField,
)
from wholesale.plumbing.texts import shown
from wholesale.plumbing.users import label_of

NUMBERS_MAX = 10_000  # in one call
VALUE_MAX = 254  # of a number or an address that cannot be read
_WHO = ("lead_id", "phone", "phones", "email")  # the parameters that say whom it is about


class PhoneField(LabelField):
    """A phone number, Canadian where it names no country; E.164 from then on."""

    default_error_messages = {"invalid_phone": "Must be a phone number with its area code, such as +14165550123."}

    def to_internal_value(self, data: Any) -> str:
        try:
            return e164(super().to_internal_value(data))
        except ValueError:
            self.fail("invalid_phone")


# What is recorded -------------------------------------------------------------------------------------------------------


class ProofOut(RowSerializer):
    """What a person agreed to, as it was put to him; what nobody knows is empty."""

    class Meta:
        model = ConsentProof
        fields = PROOF_FIELDS


class MissingOut(serializers.Serializer[Any]):
    """What of it is not on file."""

    field = serializers.CharField()
    section = serializers.CharField(help_text="of the law that asks for it")


class RecordOut(SignedSerializer):
    """A line of the ledger."""

    kind = serializers.ChoiceField(source="point.kind", choices=ContactPoint.Kind.choices)
    value = serializers.CharField(source="point.value", allow_null=True, help_text="null: it was erased")
    channel = serializers.CharField(help_text="empty is every channel")
    proof = serializers.SerializerMethodField(help_text="of a consent; null: its content is not on file")
    missing = serializers.SerializerMethodField(help_text="what the law wants of such a consent and is not on file")
    uses = serializers.SerializerMethodField(help_text="of a referral: how many messages went out since; else null")

    class Meta:
        model = ContactRecord
        fields = (
            "id",
            "kind",
            "value",
            "entry",
            "channel",
            "basis",
            "effective_at",
            "expires_at",
            "uses",
            "evidence",
            "proof",
            "missing",
            "reason",
            "actor",
            "user",
            "correlation_id",
            "created_at",
        )

    def get_uses(self, record: ContactRecord) -> int | None:
        """How often a referral was used."""
        return uses_of(record)

    @extend_schema_field(ProofOut(allow_null=True))
    def get_proof(self, record: ContactRecord) -> dict[str, Any] | None:
        """Its content."""
        proof = proof_of(record)
        return shown(proof, PROOF_FIELDS) if proof else None

    @extend_schema_field(MissingOut(many=True))
    def get_missing(self, record: ContactRecord) -> list[dict[str, str]]:
        """What it lacks."""
        return [one._asdict() for one in missing_of(record.basis, proof_of(record))]


class WhoParams(ActParams):
    """Whom it is about; each that is given counts."""

    lead_id = LabelField(required=False, help_text="a lead that we know: its phone number and its address count")
    phone = PhoneField(required=False, help_text="Canadian where it names no country")
    email = EmailAddressField(required=False)
    actor = LabelField(required=False, help_text="default: your user name")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        _require_somebody(self, attrs)
        return attrs


def _require_somebody(params: Params, attrs: dict[str, Any]) -> None:
    named = [name for name in _WHO if name in params.fields]
    if not any(attrs.get(name) for name in named):
        raise ValidationError({named[0]: [f"Give one of {', '.join(named)}."]}, code="required")


class ChannelParams(WhoParams):
    """Whom it is about, and by which channel."""

    channel = UpperChoiceField(choices=Channel.choices, required=False, help_text="default: every channel")


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


class WishParams(ReceivedParams):
    """Somebody wants no more contact. No detail of it refuses it."""

    lead_id = ReceivedLabelField(required=False, help_text="the lead is bound, and its phone number and its address")
    actor = ReceivedLabelField(required=False, help_text="default: your user name")
    said_at = ReceivedTimeField(required=False, help_text="default: now, as for one that lies ahead or cannot be read")
    evidence = ReceivedTextField(required=False)
    reason = ReceivedTextField(required=False, help_text="gains what was not taken as it came")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        attrs = super().validate(attrs)
        _require_somebody(self, attrs)
        return attrs


class OptOutParams(WishParams):
    """Somebody wants no more contact by a channel, or by any."""

    phone = ReceivedTextField(longest=VALUE_MAX, required=False, help_text="one that cannot be read is kept as it came")
    email = ReceivedTextField(longest=VALUE_MAX, required=False, help_text="one that cannot be read is kept as it came")
    channel = ReceivedChoiceField(
        choices=Channel.choices,
        required=False,
        help_text="default: every channel, as for one that cannot be read or that reaches none of those who are named",
    )


class LiftParams(ChannelParams):
    """An opt-out that was a mistake."""

    reason = NoteField()
    evidence = NoteField(default="")


class DoNotCallParams(WishParams):
    """Leads and numbers of the internal do-not-call list."""

    phone = ReceivedTextField(longest=VALUE_MAX, required=False, help_text="one that cannot be read is kept as it came")
    phones = ReceivedManyField(longest=VALUE_MAX, required=False, max_length=NUMBERS_MAX)


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


class ComplianceViewSet(ApiViewSet):
    """Consent, opt-outs, scrubs, and who contacts."""

    permissions = {
        "consents": "governance.record_consent",
        "end_contract": "governance.record_consent",
        "opt_outs": "governance.record_opt_out",
        "do_not_call": "governance.record_opt_out",
        "lift": "governance.lift_opt_out",
        "scrubs": "governance.record_consent",
        "organisation": "governance.view_organisation",
        "upsert_organisation": "governance.change_organisation",
    }
    receiving = frozenset({"opt_outs", "do_not_call"})

    @act(
        "consents",
        ConsentParams,
        {201: RecordOut(many=True)},
        examples=[
            OpenApiExample(
                "Express consent to text messages",
                request_only=True,
                value={
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
    def consents(self, request: Request, **params: Any) -> Response:
        """Record a consent. For every channel it is a line for each, since their expiries differ."""
        return _records_out(services.record_consent(**_signed(request, params)), status=201)

    @act("contracts/end", ContractEndParams, RecordOut(many=True))
    def end_contract(self, request: Request, **params: Any) -> Response:
        """The contracts on file that were made by this day ended on it. Each is a ground for 2 years more, for calls for 18
        months. Where they had ended by then nothing is written."""
        return _records_out(services.end_contract(**_signed(request, params)), status=200)

    @act("opt-outs", OptOutParams, {201: RecordOut(many=True)})
    def opt_outs(self, request: Request, **params: Any) -> Response:
        """Record an opt-out: from then on contact by the channel, or by any, is refused. A lead that is named is bound
        itself, so that its next number is refused too."""
        return _records_out(services.record_opt_out(**_wish(request, **params)), status=201)

    @act("do-not-call", DoNotCallParams, {201: RecordedOut})
    def do_not_call(self, request: Request, **params: Any) -> Response:
        """Put leads and numbers on the internal do-not-call list: calls to them are refused."""
        written = services.record_do_not_call(**_wish(request, **params))
        return Response({"recorded": len(written)}, status=201)

    @act("opt-outs/lift", LiftParams, RecordOut(many=True))
    def lift(self, request: Request, **params: Any) -> Response:
        """Take an opt-out or a do-not-call entry back that was a mistake. Where there is none nothing is written."""
        lead_id = params.pop("lead_id", "")
        signed = _signed(request, params)
        signed["points"] += of_lead(lead_id) if lead_id else []
        return _records_out(services.lift_opt_out(**signed), status=200)

    @act("scrubs", ScrubParams, {201: ScrubOut})
    def scrubs(self, request: Request, checked_at: datetime, **params: Any) -> Response:
        """Record that numbers were checked against the National Do Not Call List and are not on it."""
        written = services.record_scrub(checked_at=checked_at, **_signed(request, params))
        return Response({"recorded": len(written), "valid_until": checked_at + SCRUB_VALID}, status=201)

    @ask("organisation", Params, OrganisationOut)
    def organisation(self, request: Request) -> Response:
        """Who contacts. Where the row is missing everything is enforced, and the answer says so."""
        missing = Organisation(version=0)
        return Response(shown(Organisation.objects.filter(pk=1).first() or missing, OrganisationOut.Meta.fields))

    @act("organisation/upsert", OrganisationParams, OrganisationOut)
    def upsert_organisation(self, request: Request, **params: Any) -> Response:
        """Change who contacts, and how strictly it asks for proof."""
        params.setdefault("changed_by", label_of(request.user))
        changed = services.upsert_organisation(user=acting_user(request), **params)
        return Response(shown(changed, OrganisationOut.Meta.fields))


def _signed(request: Request, params: dict[str, Any]) -> dict[str, Any]:
    """The parameters as the services take them: points for who is meant, and who acts."""
    params.setdefault("actor", label_of(request.user))
    who = {name: params.pop(name) for name in _WHO if name in params}
    return {**params, "points": _points(**who), "user": acting_user(request)}


def _wish(request: Request, *, unreadable: dict[str, str], **params: Any) -> dict[str, Any]:
    """The parameters of a wish as the services take them. One by a channel that reaches nobody is of every channel."""
    said = meant(**{name: params.pop(name) for name in _WHO if name in params})
    channel = params.get("channel")
    if channel and not any(channel in services.channels_of(point) for point in (*said.points, *said.unreadable)):
        unreadable["channel"] = params.pop("channel")
    return {
        "actor": label_of(request.user),
        **params,
        **said._asdict(),
        "reason": noted(params.get("reason", ""), unreadable),
        "user": acting_user(request),
    }


def _points(lead_id: str = "", phone: str = "", email: str = "", phones: Iterable[str] = ()) -> list[Point]:
    points = services.points_of(phone=phone, email=email)
    for number in phones:
        points += services.points_of(phone=number)
    if lead_id:
        lead = gate.known_lead(lead_id)
        points += services.points_of(phone=lead.phone, email=lead.email)
    return points


def _records_out(records: list[ContactRecord], *, status: int) -> Response:
    return Response(RecordOut(records, many=True).data, status=status)


# What is on file --------------------------------------------------------------------------------------------------------


class RecordFilter(django_filters.FilterSet):
    """Filters of the ledger."""

    lead_id = filters.label(method="about_lead")
    phone = filters.ParamFilter(serializer_field=PhoneField(), method="about_phone")
    email = filters.ParamFilter(serializer_field=EmailAddressField(), method="about_email")
    channel = filters.choice(Channel.choices, method="concerning")
    entry = filters.choice(Entry.choices)
    basis = filters.choice(Basis.choices)
    since = filters.since("created_at")
    until = filters.until("created_at")

    def about_lead(self, queryset: QuerySet[ContactRecord], name: str, value: str) -> QuerySet[ContactRecord]:
        """About a lead as such, its number and its address; of one that nobody knows, about the lead as such."""
        return services.records_of(queryset, of_lead(value))

    def about_phone(self, queryset: QuerySet[ContactRecord], name: str, value: str) -> QuerySet[ContactRecord]:
        """About a number, erased or not."""
        return services.records_of(queryset, services.points_of(phone=value))

    def about_email(self, queryset: QuerySet[ContactRecord], name: str, value: str) -> QuerySet[ContactRecord]:
        """About an address, erased or not."""
        return services.records_of(queryset, services.points_of(email=value))

    def concerning(self, queryset: QuerySet[ContactRecord], name: str, value: str) -> QuerySet[ContactRecord]:
        """About a channel, or about all of them."""
        return queryset.filter(channel__in=(value, services.EVERY_CHANNEL))


class RecordViewSet(ResourceViewSet):
    """The ledger, the newest first."""

    queryset = with_uses(ContactRecord.objects.select_related("point", "words", "proof", "user"))
    serializer_class = RecordOut
    filterset_class = RecordFilter
    permissions = {"list": "governance.view_contactrecord", "retrieve": "governance.view_contactrecord"}


# Closed days ------------------------------------------------------------------------------------------------------------


class ClosedDayOut(RowSerializer):
    """A day on which nobody is contacted."""

    province = serializers.CharField(help_text="empty is every province")

    class Meta:
        model = ClosedDay
        fields = ("id", "day", "province", "name", "changed_by", "reason", "updated_at")


class ClosedDayParams(ActParams):
    """A day, in one province or in all."""

    day = DayField()
    province = ProvinceField(required=False, help_text="default: every province")
    changed_by = LabelField(required=False, help_text="default: your user name")
    reason = NoteField(default="")


class SetClosedDayParams(ClosedDayParams):
    """A day on which nobody is to be contacted."""

    name = LabelField(help_text="what the day is")


class RemovedOut(serializers.Serializer[Any]):
    """Whether it was closed."""

    removed = serializers.BooleanField()


class ClosedDayFilter(django_filters.FilterSet):
    """Filters of closed days."""

    province = filters.province(method="closed_in")

    def closed_in(self, queryset: QuerySet[ClosedDay], name: str, value: str) -> QuerySet[ClosedDay]:
        """Those of a province and those of all."""
        return queryset.filter(province__in=(value, ""))


class ClosedDayViewSet(ResourceViewSet):
    """The operator's own closed days, those entered last first."""

    queryset = ClosedDay.objects.all()
    serializer_class = ClosedDayOut
    filterset_class = ClosedDayFilter
    permissions = {
        "list": "governance.view_closedday",
        "retrieve": "governance.view_closedday",
        "create": "governance.change_closedday",
        "remove": "governance.delete_closedday",
    }

    @act(None, SetClosedDayParams, {200: ClosedDayOut})
    def create(self, request: Request, **params: Any) -> Response:
        """Close a day; one that is closed gets this name."""
        params.setdefault("changed_by", label_of(request.user))
        closed = services.set_closed_day(user=acting_user(request), **params)
        return Response(shown(closed, ClosedDayOut.Meta.fields))

    @act("remove", ClosedDayParams, RemovedOut)
    def remove(self, request: Request, **params: Any) -> Response:
        """Open a day again. Twice changes nothing."""
        params.setdefault("changed_by", label_of(request.user))
        return Response({"removed": services.remove_closed_day(user=acting_user(request), **params)})
