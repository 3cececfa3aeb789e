"""What the pages of the work queue, of tasks and of ladders ask before they act."""

from datetime import datetime, tzinfo
from typing import Any

from django import forms
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminExpandableTextareaWidget,
    UnfoldAdminRadioSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from followups.outcomes.rules import Outcome
from wholesale.plumbing.admin_base import reason_field
from wholesale.plumbing.facts import storable
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH, NOTE_MAX_LENGTH


class MomentThereField(forms.DateTimeField):
    """A time to the minute as the lead's own clock shows it; one that its clock skips or shows twice is refused."""

    zone: tzinfo | None = None  # UTC where none is known

    def clean(self, value: Any) -> datetime | None:
        with timezone.override(self.zone):
            return super().clean(value)


class ThereForm(forms.Form):
    """A form with a time of the lead's own clock."""

    def __init__(self, *args: Any, zone: tzinfo | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if isinstance(field, MomentThereField):
                field.zone = zone
                field.label = f"{field.label}, {zone or 'UTC'} time"


class CompleteForm(forms.Form):
    """What came of a contact. Its outcome comes from the button that was pressed, or from a choice."""

    outcome = forms.ChoiceField(choices=Outcome.choices, widget=UnfoldAdminRadioSelectWidget)
    note = forms.CharField(
        label="What happened",
        required=False,
        max_length=NOTE_MAX_LENGTH,
        widget=UnfoldAdminExpandableTextareaWidget(attrs={"placeholder": "What was said, in a line or two."}),
    )
    force = forms.BooleanField(
        label="Record it although somebody else holds the task",
        required=False,
        widget=UnfoldBooleanWidget,
        help_text="It happened, so it is recorded; the note must say how.",
    )

    def clean(self) -> dict[str, Any]:
        """Whoever wants no more contact is heard, whatever stands in the note."""
        cleaned = super().clean() or {}
        if cleaned.get("outcome") == Outcome.OPTED_OUT and "note" in self.errors:
            del self.errors["note"]
            cleaned["note"] = storable(self.data["note"], NOTE_MAX_LENGTH)
        return cleaned


class SnoozeForm(ThereForm):
    """Until when a step is put off, and why."""

    until = MomentThereField(label="Until", widget=UnfoldAdminTextInputWidget(attrs={"type": "datetime-local"}))
    reason = reason_field()


class ReassignForm(forms.Form):
    """Whose work a ladder becomes, and why."""

    owner = forms.CharField(
        label="New owner",
        required=False,
        max_length=LABEL_MAX_LENGTH,
        widget=UnfoldAdminTextInputWidget,
        help_text="A user's name. Nothing makes it anybody's.",
    )
    reason = reason_field()
