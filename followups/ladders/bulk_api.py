"""Ladders of many leads in one call: `/api/followups/ladder/bulk`."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from followups.ladders.bulk import Answer, Start, Status, start_ladders
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ApiViewSet, act
from wholesale.plumbing.fields import IdField, LabelField, ManyField, ProvinceField, RowField, StrictIntegerField, WordField
from wholesale.plumbing.params import ActParams, Params
from wholesale.plumbing.rendering import Response
from wholesale.plumbing.schema import example

LADDERS_MAX = 10_000
STATUSES = [status.value for status in Status]


class LadderRow(Params):
    """One row of a bulk call: a lead to follow up."""

    lead_id = LabelField()
    province = ProvinceField(required=False, help_text="default: the known lead's own")
    market = WordField(required=False, help_text="default: ALL; without a province, the known lead's own")
    owner = LabelField(required=False, help_text="absent: the next agent of the pool, or nobody")


@extend_schema_field(LadderRow)
class LadderRowField(RowField):
    """The field for one row of a bulk call."""

    row = LadderRow


class BulkLadderParams(ActParams):
    """The parameters of a bulk call: the leads to follow up."""

    ladders = ManyField(
        child=LadderRowField(), min_length=1, max_length=LADDERS_MAX, help_text="the second row of a lead is refused"
    )


class BulkLadderOut(serializers.Serializer[Any]):
    """The answer of a bulk call for one lead: its ladder, or the refusal."""

    lead_id = serializers.CharField(allow_null=True)
    status = serializers.ChoiceField(STATUSES)
    ladder_id = IdField(allow_null=True, help_text="the lead's open ladder; null if refused")
    code = serializers.CharField(required=False, help_text="the error code; present, like detail and attr, only if refused")
    detail = serializers.CharField(required=False)
    attr = serializers.CharField(required=False, allow_null=True)


class BulkLaddersOut(serializers.Serializer[Any]):
    """The answer of a bulk call: the number of leads in each status, and the answer for each lead in the order sent."""

    created = StrictIntegerField()
    existing = StrictIntegerField()
    refused = StrictIntegerField()
    results = BulkLadderOut(many=True)


class BulkLadderViewSet(ApiViewSet):
    """The endpoint that starts ladders for many leads."""

    permissions = {"start": "followups.create_ladder"}

    @act(
        "ladder/bulk",
        BulkLadderParams,
        BulkLaddersOut,
        in_parts=True,
        examples=[
            example(
                "A lead of Toronto, and one that we know",
                {"ladders": [{"lead_id": "L123", "province": "ON", "market": "TORONTO"}, {"lead_id": "L124"}]},
            )
        ],
    )
    def start(self, request: Request, act: Act, ladders: list[Mapping[str, Any]]) -> Response:
        """Start ladders for up to 10,000 leads, each as `ladder/create` does, in transactions of 1,000 leads.

        A lead with an open ladder keeps it, and a refused row does not stop the others. So the call may be repeated at any
        time. Ladders that started before a fault, or before the kill switch was engaged, stay.
        """
        results = [_checked(row) for row in ladders]
        starts = [one for one in results if isinstance(one, Start)]
        answers = iter(start_ladders(starts, act=act))
        shown = [_shown(next(answers)) if isinstance(one, Start) else one for one in results]
        counts = {status: sum(one["status"] == status for one in shown) for status in Status}
        return Response(
            {
                "created": counts[Status.CREATED],
                "existing": counts[Status.EXISTS],
                "refused": counts[Status.REFUSED],
                "results": shown,
            }
        )


_row = LadderRow()  # one for all rows, as in wholesale.plumbing.params: checking leaves no state


def _checked(row: Mapping[str, Any]) -> Start | dict[str, Any]:
    """Return the ladder to start. If the row is invalid, return the answer with its first error instead."""
    try:
        return Start(**_row.run_validation({name: value for name, value in row.items() if value is not None}))
    except ValidationError as error:
        details: Any = error.detail
        attr, messages = next(iter(details.items()))
        first: ErrorDetail = messages[0]
        lead_id = row.get("lead_id")
        shown = lead_id if attr != "lead_id" and isinstance(lead_id, str) else None
        return _refused(shown, str(first.code), str(first), attr)


def _shown(answer: Answer) -> dict[str, Any]:
    refusal = answer.refusal
    if refusal is not None:
        return _refused(answer.lead_id, refusal.code, refusal.detail, refusal.attr)
    return {"lead_id": answer.lead_id, "status": answer.status, "ladder_id": answer.ladder_id}


def _refused(lead_id: str | None, code: str, detail: str, attr: str | None) -> dict[str, Any]:
    refused = {"lead_id": lead_id, "status": Status.REFUSED, "ladder_id": None}
    return {**refused, "code": code, "detail": detail, "attr": attr}
