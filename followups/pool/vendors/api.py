"""The endpoints `/api/followups/vendors`, for vendors and their agents."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from followups.pool.vendors import services
from followups.pool.vendors.models import Vendor, VendorAgent
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ApiViewSet, RowSerializer, act, ask
from wholesale.plumbing.fields import DayField, LabelField, NoteField
from wholesale.plumbing.listing import Rows
from wholesale.plumbing.params import ActParams, Params
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.schema import example
from wholesale.plumbing.texts import shown


class VendorOut(RowSerializer):
    """A vendor and its registration, as the API returns them."""

    class Meta:
        model = Vendor
        fields = (
            "id",
            "name",
            "registration_number",
            "registration_expires_on",
            "contract_ends_on",
            "changed_by",
            "reason",
            "updated_at",
        )


class VendorAgentOut(RowSerializer):
    """An agent of a vendor, as the API returns it."""

    vendor = serializers.CharField(source="vendor.name", help_text="its name")

    class Meta:
        model = VendorAgent
        fields = ("id", "agent", "vendor", "changed_by", "reason", "updated_at")


_VENDORS = Rows(VendorOut, Vendor.objects.all)
_AGENTS = Rows(VendorAgentOut, VendorAgent.objects.all)


class ChangeParams(ActParams):
    """The parameters that say who makes a change, and why."""

    changed_by = LabelField(required=False, help_text="default: your user name")
    reason = NoteField(default="")


class VendorParams(ChangeParams):
    """The parameters of a vendor to add, or to change after its registration was renewed."""

    name = LabelField()
    registration_number = LabelField(help_text="its own, with the operator of the National DNCL")
    registration_expires_on = DayField(help_text="the last day, which counts until it ends in UTC")
    contract_ends_on = DayField(default=None, allow_null=True, help_text="the last day; null: no end is agreed")


class AgentParams(ChangeParams):
    """The parameters of a change to an agent: the agent, who makes the change, and why."""

    agent = LabelField(help_text="the user name")


class VendorAgentParams(AgentParams):
    """The parameters that assign an agent to a vendor."""

    vendor = LabelField(help_text="the vendor's name")


class ReleasedOut(serializers.Serializer[Any]):
    """The answer to a removal: whether the agent worked for a vendor."""

    removed = serializers.BooleanField()


class VendorViewSet(ApiViewSet):
    """The endpoints of vendors, who call for us, and of their agents."""

    permissions = {
        "vendors": "followups.view_vendor",
        "upsert": "followups.change_vendor",
        "agents": "followups.view_vendoragent",
        "assign": "followups.change_vendoragent",
        "remove": "followups.delete_vendoragent",
    }

    @ask("vendors", Params, VendorOut(many=True))
    def vendors(self, request: Request) -> Response:
        """List all vendors, by name."""
        return Response(_VENDORS.dicts())

    @act(
        "vendors/upsert",
        VendorParams,
        VendorOut,
        examples=[
            example(
                "A call centre",
                {
                    "name": "Atlantic Calls",
                    "registration_number": "C-000123",
                    "registration_expires_on": "2027-06-30",
                    "contract_ends_on": "2027-05-31",
                    "reason": "contract of May",
                },
            )
        ],
    )
    def upsert(self, request: Request, *, act: Act, **params: Any) -> Response:
        """Add a vendor, or renew its registration."""
        return Response(shown(services.upsert_vendor(**params, act=act), VendorOut.Meta.fields))

    @ask("vendors/agents", Params, VendorAgentOut(many=True))
    def agents(self, request: Request) -> Response:
        """List all agents of vendors, by name."""
        return Response(_AGENTS.dicts())

    @act("vendors/agents/assign", VendorAgentParams, VendorAgentOut)
    def assign(self, request: Request, *, act: Act, **params: Any) -> Response:
        """Assign an agent to a vendor."""
        return Response(VendorAgentOut(services.assign_agent(**params, act=act)).data)

    @act("vendors/agents/remove", AgentParams, ReleasedOut)
    def remove(self, request: Request, *, act: Act, **params: Any) -> Response:
        """Remove an agent from its vendor. A repetition changes nothing."""
        return Response({"removed": services.release_agent(**params, act=act)})
