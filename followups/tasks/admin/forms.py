"""The forms that the pages of the work queue, of tasks and of ladders show before they act."""

from datetime import datetime, tzinfo
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminExpandableTextareaWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from followups.tasks.outcomes.rules import Outcome
from wholesale.plumbing.admin_questions import ReasonForm, reason_field
from wholesale.plumbing.facts import storable
from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH


class MomentThereField(forms.DateTimeField):
    """A form field for a time on the lead's clock, to the minute. A time that the clock skips or shows twice is refused."""

    zone: tzinfo | None = None  # None: the user's zone

    def clean(self, value: Any) -> datetime | None:
        with timezone.override(self.zone or timezone.get_current_timezone()):
            return super().clean(value)


class ThereForm(forms.Form):
    """A form that asks for a time on the lead's clock. The label of the field names the zone."""

    def __init__(self, *args: Any, zone: tzinfo | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, MomentThereField):
                field.zone = zone
                field.label = gettext("%(field)s, %(zone)s time") % {
                    "field": field.label,
                    "zone": zone or timezone.get_current_timezone_name(),
                }


class CompleteForm(forms.Form):
    """The form to record what came of a contact. The outcome comes from the button that was pressed, or from a choice."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=Outcome.choices, widget=UnfoldAdminRadioSelectWidget)
    note = forms.CharField(
        label=_("What happened"),
        required=False,
        max_length=NOTE_MAX_LENGTH,
        widget=UnfoldAdminExpandableTextareaWidget(attrs={"placeholder": _("What was said, in a line or two.")}),
    )
    force = forms.BooleanField(
        label=_("Record it although somebody else holds the task"),
        required=False,
        widget=UnfoldBooleanWidget,
        help_text=_("It happened, so it is recorded; the note must say how."),
    )

    def clean(self) -> dict[str, Any]:
        """Accept any note if the outcome is OPTED_OUT. An invalid note is changed so that it can be stored."""
        cleaned = super().clean() or {}
        if cleaned.get("outcome") == Outcome.OPTED_OUT and "note" in self.errors:
            del self.errors["note"]
            cleaned["note"] = storable(self.data["note"], NOTE_MAX_LENGTH)
        return cleaned


class SnoozeForm(ThereForm):
    """The form to snooze a task: the time until which it is put off, and the reason."""

    until = MomentThereField(label=_("Until"), widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}))
    reason = reason_field()


class SnoozeManyForm(ReasonForm):
    """The form to snooze many tasks, whose leads may live in several zones: for how long, and the reason."""

    hours = forms.TypedChoiceField(
        label=_("For"),
        coerce=int,
        widget=UnfoldAdminSelectWidget,
        choices=[
            (1, _("1 hour")),
            (3, _("3 hours")),
            (24, _("1 day")),
            (72, _("3 days")),
            (168, _("1 week")),
            (720, _("30 days")),
        ],
    )
    field_order = ("hours", "reason")
