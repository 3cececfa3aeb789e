"""The due list and claims: `/api/followups/due`."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request

from followups.tasks.due import claims, services
from followups.tasks.due.claims import LEASE_MINUTES, LEASE_MINUTES_MAX
from followups.tasks.due.services import DUE_LIMIT, DUE_LIMIT_MAX
from governance.channels import Channel
from governance.clocks.api import PlaceParams
from wholesale.plumbing.act import Act
from wholesale.plumbing.api import ApiViewSet, act, acting_user, ask
from wholesale.plumbing.fields import (
    AwareDateTimeField,
    IdField,
    LabelField,
    ManyField,
    ProvinceField,
    StrictIntegerField,
    UpperChoiceField,
    WordField,
)
from wholesale.plumbing.params import ActParams
from wholesale.plumbing.rendering import Response


class ListParams(PlaceParams):
    """The parameters that choose which tasks to list."""

    limit = StrictIntegerField(default=DUE_LIMIT, min_value=1, max_value=DUE_LIMIT_MAX)
    owner = LabelField(required=False)
    province = ProvinceField(required=False)
    market = WordField(required=False)
    channel = UpperChoiceField(required=False, choices=Channel.choices)


class DueParams(ListParams):
    """The parameters of the due list."""

    include_blocked = serializers.BooleanField(
        default=False, help_text="list all due tasks, each with the first reason against it"
    )


class DueOut(serializers.Serializer[Any]):
    """A due task, and the gate's answer about it now."""

    id = IdField(read_only=True)
    lead_id = serializers.CharField(allow_null=True)
    due_at = AwareDateTimeField()
    channel = serializers.ChoiceField(choices=Channel.choices)
    step = StrictIntegerField()
    owner = serializers.CharField(allow_null=True)
    province = serializers.CharField()
    market = serializers.CharField()
    actionable_at = AwareDateTimeField(allow_null=True, help_text="the first permitted minute at or after due_at")
    open_until = AwareDateTimeField(
        allow_null=True, help_text="the end of the permitted interval that contains now, or of the next one, as stored"
    )
    local_time = serializers.CharField(allow_null=True, help_text="the lead's clock: ISO 8601 with its offset")
    timezone = serializers.CharField(allow_null=True, help_text="the zone of the lead's clock")
    allowed = serializers.BooleanField()
    reason = serializers.CharField(help_text="the first refusal reason, a stable code; within_window if there is none")
    next_allowed_at = AwareDateTimeField(allow_null=True, help_text="if only the time forbids the contact")
    leased_by = serializers.CharField(allow_null=True, help_text="who holds a live claim")
    leased_until = AwareDateTimeField(allow_null=True)


class LeaseParams(ActParams):
    """The parameters of a claim: who claims, and for how long."""

    owner = LabelField(required=False, help_text="the name to claim under; default: your user name")
    lease_minutes = StrictIntegerField(default=LEASE_MINUTES, min_value=1, max_value=LEASE_MINUTES_MAX)


class ClaimParams(LeaseParams, ListParams):
    """The parameters to claim tasks: which tasks, who claims them, and for how long."""


class ContactDetailsOut(serializers.Serializer[Any]):
    """The lead to contact. An empty text means that the value is unknown."""

    name = serializers.CharField(allow_blank=True)
    phone = serializers.CharField(allow_blank=True, help_text="E.164")
    email = serializers.CharField(allow_blank=True)


class ClaimedOut(DueOut):
    """A claimed task, with what to say and whom to contact."""

    script = serializers.CharField(allow_null=True, help_text="in the lead's language")
    contact = ContactDetailsOut()


class RenewParams(LeaseParams):
    """The parameters to renew leases: the tasks, the claimant, and for how long."""

    task_ids = ManyField(child=IdField(), min_length=1, max_length=DUE_LIMIT_MAX)


class RenewalOut(serializers.Serializer[Any]):
    """`renewed`: the tasks whose leases now end at `leased_until`. `lost`: those under no live lease of the claimant."""

    renewed = ManyField(child=IdField())
    lost = ManyField(child=IdField())
    leased_until = AwareDateTimeField()


class ReleaseParams(ActParams):
    """The parameters to give tasks back: the tasks, and the claimant."""

    owner = LabelField(required=False, help_text="the name of the claim; default: your user name")
    task_ids = ManyField(child=IdField(), min_length=1, max_length=DUE_LIMIT_MAX)


class ReleaseOut(serializers.Serializer[Any]):
    """`released`: the tasks that were given back. `lost`: those under no live lease of the claimant."""

    released = ManyField(child=IdField())
    lost = ManyField(child=IdField())


class DueViewSet(ApiViewSet):
    """The endpoints of the due list, and of claims of due tasks."""

    permissions = {
        "due": "followups.list_due_tasks",
        "claim": "followups.claim_task",
        "renew": "followups.claim_task",
        "release": "followups.claim_task",
    }

    @ask("due", DueParams, DueOut(many=True))
    def due(self, request: Request, **params: Any) -> Response:
        """List the tasks that are due and permitted now, the oldest first, also those that somebody has claimed. An agent
        sees its own tasks, unowned ones, and those of the markets in whose pool it is."""
        return Response([task._asdict() for task in services.due_tasks(**params, user=acting_user(request))])

    @act("due/claim", ClaimParams, ClaimedOut(many=True))
    def claim(self, request: Request, act: Act, **params: Any) -> Response:
        """Take on due tasks for some minutes: your own first, then unowned ones. Nobody else is given them meanwhile.

        An agent is given at most 25 at once (`AGENT_CLAIM_MAX`), however many it asks for.
        """
        return Response(
            [
                {**claimed.task._asdict(), "script": claimed.script, "contact": claimed.contact._asdict()}
                for claimed in claims.claim_due(**params, act=act)
            ]
        )

    @act("due/renew", RenewParams, RenewalOut)
    def renew(self, request: Request, act: Act, **params: Any) -> Response:
        """Make your live leases end `lease_minutes` from now. An expired lease cannot be renewed: claim the task again."""
        return Response(claims.renew_leases(**params, act=act)._asdict())

    @act("due/release", ReleaseParams, ReleaseOut)
    def release(self, request: Request, act: Act, **params: Any) -> Response:
        """Give tasks back, so that somebody else may claim them at once."""
        return Response(claims.release_leases(**params, act=act)._asdict())
