"""Acts on many leads or tasks about their ladders, and the filter of leads by follow-up.

The admin of leads and that of tasks know no verb of ladders, so `followups.admin` adds these to them.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from followups.ladders.bulk import Start, start_ladders
from followups.ladders.errors import LadderNotFound
from followups.ladders.models import FollowupLadder
from followups.ladders.services import reassign_ladder
from followups.leads.models import Lead
from followups.pool.agents import agents_to_choose
from followups.tasks.models import FollowupTask
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_bulk import Bulk, Outcome, bulk, one_by_one
from wholesale.plumbing.admin_forms import SuggestingInput
from wholesale.plumbing.admin_questions import ReasonForm
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH


class OwnerForm(ReasonForm):
    """The form to give work to another owner, with the reason."""

    owner = forms.CharField(
        label=gettext_lazy("New owner"),
        required=False,
        max_length=LABEL_MAX_LENGTH,
        widget=SuggestingInput(agents_to_choose),
        help_text=gettext_lazy("A user's name. Empty: the work has no owner."),
    )
    field_order = ("owner", "reason")


class FollowUpFilter(admin.SimpleListFilter):
    """Filters leads by their follow-up. Those who are due come in the order in which they fell due."""

    title = gettext_lazy("follow-up")
    parameter_name = "followup"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("due", _("Due now")), ("planned", _("Planned")), ("none", _("None"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Lead]) -> QuerySet[Lead]:
        now = timezone.now()
        ladder = FollowupLadder.objects.open().filter(lead=OuterRef("lead_id"))
        if self.value() == "due":
            # The lowest of a ladder's due steps, so that a lead is listed once.
            tasks = FollowupTask.objects.open().filter(due_at__lte=now)
            lower = tasks.filter(ladder=OuterRef("tasks__ladder"), step__lt=OuterRef("tasks__step"))
            due = {"tasks__completed_at": None, "tasks__cancelled_at": None, "tasks__due_at__lte": now}
            return queryset.filter(~Exists(lower), tasks__isnull=False, **due)
        if self.value() == "planned":
            return queryset.filter(Exists(ladder))
        if self.value() == "none":
            return queryset.filter(~Exists(ladder))
        return queryset


def ladder_of(lead: Lead) -> FollowupLadder:
    """Return the open ladder of a lead.

    Raises:
        LadderNotFound: the lead has none.

    """
    ladder = FollowupLadder.objects.open().filter(lead_id=lead.lead_id).first()
    if ladder is None:
        raise LadderNotFound(_("No open ladder."))
    return ladder


@bulk(gettext_lazy("Reassign..."), "steer")
def reassign_leads(self: Any, request: HttpRequest) -> Bulk:
    """Give the open ladders of the chosen leads to another owner."""

    def act(lead: Lead, owner: str, reason: str) -> None:
        reassign_ladder(ladder_of(lead).pk, owner or None, act=Act.by(request.user, reason=reason))

    return Bulk(
        title=_("Reassign %(count)s leads"),
        explanation=_("Their open ladders become the new owner's work, and claims of them end."),
        button=_("Reassign them"),
        form=OwnerForm,
        act=one_by_one(act),
        done=_("Reassigned."),
    )


@bulk(gettext_lazy("Start ladders..."), "start")
def start_for_leads(self: Any, request: HttpRequest) -> Bulk:
    """Start a ladder for each of the chosen leads."""

    def act(leads: Sequence[Lead], reason: str) -> Iterator[Outcome]:
        starts = [Start(lead.lead_id) for lead in leads]
        try:
            answers = start_ladders(starts, act=Act.by(request.user, reason=reason))
        except DomainError as stop:  # nothing may act now
            yield from ((lead, stop) for lead in leads)
            return
        for lead, answer in zip(leads, answers, strict=True):
            has_one = answer.refusal is None and answer.status == "exists"
            yield lead, DomainError(_("It has an open ladder.")) if has_one else answer.refusal

    return Bulk(
        title=_("Start ladders for %(count)s leads"),
        explanation=_("Each gets the steps that its place's templates have for it today, unless the rules refuse it."),
        button=_("Start them"),
        form=ReasonForm,
        act=act,
        done=_("A ladder was started."),
    )


@bulk(gettext_lazy("Reassign..."), "steer")
def reassign_tasks(self: Any, request: HttpRequest) -> Bulk:
    """Give the ladders of the chosen tasks to another owner."""

    def act(task: FollowupTask, owner: str, reason: str) -> None:
        reassign_ladder(task.ladder_id, owner or None, act=Act.by(request.user, reason=reason))

    return Bulk(
        title=_("Reassign %(count)s tasks"),
        explanation=_("The whole ladder of each task becomes the new owner's work, and claims of its tasks end."),
        button=_("Reassign them"),
        form=OwnerForm,
        act=one_by_one(act),
        done=_("Reassigned."),
    )
