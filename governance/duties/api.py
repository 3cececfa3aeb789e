"""`/api/governance/duties`."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from governance.duties import services
from governance.duties.models import LegalDuty
from wholesale.plumbing.api import ApiViewSet, RowSerializer, act, acting_user, ask
from wholesale.plumbing.fields import DayField, LabelField, NoteField, StrictIntegerField, UpperChoiceField
from wholesale.plumbing.params import ActParams, Params
from wholesale.plumbing.texts import shown
from wholesale.plumbing.users import label_of


class DutyOut(RowSerializer):
    """A duty with its date."""

    class Meta:
        model = LegalDuty
        fields = (
            "id",
            "kind",
            "subject",
            "due_on",
            "done_on",
            "note",
            "enabled",
            "version",
            "changed_by",
            "reason",
            "updated_at",
        )


class DutyParams(ActParams):
    """A duty to write down or change; an absent setting keeps its value."""

    kind = UpperChoiceField(choices=LegalDuty.Kind.choices)
    subject = LabelField(default="", help_text="of which agent; absent: of all")
    due_on = DayField(required=False, help_text="by when")
    done_on = DayField(required=False, help_text="when it was last done")
    note = NoteField(required=False, help_text="where the proof is")
    enabled = serializers.BooleanField(required=False, help_text="false: it is no duty any more")
    changed_by = LabelField(required=False, help_text="default: your user name")
    reason = NoteField(default="")
    expected_version = StrictIntegerField(required=False, min_value=0, max_value=2**31 - 1)


class DutyViewSet(ApiViewSet):
    """Duties that the law sets dates for."""

    permissions = {"duties": "governance.view_legalduty", "upsert": "governance.change_legalduty"}

    @ask("duties", Params, DutyOut(many=True))
    def duties(self, request: Request) -> Response:
        """All of them, by kind and subject."""
        return Response([shown(duty, DutyOut.Meta.fields) for duty in LegalDuty.objects.all()])

    @act("duties/upsert", DutyParams, DutyOut)
    def upsert(self, request: Request, **params: Any) -> Response:
        """Write down a duty or its new dates."""
        params.setdefault("changed_by", label_of(request.user))
        return Response(shown(services.upsert_duty(user=acting_user(request), **params), DutyOut.Meta.fields))
