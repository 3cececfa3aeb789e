"""The forms of ladder templates: steps are edited as rows, never as JSON."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanWidget,
)

from followups.ladders.templates.guide_steps import GUIDE_STEPS
from followups.ladders.templates.models import LadderTemplate
from followups.ladders.templates.steps import (
    DELAY_MAX,
    FIELDS,
    SCRIPT_MAX_LENGTH,
    STEPS_MAX,
    InvalidSteps,
    normalised,
    require_call_first,
)
from governance.channels import Channel
from governance.governed_admin import PlaceInput
from governance.policies_admin import PolicyForm
from wholesale.plumbing.errors import DomainError
from wholesale.plumbing.vocabulary import ALL, WORD_MAX_LENGTH, Province

SPARE_ROWS = 1  # an empty row below the steps, for browsers without JavaScript
UNITS = (("1", _("minutes")), ("60", _("hours")), ("1440", _("days")))
SCRIPT_LABELS = {"script_en": _("English"), "script_fr": _("French")}
LOCAL_TIME = "%Y-%m-%dT%H:%M"


def amount_and_unit(minutes: int) -> tuple[int, str]:
    """Return a delay as an amount and the largest unit in which the amount is whole: 180 minutes are 3 hours."""
    unit = next(size for size, _name in reversed(UNITS) if minutes % int(size) == 0 and (minutes or size == "1"))
    return minutes // int(unit), unit


class StepForm(forms.Form):
    """The form of one step: its delay after the ladder's start, its channel, and its scripts."""

    amount = forms.IntegerField(label=_("Delay"), min_value=0, max_value=DELAY_MAX)
    unit = forms.ChoiceField(choices=UNITS, initial=UNITS[0][0])
    channel = forms.ChoiceField(choices=Channel.choices, initial=Channel.SMS.value)
    script_en = forms.CharField(label=_("English"), required=False)
    script_fr = forms.CharField(label=_("French"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].widget = UnfoldAdminIntegerFieldWidget(attrs={"min": 0, "aria-label": gettext("How long")})
        for name, label in (("unit", gettext("In")), ("channel", gettext("Channel"))):
            field: Any = self.fields[name]
            field.widget = UnfoldAdminSelectWidget(attrs={"aria-label": label}, choices=field.choices)
        for name in ("script_en", "script_fr"):
            self.fields[name].widget = UnfoldAdminTextareaWidget(attrs={"rows": 5, "maxlength": SCRIPT_MAX_LENGTH})

    def minutes(self) -> int:
        """The delay in minutes."""
        return self.cleaned_data["amount"] * int(self.cleaned_data["unit"])

    def step(self) -> dict[str, Any]:
        """The step as a template stores it."""
        texts = {name: self.cleaned_data[name] for name in ("script_en", "script_fr")}
        return {"delay_minutes": self.minutes(), "channel": self.cleaned_data["channel"], **texts}


class BaseStepFormSet(forms.BaseFormSet):
    """The formset of a template's steps: one form for each step."""

    def add_fields(self, form: StepForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].widget = UnfoldBooleanWidget(attrs={"aria-label": gettext("Remove this step")})

    def checked(self) -> list[dict[str, Any]] | None:
        """Return the steps as a template stores them, ordered by delay. If a row needs correction, show its errors there and
        return None."""
        if not self.is_valid():
            return None
        kept = [form for form in self.forms if form.cleaned_data and not form.cleaned_data["DELETE"]]
        kept.sort(key=StepForm.minutes)
        try:
            return normalised([form.step() for form in kept])
        except InvalidSteps as error:
            for place, message in error.errors.items():
                self._show(place, message, kept)
            return None

    def _show(self, place: str, message: str, kept: Sequence[StepForm]) -> None:
        """Show an error of `normalised` at its field. The place `1.script_fr` is the French text of the second step."""
        number, _dot, key = place.partition(".")
        if number:
            kept[int(number)].add_error("amount" if key == "delay_minutes" else key, message)
        else:
            self.non_form_errors().append(gettext("A ladder has 1 to %(steps_max)s steps.") % {"steps_max": STEPS_MAX})


StepFormSet = forms.formset_factory(StepForm, formset=BaseStepFormSet, extra=SPARE_ROWS, can_delete=True)


class LadderTemplateForm(PolicyForm):
    """The form of a ladder template. The formset `steps` has a row for each step."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["min_gap_minutes"].required = False
        initial = []
        for step in self.instance.steps if self.instance.pk else GUIDE_STEPS:
            amount, unit = amount_and_unit(step["delay_minutes"])
            initial.append({**step, "amount": amount, "unit": unit})
        self.steps: Any = StepFormSet(self.data if self.is_bound else None, prefix="steps", initial=initial)

    @property
    def script_fields(self) -> list[str]:
        """The names of the fields that a script may contain, each in braces."""
        return [f"{{{name}}}" for name in FIELDS]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        steps = self.steps.checked()
        if steps is None:
            self.add_error(None, gettext("A step needs correction: see its row below."))
        else:
            cleaned["steps"] = steps
            self._require_call_first(cleaned, steps)
        return cleaned

    def _require_call_first(self, cleaned: dict[str, Any], steps: list[dict[str, Any]]) -> None:
        kind = self.instance.kind if self.instance.pk else cleaned.get("kind")
        if kind == LadderTemplate.Kind.COLD:
            try:
                require_call_first(steps)
            except InvalidSteps as error:
                self.add_error(None, gettext("Step 1: %(channel)s") % {"channel": error.errors["0.channel"]})

    def show(self, refusal: DomainError) -> None:
        """Show what each text lacks under the law of Quebec, with the step and the language of the text."""
        for detail, attr in refusal.shown_errors:
            _steps, number, key = str(attr).split(".")
            self.add_error(
                None,
                gettext("Step %(number)s, %(key)s: %(detail)s")
                % {"number": int(number) + 1, "key": SCRIPT_LABELS[key], "detail": detail},
            )

    def changes(self) -> dict[str, Any]:
        changes = {name: self.cleaned_data[name] for name in ("enabled", "steps", "min_gap_minutes")}
        if changes["min_gap_minutes"] is None:
            del changes["min_gap_minutes"]
        return changes


class PreviewForm(PlaceInput, forms.Form):
    """The form for a preview of a ladder: its place, and the local time at which it starts (empty: now)."""

    province = forms.ChoiceField(choices=Province.choices)
    market = forms.CharField(max_length=WORD_MAX_LENGTH, empty_value=ALL, required=False)
    preview_start = forms.DateTimeField(label=_("Start"), required=False, input_formats=[LOCAL_TIME])
