"""The admin of ladders: their steps, and the buttons to reassign, cancel and restart a ladder."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from followups.ladders.models import FollowupLadder
from followups.ladders.services import cancel_ladder, reassign_ladder, restart_ladder
from followups.tasks.models import FollowupTask
from followups.tasks.page_parts import WithLead, task_state, task_url
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import GrowingAdmin, Question, ReadOnlyInline, asking, reason_field
from wholesale.plumbing.admin_parts import (
    DANGER,
    SinceFilter,
    StateFilter,
    allowed,
    button,
    column,
    either,
    link,
    place_text,
)
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH


class TaskInline(ReadOnlyInline):
    """The table of a ladder's steps on the page of the ladder."""

    model = FollowupTask
    ordering = ("step",)
    fields = ("step_link", "channel", "due_at", "state", "completed_at", "completed_by", "outcome", "cancel_reason")
    readonly_fields = ("step_link", "state")

    step_link = link("Step", lambda task: task_url(task.pk), lambda task: task.step)
    state = column("State", task_state)


class LadderStateFilter(StateFilter):
    """Filters ladders by their state: open or closed."""

    states = {"open": ("Open", Q(closed_at__isnull=True)), "closed": ("Closed", Q(closed_at__isnull=False))}


def _is_open(ladder: FollowupLadder) -> bool:
    return ladder.closed_at is None


@admin.register(FollowupLadder)
class FollowupLadderAdmin(WithLead, GrowingAdmin):
    """The read-only pages of ladders: a list with the newest first, and a page for each ladder."""

    list_display = ("id", "who", "state", "open_steps", "place", "owner", "created_at", "created_by")
    list_display_links = ("id", "who")
    list_filter = (LadderStateFilter, SinceFilter, "province", "template_kind")
    list_select_related = False
    search_fields = ("lead_id__exact", "owner__exact", "market__exact", "correlation_id__exact")
    search_help_text = "Lead id, owner, market or correlation id, in full"
    inlines = (TaskInline,)
    actions_detail = ("reassign", "cancel", "restart")
    fieldsets = (
        ("Ladder", {"fields": (("who", "owner"), ("province", "market"), ("open_steps", "closed_at"), "made_from")}),
        ("Who and when", {"fields": (("created_by", "user"), "reason", "created_at", "correlation_id")}),
    )

    state = either("State", lambda ladder: ladder.closed_at, ("Closed", ""), ("Open", "info"))
    place = column("Place", place_text, ordering="province")

    @display(description="Made from")
    def made_from(self, ladder: FollowupLadder) -> str:
        """The ladder's template and version. A ladder without a template has the steps of the customer's guide."""
        if ladder.template is None:
            return "the guide's steps, before there were templates"
        url = reverse("admin:followups_laddertemplate_change", args=[ladder.template.pk])
        named = f"the {ladder.template_kind} template of {place_text(ladder.template)}"
        return format_html('<a href="{}" class="text-link">{}</a>, version {}', url, named, ladder.template_version)

    # The buttons of a ladder --------------------------------------------------------------------------------------------

    has_steer_permission = allowed("followups.steer_ladder")

    @button("Reassign...", "steer", icon="switch_account", when=_is_open)
    @asking
    def reassign(self, request: HttpRequest, ladder: Any) -> Question:
        """Show the form to give the ladder to another owner. If the form was sent, reassign the ladder."""

        def act(owner: str, reason: str) -> str:
            given = reassign_ladder(ladder.pk, owner or None, act=Act.by(request.user, reason=reason))
            return self._done(request, given, f"Its owner is {given.owner or 'nobody'}.")

        return Question(
            act,
            form=partial(ReassignForm, initial={"owner": ladder.owner}),
            title=f"Reassign ladder {ladder.pk}",
            explanation=f"Its open steps become the new owner's work, and claims of them end. "
            f"Its owner is {ladder.owner or 'nobody'}.",
            button="Reassign it",
        )

    @button("Cancel...", "steer", icon="cancel", variant=DANGER, when=_is_open)
    @asking
    def cancel(self, request: HttpRequest, ladder: Any) -> Question:
        """Show the form to cancel the open steps of the ladder. If the form was sent, cancel them."""

        def act(reason: str) -> str:
            cancelled = cancel_ladder(ladder.pk, act=Act.by(request.user, reason=reason))
            return self._done(request, cancelled, "The ladder is cancelled.")

        return Question(
            act,
            title=f"Cancel ladder {ladder.pk}",
            explanation=f"Its open steps ({ladder.open_steps}) are cancelled. Completed steps stay as they are.",
            button="Cancel the ladder",
            danger=True,
        )

    @button("Restart...", "steer", icon="restart_alt")
    @asking
    def restart(self, request: HttpRequest, ladder: Any) -> Question:
        """Show the form to restart the ladder. If the form was sent, restart the ladder."""

        def act(reason: str) -> str:
            begun = restart_ladder(ladder.pk, act=Act.by(request.user, reason=reason)).tasks[0].ladder
            return self._done(request, begun, f"Ladder {begun.pk} began instead of ladder {ladder.pk}.")

        return Question(
            act,
            title=f"Restart ladder {ladder.pk}",
            explanation="Its open steps are cancelled, and a new ladder of the same lead and owner begins now, with the "
            "steps that its place's templates have for the lead today.",
            button="Begin it anew",
        )

    def _done(self, request: HttpRequest, ladder: FollowupLadder, said: str) -> str:
        self.log_change(request, ladder, said)
        return said


class ReassignForm(forms.Form):
    """The form to reassign a ladder: the new owner, and the reason."""

    owner = forms.CharField(
        label="New owner",
        required=False,
        max_length=LABEL_MAX_LENGTH,
        widget=UnfoldAdminTextInputWidget,
        help_text="A user's name. Empty: the ladder has no owner.",
    )
    reason = reason_field()
