"""The endpoints `/api/followups/leads`."""

from typing import Any

import django_filters
from rest_framework.request import Request

from followups.leads import services
from followups.leads.fields import LeadRow
from followups.leads.models import Lead
from governance.clocks.api import MarketFilter
from governance.people import Language, Role
from wholesale.plumbing import filters
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ResourceViewSet, RowSerializer, act
from wholesale.plumbing.fields import EmailAddressField, LabelField, NoteField, SpelledChoiceField
from wholesale.plumbing.params import ActParams
from wholesale.plumbing.phone_fields import ValidPhoneField
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.schema import example
from wholesale.plumbing.texts import shown


class LeadParams(ActParams, LeadRow):
    """The parameters that create or change a lead. An absent value keeps the stored one."""

    actor = LabelField(required=False, help_text="default: your user name")
    reason = NoteField(default="", help_text="why a lead that is CLOSED or DEAD gets another status; required for that")


class LeadOut(RowSerializer):
    """A lead, as the API returns it."""

    class Meta:
        model = Lead
        fields = (
            "id",
            "lead_id",
            "first_name",
            "last_name",
            "phone",
            "phone_is_wrong",
            "email",
            "email_is_wrong",
            "address",
            "postal_code",
            "province",
            "market",
            "language",
            "role",
            "zone",
            "score",
            "source",
            "status",
            "changed_by",
            "created_at",
            "updated_at",
        )


class LeadFilter(django_filters.FilterSet):
    """The query parameters that filter the list of leads."""

    lead_id = filters.label()
    phone = filters.ParamFilter(serializer_field=ValidPhoneField())
    email = filters.ParamFilter(serializer_field=EmailAddressField())
    province = filters.province()
    market = MarketFilter()
    status = filters.choice(Lead.Status.choices)
    source = filters.label()
    language = filters.ParamFilter(serializer_field=SpelledChoiceField(Language.choices))
    role = filters.choice(Role.choices)
    since = filters.since("created_at")
    until = filters.until("created_at")


class LeadViewSet(ResourceViewSet):
    """The endpoints of leads. The list shows the newest first."""

    queryset = Lead.objects.all()
    serializer_class = LeadOut
    filterset_class = LeadFilter
    permissions = {"upsert": "followups.change_lead"}

    @act(
        "upsert",
        LeadParams,
        {201: LeadOut, 200: LeadOut},
        examples=[
            example(
                "A lead of Toronto",
                {
                    "lead_id": "L123",
                    "first_name": "Ana",
                    "phone": "416-555-0123",
                    "postal_code": "M5V 2T6",
                    "province": "ON",
                    "market": "TORONTO",
                    "score": 0.72,
                },
            )
        ],
    )
    def upsert(self, request: Request, *, act: Act, **params: Any) -> Response:
        """Create a lead (201), or change the lead with this `lead_id` (200). An absent value keeps the stored one.

        A status that ends the hunt (APPOINTMENT, UNDER_CONTRACT, NOT_INTERESTED, CLOSED, DEAD) closes the open ladder.
        """
        lead, outcome = services.upsert_lead(**params, act=act)
        return Response(shown(lead, LeadOut.Meta.fields), status=201 if outcome is services.StoreResult.CREATED else 200)
