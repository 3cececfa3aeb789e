"""`/api/governance/contact/closed-days`: days on which nobody is contacted."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.request import Request

from governance.closed_days.models import ClosedDay
from governance.closed_days.services import remove_closed_day, set_closed_day
from wholesale.plumbing import filters
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ResourceViewSet, RowSerializer, act
from wholesale.plumbing.fields import DayField, LabelField, NoteField, ProvinceField
from wholesale.plumbing.params import ActParams
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.texts import shown


class ClosedDayOut(RowSerializer):
    """A closed day: nobody is contacted on it."""

    province = serializers.CharField(help_text="empty: every province")

    class Meta:
        model = ClosedDay
        fields = ("id", "day", "province", "name", "changed_by", "reason", "updated_at")


class ClosedDayParams(ActParams):
    """Parameters that name a closed day by its date and its province, and say who changes it and why."""

    day = DayField()
    province = ProvinceField(required=False, help_text="default: every province")
    changed_by = LabelField(required=False, help_text="default: your user name")
    reason = NoteField(default="")


class SetClosedDayParams(ClosedDayParams):
    """Parameters of a closed day to store, with its name."""

    name = LabelField(help_text="what the day is")


class RemovedOut(serializers.Serializer[Any]):
    """The answer to opening a closed day: whether the day was closed before."""

    removed = serializers.BooleanField()


def closed_in(queryset: QuerySet[ClosedDay], name: str, value: str) -> QuerySet[ClosedDay]:
    """Keep the closed days of a province, and the days that are closed in every province."""
    return queryset.filter(province__in=(value, ""))


class ClosedDayFilter(django_filters.FilterSet):
    """The filters of the list of closed days."""

    province = filters.province(method=closed_in)


class ClosedDayViewSet(ResourceViewSet):
    """The operator's own closed days, the last entered first."""

    queryset = ClosedDay.objects.all()
    serializer_class = ClosedDayOut
    filterset_class = ClosedDayFilter
    permissions = {
        "create": "governance.change_closedday",
        "remove": "governance.delete_closedday",
    }

    @act(None, SetClosedDayParams, {200: ClosedDayOut})
    def create(self, request: Request, act: Act, **params: Any) -> Response:
        """Close a day: nobody is contacted on it. If the day is closed already, it gets the new name."""
        closed = set_closed_day(**params, act=act)
        return Response(shown(closed, ClosedDayOut.Meta.fields))

    @act("remove", ClosedDayParams, RemovedOut)
    def remove(self, request: Request, act: Act, **params: Any) -> Response:
        """Open a closed day, so that it counts as an ordinary day. If the day is not closed, nothing changes."""
        return Response({"removed": remove_closed_day(**params, act=act)})
