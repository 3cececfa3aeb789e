"""The endpoints that show ledger lines, at `/api/governance/contact/records`."""

from collections.abc import Collection
from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from governance import people
from governance.channels import Channel
from governance.grounds import Basis
from governance.ledger.api.who import PhoneField
from governance.ledger.models import ConsentProof, ContactPoint, ContactRecord
from governance.ledger.points import EVERY_CHANNEL, digests, points_of
from governance.ledger.proof import PROOF_FIELDS, Proof, missing_of
from governance.ledger.proof_lines import proof_of
from governance.ledger.referrals import uses_of, with_uses
from governance.ledger.rules import Entry
from governance.ledger.who import of_person
from wholesale.plumbing import filters
from wholesale.plumbing.api import ResourceViewSet, RowSerializer, SignedSerializer
from wholesale.plumbing.fields import EmailAddressField, StrictIntegerField
from wholesale.plumbing.listing import Computed
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.texts import shown


class ProofOut(RowSerializer):
    """The content of a consent as the API shows it: what the person agreed to. A field that is not known is empty."""

    class Meta:
        model = ConsentProof
        fields = PROOF_FIELDS


class MissingOut(serializers.Serializer[Any]):
    """A field of a consent's content that the law asks for and that is not on file, as the API shows it."""

    field = serializers.CharField()
    section = serializers.CharField(help_text="of the law that asks for it")


_CONSENT = ("entry", "proof__pk", *(f"proof__{name}" for name in PROOF_FIELDS))


def _proof(entry: str, pk: int | None, *content: str) -> dict[str, Any] | None:
    return dict(zip(PROOF_FIELDS, content, strict=True)) if entry == Entry.CONSENT and pk is not None else None


def _missing(basis: str, *consent: Any) -> list[dict[str, str]]:
    return [one._asdict() for one in missing_of(basis, Proof(**_proof(*consent) or {}))]


class RecordOut(SignedSerializer):
    """A ledger line as the API shows it."""

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

    computed = {"proof": Computed(_CONSENT, _proof), "missing": Computed(("basis", *_CONSENT), _missing)}

    def get_uses(self, record: ContactRecord) -> int | None:
        """The number of messages that went out since a referral. Null for a line that is no referral."""
        return uses_of(record)

    @extend_schema_field(ProofOut(allow_null=True))
    def get_proof(self, record: ContactRecord) -> dict[str, Any] | None:
        """The content of the consent that the line records. Null if it is not on file, or if the line is no consent."""
        proof = proof_of(record)
        return shown(proof, PROOF_FIELDS) if proof else None

    @extend_schema_field(MissingOut(many=True))
    def get_missing(self, record: ContactRecord) -> list[dict[str, str]]:
        """The parts of the consent's content that the law asks for and that are not on file."""
        return [one._asdict() for one in missing_of(record.basis, proof_of(record))]


class RecordedOut(serializers.Serializer[Any]):
    """The answer that tells how many ledger lines were written."""

    recorded = StrictIntegerField()


def records_out(records: list[ContactRecord], *, status: int) -> Response:
    """The response to a request that wrote ledger lines: it shows the lines."""
    return Response(RecordOut(records, many=True).data, status=status)


def about(queryset: QuerySet[ContactRecord], name: str, value: str) -> QuerySet[ContactRecord]:
    """Keep the lines about the points with these digests, even if a point was erased."""
    return queryset.filter(point__digest__among=value)


def concerning(queryset: QuerySet[ContactRecord], name: str, value: str) -> QuerySet[ContactRecord]:
    """Keep the lines about a channel and the lines about every channel."""
    return queryset.filter(channel__in=(value, EVERY_CHANNEL))


def _digests(kind: str, person_id: str) -> Collection[str]:
    return digests(of_person(kind, person_id)).values()


class RecordFilter(django_filters.FilterSet):
    """The filters of the list of ledger lines. `lead_id` means the lead, its number and its address,
    `buyer_id` those of a buyer."""

    lead_id = filters.label(method=about, settle=lambda lead_id: _digests(people.LEAD, lead_id))
    buyer_id = filters.label(method=about, settle=lambda buyer_id: _digests(people.BUYER, buyer_id))
    phone = filters.ParamFilter(PhoneField(), method=about, settle=lambda phone: digests(points_of(phone=phone)).values())
    email = filters.ParamFilter(
        EmailAddressField(), method=about, settle=lambda email: digests(points_of(email=email)).values()
    )
    channel = filters.choice(Channel.choices, method=concerning)
    entry = filters.choice(Entry.choices)
    basis = filters.choice(Basis.choices)
    since = filters.since("created_at")
    until = filters.until("created_at")


class RecordViewSet(ResourceViewSet):
    """The endpoint of ledger lines, newest first."""

    queryset = with_uses(ContactRecord.objects.all())
    serializer_class = RecordOut
    filterset_class = RecordFilter
