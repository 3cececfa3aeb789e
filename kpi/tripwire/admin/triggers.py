"""The admin pages of triggers, with a button that undoes a trigger."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from kpi.tripwire.admin.states import TRIGGER_DID, SeenColumns
from kpi.tripwire.models import RegressionTrigger
from kpi.tripwire.rules import Action
from kpi.tripwire.triggers import undo_trigger
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import ReadOnlyAdmin
from wholesale.plumbing.admin_parts import DANGER, SinceFilter, StateFilter, allowed, button, either
from wholesale.plumbing.admin_questions import Question, asking
from wholesale.plumbing.showing import shown_time
from wholesale.plumbing.spoken import code_words


class UndoneFilter(StateFilter):
    """Filter the triggers of the tripwire by whether they are undone."""

    states = {"standing": (_("Not undone"), Q(undone_at__isnull=True)), "undone": (_("Undone"), Q(undone_at__isnull=False))}


@admin.register(RegressionTrigger)
class RegressionTriggerAdmin(SeenColumns, ReadOnlyAdmin):
    """The admin page of triggers, the latest first."""

    list_display = ("id", "created_at", "policy", "state", "did", "drop", "undone_by", "undo_reason")
    list_display_links = ("id", "created_at")
    list_filter = (UndoneFilter, SinceFilter, "action_taken")
    list_select_related = ("policy",)
    search_fields = ("policy__domain", "policy__metric", "engine", "correlation_id")
    search_help_text = _("Domain, metric, engine or correlation id")
    actions_detail = ("undo",)
    fieldsets = (
        (_("Trigger"), {"fields": ("policy", "policy_version", "created_at", "state", "did", "note")}),
        (_("Seen"), {"fields": ("baseline_text", "current_text", "drop", "correlation_id")}),
        (_("Undone"), {"fields": ("undone_at", "undone_by", "undone_user", "undo_reason")}),
    )

    state = either(
        _("State"), lambda row: row.undone_at, (_("Undone"), "success"), (_("Not undone"), "danger"), ordering="undone_at"
    )

    @display(description=_("It did"), ordering="action_taken")
    def did(self, trigger: RegressionTrigger) -> str:
        """What the trigger did, and to which engine."""
        return TRIGGER_DID[trigger.action_taken].format(engine=code_words(trigger.engine, "engine"))

    has_clear_permission = allowed("kpi.clear_tripwire")

    @button(_("Undo..."), "clear", icon="undo", variant=DANGER, when=lambda trigger: trigger.undone_at is None)
    @asking
    def undo(self, request: HttpRequest, trigger: Any) -> Question:
        """Undo what the trigger did, after a page that asks why."""

        def act(reason: str) -> str:
            undone = undo_trigger(trigger.pk, act=Act.by(request.user, reason=reason))
            self.log_change(request, undone, "Undone.")
            return gettext("Tripwire %(trigger)s is undone: %(what)s.") % {
                "trigger": undone.pk,
                "what": undone.note.rpartition("Undone: ")[2],
            }

        return Question(
            act,
            title=gettext("Undo trigger %(trigger)s of %(policy)s") % {"trigger": trigger.pk, "policy": trigger.policy},
            explanation=self._effect(trigger),
            table={
                "headers": [gettext("Went off"), gettext("It did"), gettext("Drop")],
                "rows": [[shown_time(trigger.created_at), self.did(trigger), self.drop(trigger)]],
            },
            details=trigger.note,
            button=gettext("Undo"),
            danger=True,
        )

    @staticmethod
    def _effect(trigger: RegressionTrigger) -> str:
        if trigger.action_taken == Action.KILL_SWITCH:
            what = gettext("The kill switch that it engaged is released, and the system acts again at once")
        elif trigger.action_taken == Action.THROTTLE:
            what = gettext("The risk policy of %(engine)s that it switched off is on again") % {"engine": trigger.engine}
        else:
            return gettext("It did nothing, so there is nothing to take back; it only stops waiting for a person.")
        return gettext("%(what)s. If somebody changed that since, or another trigger needs the same, it stays as it is.") % {
            "what": what
        }
