"""`/api/governance/contact/area-codes`: the area codes that we subscribe to at the National DNCL."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from governance.area_codes import services
from governance.area_codes.models import AreaCodeSubscription
from governance.area_codes.rules import InvalidList, is_area_code, read_list
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ResourceViewSet, RowSerializer, act
from wholesale.plumbing.fields import DayField, LabelField, NoteField, StrictIntegerField
from wholesale.plumbing.params import ActParams
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.schema import example
from wholesale.plumbing.texts import shown

LIST_MAX = 30_000  # characters


class AreaCodeField(LabelField):
    """A field for an area code of North America."""

    default_error_messages = {"invalid_area_code": "Must be three digits, such as 416."}

    def to_internal_value(self, data: Any) -> str:
        text = super().to_internal_value(data)
        if not is_area_code(text):
            self.fail("invalid_area_code")
        return text


class ListField(NoteField):
    """A field for the text of a list of subscriptions. Its value is a dict from area code to last day."""

    longest = LIST_MAX

    def to_internal_value(self, data: Any) -> Any:
        try:
            return read_list(super().to_internal_value(data))
        except InvalidList as error:
            raise ValidationError(error.errors, code="invalid") from error


class AreaCodeOut(RowSerializer):
    """A subscription to the National DNCL for one area code."""

    class Meta:
        model = AreaCodeSubscription
        fields = ("id", "area_code", "expires_on", "changed_by", "reason", "updated_at")


class AreaCodeParams(ActParams):
    """Parameters that name an area code, and say who changes its subscription and why."""

    area_code = AreaCodeField(help_text="three digits, such as 416")
    changed_by = LabelField(required=False, help_text="default: your user name")
    reason = NoteField(default="")


class SubscribeParams(AreaCodeParams):
    """Parameters of a subscription to store: its area code and its last day."""

    expires_on = DayField(help_text="its last day, which counts until it ends in UTC")


class ImportParams(ActParams):
    """Parameters with a list of subscriptions to store."""

    subscriptions = ListField(help_text="one a line: the area code and the last day, such as 416,2027-03-31")
    changed_by = LabelField(required=False, help_text="default: your user name")
    reason = NoteField(default="")


class ImportedOut(serializers.Serializer[Any]):
    """The answer to storing a list: how many subscriptions were written, and how many were unchanged."""

    written = StrictIntegerField(help_text="new, or with another day than before")
    unchanged = StrictIntegerField()


class UnsubscribedOut(serializers.Serializer[Any]):
    """The answer to a removal: whether there was a subscription to remove."""

    removed = serializers.BooleanField()


class AreaCodeViewSet(ResourceViewSet):
    """Our subscriptions to the National DNCL, the last entered first."""

    queryset = AreaCodeSubscription.objects.all()
    serializer_class = AreaCodeOut
    permissions = {
        "create": "governance.change_areacodesubscription",
        "import_list": "governance.change_areacodesubscription",
        "remove": "governance.delete_areacodesubscription",
    }

    @act(None, SubscribeParams, {200: AreaCodeOut})
    def create(self, request: Request, area_code: str, expires_on: Any, act: Act) -> Response:
        """Store the last day of our subscription for an area code. If there is no subscription, one is made."""
        stored = services.subscribe(expiries={area_code: expires_on}, act=act)
        return Response(shown(stored.rows[area_code], AreaCodeOut.Meta.fields))

    @act(
        "import",
        ImportParams,
        ImportedOut,
        examples=[example("Two area codes", {"subscriptions": "416,2027-03-31\n902,2027-03-31"})],
    )
    def import_list(self, request: Request, subscriptions: dict[str, Any], act: Act) -> Response:
        """Store a list of subscriptions, or nothing if a line is wrong. Area codes that are not listed stay as they are."""
        written = services.subscribe(expiries=subscriptions, act=act).written
        return Response({"written": written, "unchanged": len(subscriptions) - written})

    @act("remove", AreaCodeParams, UnsubscribedOut)
    def remove(self, request: Request, area_code: str, act: Act) -> Response:
        """Remove a subscription that was entered by mistake. Removing it again changes nothing."""
        return Response({"removed": services.unsubscribe(area_code=area_code, act=act)})
