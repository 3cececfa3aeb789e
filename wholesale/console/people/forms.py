"""The forms of what is done on a person's page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminExpandableTextareaWidget,
    UnfoldAdminSplitDateTimeWidget,
)

from followups.pool.agents import agents_to_choose
from wholesale.plumbing.admin_forms import SuggestingInput
from wholesale.plumbing.admin_questions import reason_field
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH, NOTE_MAX_LENGTH


def _words(label: Any, *, required: bool, help_text: Any = "") -> forms.CharField:
    widget = UnfoldAdminExpandableTextareaWidget()
    return forms.CharField(label=label, max_length=NOTE_MAX_LENGTH, required=required, widget=widget, help_text=help_text)


class LeadNoteForm(forms.Form):
    """The form of a note."""

    text = _words(_("Note"), required=True)


class AppointmentForm(forms.Form):
    """The form of an appointment. Its time is in the zone that the page is shown in."""

    meets_at = forms.SplitDateTimeField(label=_("When"), widget=UnfoldAdminSplitDateTimeWidget)
    text = _words(_("Note"), required=False, help_text=_("Where, and what was agreed."))


class NoMoreContactForm(forms.Form):
    """The form of an opt-out."""

    reason = _words(_("What was said"), required=False, help_text=_("It is kept until the person is erased."))


class StartLadderForm(forms.Form):
    """The form that starts a ladder."""

    owner = forms.CharField(
        label=_("Owner"),
        required=False,
        max_length=LABEL_MAX_LENGTH,
        widget=SuggestingInput(agents_to_choose),
        help_text=_("A user's name. Empty: the next agent of the pool, else anybody."),
    )


class GiveToForm(forms.Form):
    """The form that gives the open ladder to another owner."""

    owner = forms.CharField(
        label=_("New owner"),
        required=False,
        max_length=LABEL_MAX_LENGTH,
        widget=SuggestingInput(agents_to_choose),
        help_text=_("A user's name. Empty: the ladder has no owner."),
    )
    reason = reason_field()
