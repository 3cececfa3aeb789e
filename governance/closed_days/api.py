"""`/api/governance/contact/closed-days`: days on which nobody is contacted."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance.closed_days.models import ClosedDay
from governance.closed_days.services import remove_closed_day, set_closed_day
from wholesale.plumbing import filters
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ResourceViewSet, RowSerializer, act
from wholesale.plumbing.fields import DayField, LabelField, NoteField, ProvinceField
from wholesale.plumbing.params import ActParams
from wholesale.plumbing.texts import shown


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
    def create(self, request: Request, act: Act, **params: Any) -> Response:
        """Close a day; one that is closed gets this name."""
        closed = set_closed_day(**params, act=act)
        return Response(shown(closed, ClosedDayOut.Meta.fields))

    @act("remove", ClosedDayParams, RemovedOut)
    def remove(self, request: Request, act: Act, **params: Any) -> Response:
        """Open a day again. Twice changes nothing."""
        return Response({"removed": remove_closed_day(**params, act=act)})
