"""`/api/governance/contact/organisation`: who contacts, and how strictly it asks for proof."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from governance.organisation.models import Organisation
from governance.organisation.rules import Strictness
from governance.organisation.services import upsert_organisation
from wholesale.plumbing.api import ApiViewSet, RowSerializer, act, acting_user, ask
from wholesale.plumbing.fields import (
    AwareDateTimeField,
    DayField,
    LabelField,
    NoteField,
    SpelledChoiceField,
    StrictIntegerField,
)
from wholesale.plumbing.params import ActParams, Params
from wholesale.plumbing.texts import shown
from wholesale.plumbing.users import label_of


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
        Strictness.choices, required=False, help_text="whether messages that cannot name their sender are refused"
    )
    scrub = SpelledChoiceField(
        Strictness.choices, required=False, help_text="whether calls without registration and scrub are refused"
    )
    registration_number = LabelField(required=False, help_text="with the operator of the National DNCL")
    registration_expires_on = DayField(required=False)
    changed_by = LabelField(required=False, help_text="default: your user name")
    reason = NoteField(default="", help_text="needed where something becomes a warning")
    expected_version = StrictIntegerField(required=False, min_value=0, max_value=2**31 - 1)


class OrganisationViewSet(ApiViewSet):
    """Who contacts."""

    permissions = {"organisation": "governance.view_organisation", "upsert_organisation": "governance.change_organisation"}

    @ask("organisation", Params, OrganisationOut)
    def organisation(self, request: Request) -> Response:
        """Who contacts. Where the row is missing everything is enforced, and the answer says so."""
        missing = Organisation(version=0)
        return Response(shown(Organisation.objects.filter(pk=1).first() or missing, OrganisationOut.Meta.fields))

    @act("organisation/upsert", OrganisationParams, OrganisationOut)
    def upsert_organisation(self, request: Request, **params: Any) -> Response:
        """Change who contacts, and how strictly it asks for proof."""
        params.setdefault("changed_by", label_of(request.user))
        changed = upsert_organisation(user=acting_user(request), **params)
        return Response(shown(changed, OrganisationOut.Meta.fields))
