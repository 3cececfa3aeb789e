"""`/api/governance/contact/organisation`: the organisation in whose name people are contacted, and its strictness."""

from typing import Any

from rest_framework.request import Request

from governance.organisation.models import Organisation
from governance.policies import upsert
from governance.policies_api import out_of, params_of
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ApiViewSet, act, ask
from wholesale.plumbing.fields import AwareDateTimeField, NoteField
from wholesale.plumbing.listing import Rows
from wholesale.plumbing.params import Params
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.texts import shown

OrganisationOut = out_of(
    Organisation,
    updated_at=AwareDateTimeField(allow_null=True, help_text="null: the row is missing, which enforces everything"),
)
_ORGANISATION = Rows(OrganisationOut, lambda: Organisation.objects.filter(pk=1))
OrganisationParams = params_of(Organisation, reason=NoteField(default="", help_text="required to change a setting to warn"))


class OrganisationViewSet(ApiViewSet):
    """The endpoints of the organisation."""

    permissions = {"organisation": "governance.view_organisation", "upsert": "governance.change_organisation"}

    @ask("organisation", Params, OrganisationOut)
    def organisation(self, request: Request) -> Response:
        """The organisation and its strictness. If the row is missing, everything is enforced, and `updated_at` is null."""
        return Response(_ORGANISATION.one() or shown(Organisation(version=0), OrganisationOut.Meta.fields))

    @act("organisation/upsert", OrganisationParams, OrganisationOut)
    def upsert(self, request: Request, act: Act, **given: Any) -> Response:
        """Change the organisation, or how strictly it asks for proof."""
        return Response(shown(upsert(Organisation, act=act, **given), OrganisationOut.Meta.fields))
