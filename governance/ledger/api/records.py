"""The endpoints that show ledger lines, at `/api/governance/contact/records`."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from governance.channels import Channel
from governance.grounds import Basis
from governance.ledger import reading
from governance.ledger.api.who import PhoneField
from governance.ledger.models import ConsentProof, ContactPoint, ContactRecord
from governance.ledger.points import EVERY_CHANNEL, points_of
from governance.ledger.proof import PROOF_FIELDS, missing_of
from governance.ledger.proof_lines import proof_of
from governance.ledger.referrals import uses_of, with_uses
from governance.ledger.rules import Entry
from governance.ledger.who import of_lead
from wholesale.plumbing import filters
from wholesale.plumbing.api import ResourceViewSet, RowSerializer, SignedSerializer
from wholesale.plumbing.fields import EmailAddressField, StrictIntegerField
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


class RecordFilter(django_filters.FilterSet):
    """The filters of the list of ledger lines."""

    lead_id = filters.label(method="about_lead")
    phone = filters.ParamFilter(serializer_field=PhoneField(), method="about_phone")
    email = filters.ParamFilter(serializer_field=EmailAddressField(), method="about_email")
    channel = filters.choice(Channel.choices, method="concerning")
    entry = filters.choice(Entry.choices)
    basis = filters.choice(Basis.choices)
    since = filters.since("created_at")
    until = filters.until("created_at")

    def about_lead(self, queryset: QuerySet[ContactRecord], name: str, value: str) -> QuerySet[ContactRecord]:
        """Keep the lines about a lead, its number and its address. For an unknown lead, keep lines about the id."""
        return reading.records_of(queryset, of_lead(value))

    def about_phone(self, queryset: QuerySet[ContactRecord], name: str, value: str) -> QuerySet[ContactRecord]:
        """Keep the lines about a phone number, even if the number was erased."""
        return reading.records_of(queryset, points_of(phone=value))

    def about_email(self, queryset: QuerySet[ContactRecord], name: str, value: str) -> QuerySet[ContactRecord]:
        """Keep the lines about an e-mail address, even if the address was erased."""
        return reading.records_of(queryset, points_of(email=value))

    def concerning(self, queryset: QuerySet[ContactRecord], name: str, value: str) -> QuerySet[ContactRecord]:
        """Keep the lines about a channel and the lines about every channel."""
        return queryset.filter(channel__in=(value, EVERY_CHANNEL))


class RecordViewSet(ResourceViewSet):
    """The endpoint of ledger lines, newest first."""

    queryset = with_uses(ContactRecord.objects.select_related("point", "words", "proof", "user"))
    serializer_class = RecordOut
    filterset_class = RecordFilter
