"""The admin of ladders: their steps, and the buttons to reassign, cancel and restart a ladder."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import format_lazy
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from followups.ladders.models import FollowupLadder
from followups.ladders.services import cancel_ladder, reassign_ladder, restart_ladder
from followups.pool.agents import agents_to_choose
from followups.tasks.models import FollowupTask
from followups.tasks.page_parts import WithLead, reason_words, task_state, task_url
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import GrowingAdmin, ReadOnlyInline
from wholesale.plumbing.admin_forms import SuggestingInput
from wholesale.plumbing.admin_parts import DANGER, SinceFilter, StateFilter, allowed, button, column, either, link
from wholesale.plumbing.admin_questions import Question, asking, reason_field
from wholesale.plumbing.codes import place_text
from wholesale.plumbing.texts import Words
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH


class TaskInline(ReadOnlyInline):
    """The table of a ladder's steps on the page of the ladder."""

    model = FollowupTask
    ordering = ("step",)
    fields = ("step_link", "channel", "due_at", "state", "completed_at", "completed_by", "outcome", "cancelled_why")
    readonly_fields = ("step_link", "state", "cancelled_why")

    step_link = link(_("Step"), lambda task: task_url(task.pk), lambda task: task.step)
    state = column(_("State"), task_state)
    cancelled_why = column(_("Why it was cancelled"), lambda task: reason_words(task.cancel_reason))


class LadderStateFilter(StateFilter):
    """Filters ladders by their state: open or closed."""

    states = {
        "open": (_("Open"), Q(closed_at__isnull=True)),
        "closed": (pgettext_lazy("ladder", "Closed"), Q(closed_at__isnull=False)),
    }


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
    search_help_text = _("Lead id, owner, market or correlation id, in full")
    inlines = (TaskInline,)
    actions_detail = ("reassign", "cancel", "restart")
    fieldsets = (
        (_("Ladder"), {"fields": (("who", "owner"), ("province", "market"), ("open_steps", "closed_at"), "made_from")}),
        (_("Who and when"), {"fields": (("created_by", "user"), "reason", "created_at", "correlation_id")}),
    )

    state = either(_("State"), lambda ladder: ladder.closed_at, (_("Closed"), ""), (_("Open"), "info"))
    place = column(_("Place"), place_text, ordering="province")

    @display(description=_("Made from"))
    def made_from(self, ladder: FollowupLadder) -> str:
        """The ladder's template and version. A ladder without a template has the steps of the customer's guide."""
        if ladder.template is None:
            return gettext("the guide's steps, before there were templates")
        url = reverse("admin:followups_laddertemplate_change", args=[ladder.template.pk])
        named = gettext("the %(template_kind)s template of %(template)s") % {
            "template_kind": ladder.template_kind,
            "template": place_text(ladder.template),
        }
        return format_html(
            '<a href="{}" class="text-link">{}</a>, {}',
            url,
            named,
            gettext("version %(version)s") % {"version": ladder.template_version},
        )

    # The buttons of a ladder --------------------------------------------------------------------------------------------

    has_steer_permission = allowed("followups.steer_ladder")

    @button(_("Reassign..."), "steer", icon="switch_account", when=_is_open)
    @asking
    def reassign(self, request: HttpRequest, ladder: Any) -> Question:
        """Show the form to give the ladder to another owner. If the form was sent, reassign the ladder."""

        def act(owner: str, reason: str) -> str:
            given = reassign_ladder(ladder.pk, owner or None, act=Act.by(request.user, reason=reason))
            return self._done(request, given, format_lazy(_("Its owner is {owner}."), owner=given.owner or _("nobody")))

        return Question(
            act,
            form=partial(ReassignForm, initial={"owner": ladder.owner}),
            title=gettext("Reassign ladder %(ladder)s") % {"ladder": ladder.pk},
            explanation=gettext(
                "Its open steps become the new owner's work, and claims of them end. Its owner is %(owner)s."
            )
            % {"owner": ladder.owner or gettext("nobody")},
            button=gettext("Reassign it"),
        )

    @button(_("Cancel..."), "steer", icon="cancel", variant=DANGER, when=_is_open)
    @asking
    def cancel(self, request: HttpRequest, ladder: Any) -> Question:
        """Show the form to cancel the open steps of the ladder. If the form was sent, cancel them."""

        def act(reason: str) -> str:
            cancelled = cancel_ladder(ladder.pk, act=Act.by(request.user, reason=reason))
            return self._done(request, cancelled, _("The ladder is cancelled."))

        return Question(
            act,
            title=gettext("Cancel ladder %(ladder)s") % {"ladder": ladder.pk},
            explanation=gettext("Its open steps (%(open_steps)s) are cancelled. Completed steps stay as they are.")
            % {"open_steps": ladder.open_steps},
            button=gettext("Cancel the ladder"),
            danger=True,
        )

    @button(_("Restart..."), "steer", icon="restart_alt")
    @asking
    def restart(self, request: HttpRequest, ladder: Any) -> Question:
        """Show the form to restart the ladder. If the form was sent, restart the ladder."""

        def act(reason: str) -> str:
            begun = restart_ladder(ladder.pk, act=Act.by(request.user, reason=reason)).tasks[0].ladder
            return self._done(
                request,
                begun,
                format_lazy(_("Ladder {begun} began instead of ladder {ladder}."), begun=begun.pk, ladder=ladder.pk),
            )

        return Question(
            act,
            title=gettext("Restart ladder %(ladder)s") % {"ladder": ladder.pk},
            explanation=gettext(
                "Its open steps are cancelled, and a new ladder of the same lead and owner begins now, with the "
                "steps that its place's templates have for the lead today."
            ),
            button=gettext("Begin it anew"),
        )

    def _done(self, request: HttpRequest, ladder: FollowupLadder, said: Words) -> str:
        self.log_change(request, ladder, said)
        return str(said)


class ReassignForm(forms.Form):
    """The form to reassign a ladder: the new owner, and the reason."""

    owner = forms.CharField(
        label=_("New owner"),
        required=False,
        max_length=LABEL_MAX_LENGTH,
        widget=SuggestingInput(agents_to_choose),
        help_text=_("A user's name. Empty: the ladder has no owner."),
    )
    reason = reason_field()
