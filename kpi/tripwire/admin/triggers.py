"""The admin pages of triggers, with a button that undoes a trigger."""

from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.formats import date_format
from unfold.decorators import display

from kpi.tripwire.admin.states import TRIGGER_DID, SeenColumns
from kpi.tripwire.models import RegressionTrigger
from kpi.tripwire.rules import Action
from kpi.tripwire.triggers import undo_trigger
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import Question, ReadOnlyAdmin, asking
from wholesale.plumbing.admin_parts import DANGER, SinceFilter, StateFilter, allowed, button, either


class UndoneFilter(StateFilter):
    """Filter the triggers of the tripwire by whether they are undone."""

    states = {"standing": ("Not undone", Q(undone_at__isnull=True)), "undone": ("Undone", Q(undone_at__isnull=False))}


@admin.register(RegressionTrigger)
class RegressionTriggerAdmin(SeenColumns, ReadOnlyAdmin):
    """The admin page of triggers, the latest first."""

    list_display = ("id", "created_at", "policy", "state", "did", "drop", "undone_by", "undo_reason")
    list_display_links = ("id", "created_at")
    list_filter = (UndoneFilter, SinceFilter, "action_taken")
    list_select_related = ("policy",)
    search_fields = ("policy__domain", "policy__metric", "engine", "correlation_id")
    search_help_text = "Domain, metric, engine or correlation id"
    actions_detail = ("undo",)
    fieldsets = (
        ("Trigger", {"fields": ("policy", "policy_version", "created_at", "state", "did", "note")}),
        ("Seen", {"fields": ("baseline_text", "current_text", "drop", "correlation_id")}),
        ("Undone", {"fields": ("undone_at", "undone_by", "undone_user", "undo_reason")}),
    )

    state = either("State", lambda row: row.undone_at, ("Undone", "success"), ("Not undone", "danger"), ordering="undone_at")

    @display(description="It did", ordering="action_taken")
    def did(self, trigger: RegressionTrigger) -> str:
        """What the trigger did, and to which engine."""
        return TRIGGER_DID[trigger.action_taken].format(engine=trigger.engine)

    has_clear_permission = allowed("kpi.clear_tripwire")

    @button("Undo...", "clear", icon="undo", variant=DANGER, when=lambda trigger: trigger.undone_at is None)
    @asking
    def undo(self, request: HttpRequest, trigger: Any) -> Question:
        """Undo what the trigger did, after a page that asks why."""

        def act(reason: str) -> str:
            undone = undo_trigger(trigger.pk, act=Act.by(request.user, reason=reason))
            self.log_change(request, undone, "Undone.")
            return f"Trigger {undone.pk} is undone: {undone.note.rpartition('Undone: ')[2]}."

        return Question(
            act,
            title=f"Undo trigger {trigger.pk} of {trigger.policy}",
            explanation=self._effect(trigger),
            table={
                "headers": ["Went off", "It did", "Drop"],
                "rows": [[date_format(trigger.created_at, "DATETIME_FORMAT"), self.did(trigger), self.drop(trigger)]],
            },
            details=trigger.note,
            button="Undo",
            danger=True,
        )

    @staticmethod
    def _effect(trigger: RegressionTrigger) -> str:
        if trigger.action_taken == Action.KILL_SWITCH:
            what = "The kill switch that it engaged is released, and the system acts again at once"
        elif trigger.action_taken == Action.THROTTLE:
            what = f"The risk policy of {trigger.engine} that it switched off is on again"
        else:
            return "It did nothing, so there is nothing to take back; it only stops waiting for a person."
        return f"{what}. If somebody changed that since, or another trigger needs the same, it stays as it is."
