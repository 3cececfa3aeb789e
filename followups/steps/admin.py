"""The admin of ladder templates: steps are edited as rows, never as JSON, and looked at before they are saved."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.template.response import TemplateResponse
from django.urls import path
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldBooleanWidget,
)

from followups.steps.models import MIN_GAP_MAX, LadderTemplate
from followups.steps.preview import preview, zones_of
from followups.steps.rules import (
    DELAY_MAX,
    FIELDS,
    GUIDE_STEPS,
    SCRIPT_MAX_LENGTH,
    STEPS_MAX,
    InvalidSteps,
    delay_text,
    doubts,
    normalised,
    require_call_first,
)
from followups.steps.services import upsert_template
from followups.steps.speech import wanting_in_quebec
from governance.channels import Channel
from governance.policies_admin import PlacePolicyAdmin, PlacePolicyForm, one_spelling, settle_market, whole_number_field
from wholesale.plumbing.users import label_of
from wholesale.plumbing.vocabulary import ALL, WORD_MAX_LENGTH, Province

SPARE_ROWS = 1  # an empty row below the steps, for browsers without JavaScript
UNITS = (("1", "minutes"), ("60", "hours"), ("1440", "days"))
SCRIPT_LABELS = {"script_en": "English", "script_fr": "French"}
LOCAL_TIME = "%Y-%m-%dT%H:%M"


def amount_and_unit(minutes: int) -> tuple[int, str]:
    """A delay in the largest unit in which it is a whole number: 180 is 3 hours."""
    unit = next(size for size, _ in reversed(UNITS) if minutes % int(size) == 0 and (minutes or size == "1"))
    return minutes // int(unit), unit


def step_text(step: Mapping[str, Any]) -> str:
    """A step in a few words: "Call after 30 minutes"."""
    delay = delay_text(step["delay_minutes"])
    return f"{Channel(step['channel']).label} {delay if step['delay_minutes'] == 0 else f'after {delay}'}"


class StepForm(forms.Form):
    """One step: how long after the start, by which channel, and what to say."""

    amount = forms.IntegerField(label="Delay", min_value=0, max_value=DELAY_MAX)
    unit = forms.ChoiceField(choices=UNITS, initial=UNITS[0][0])
    channel = forms.ChoiceField(choices=Channel.choices, initial=Channel.SMS.value)
    script_en = forms.CharField(label="English", required=False)
    script_fr = forms.CharField(label="French", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount"].widget = UnfoldAdminIntegerFieldWidget(attrs={"min": 0, "aria-label": "How long"})
        for name, label in (("unit", "In"), ("channel", "Channel")):
            field: Any = self.fields[name]
            field.widget = UnfoldAdminSelectWidget(attrs={"aria-label": label}, choices=field.choices)
        for name in ("script_en", "script_fr"):
            self.fields[name].widget = UnfoldAdminTextareaWidget(attrs={"rows": 5, "maxlength": SCRIPT_MAX_LENGTH})

    def minutes(self) -> int:
        """The delay."""
        return self.cleaned_data["amount"] * int(self.cleaned_data["unit"])

    def step(self) -> dict[str, Any]:
        """The step as a template holds it."""
        texts = {name: self.cleaned_data[name] for name in ("script_en", "script_fr")}
        return {"delay_minutes": self.minutes(), "channel": self.cleaned_data["channel"], **texts}


class BaseStepFormSet(forms.BaseFormSet):
    """The rows of a template's steps."""

    def add_fields(self, form: StepForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].widget = UnfoldBooleanWidget(attrs={"aria-label": "Remove this step"})

    def checked(self) -> list[dict[str, Any]] | None:
        """The steps as a template holds them, by their delays whatever the order of the rows; None where a row needs
        correction, and then it says so."""
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
        """Put an error of the rules where people look for it: `1.script_fr` at the French text of the second step."""
        number, _, key = place.partition(".")
        if number:
            kept[int(number)].add_error("amount" if key == "delay_minutes" else key, message)
        else:
            self.non_form_errors().append(f"A ladder has 1 to {STEPS_MAX} steps.")


StepFormSet = forms.formset_factory(StepForm, formset=BaseStepFormSet, extra=SPARE_ROWS, can_delete=True)


class LadderTemplateForm(PlacePolicyForm):
    """A template. Beside its fields stands the formset `steps`."""

    key = ("province", "market", "kind")

    class Meta:
        model = LadderTemplate
        fields = ("province", "market", "kind", "enabled", "min_gap_minutes")
        help_texts = {
            "kind": "Cold: for a lead that we know and that gave no ground for the standard one's first step, a message.",
            "enabled": "Off: no ladder is made from it, those under way go on. Without the standard one none starts, "
            "without the cold one each lead has the standard one's steps.",
        }

    min_gap_minutes = whole_number_field(
        LadderTemplate,
        "min_gap_minutes",
        label="Minutes between two contacts",
        required=False,
        min_value=0,
        max_value=MIN_GAP_MAX,
        help_text="After the last contact of a person nobody starts a ladder's first step with it, or contacts it without a "
        "step, for so long. A later step waits as long as the delays here lie apart, at most 4 hours. Empty: as it is.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "market" in self.fields:
            self.fields["market"].help_text = "ALL is the whole province; a market's own template wins over it."
        initial = []
        for step in self.instance.steps if self.instance.pk else GUIDE_STEPS:
            amount, unit = amount_and_unit(step["delay_minutes"])
            initial.append({**step, "amount": amount, "unit": unit})
        self.steps: Any = StepFormSet(self.data if self.is_bound else None, prefix="steps", initial=initial)

    @property
    def script_fields(self) -> list[str]:
        """What a script may name, as it is written."""
        return [f"{{{name}}}" for name in FIELDS]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        steps = self.steps.checked()
        if steps is None:
            self.add_error(None, "A step needs correction: see its row below.")
        else:
            cleaned["steps"] = steps
            self._require_quebec(cleaned, steps)
            self._require_call_first(cleaned, steps)
        return cleaned

    def _require_call_first(self, cleaned: dict[str, Any], steps: list[dict[str, Any]]) -> None:
        kind = self.instance.kind if self.instance.pk else cleaned.get("kind")
        if kind == LadderTemplate.Kind.COLD:
            try:
                require_call_first(steps)
            except InvalidSteps as error:
                self.add_error(None, f"Step 1: {error.errors['0.channel']}")

    def _require_quebec(self, cleaned: dict[str, Any], steps: list[dict[str, Any]]) -> None:
        """Say what the texts of Quebec lack while the template is to be on."""
        province = self.instance.province or cleaned.get("province") or ""
        wanting = wanting_in_quebec(steps, province) if cleaned.get("enabled") else {}
        for place, detail in wanting.items():
            number, _, key = place.partition(".")
            self.add_error(None, f"Step {int(number) + 1}, {SCRIPT_LABELS[key]}: {detail}")

    def changes(self) -> dict[str, Any]:
        changes = {name: self.cleaned_data[name] for name in ("enabled", "steps", "min_gap_minutes")}
        if changes["min_gap_minutes"] is None:
            del changes["min_gap_minutes"]
        return changes


class PreviewForm(forms.Form):
    """The place of a ladder that is looked at, and when it would start by the clock there."""

    province = forms.ChoiceField(choices=Province.choices)
    market = forms.CharField(max_length=WORD_MAX_LENGTH, empty_value=ALL, required=False)
    preview_start = forms.DateTimeField(label="Start", required=False, input_formats=[LOCAL_TIME])

    def clean_market(self) -> str:
        """The market in its one spelling."""
        return one_spelling(self.cleaned_data["market"])

    def clean(self) -> dict[str, Any]:
        return settle_market(super().clean() or {})


@admin.register(LadderTemplate)
class LadderTemplateAdmin(PlacePolicyAdmin):
    """Which steps ladders have, and what to say at each."""

    upsert = upsert_template
    form = LadderTemplateForm
    key_title = "Place and kind"
    change_form_template = "admin/followups/laddertemplate/change_form.html"
    list_filter = ("kind", *PlacePolicyAdmin.list_filter)
    list_display = ("place", "which_kind", "switched", "number_of_steps", "in_words", "version", "changed_by", "updated_at")

    @display(description="Kind", ordering="kind", label={"Standard": "", "Cold": "info"})
    def which_kind(self, template: LadderTemplate) -> str:
        """In one word."""
        return template.kind.capitalize()

    @display(description="Steps")
    def number_of_steps(self, template: LadderTemplate) -> int:
        """How many."""
        return len(template.steps)

    @display(description="Which")
    def in_words(self, template: LadderTemplate) -> str:
        """The steps in one line."""
        return ", ".join(step_text(step) for step in template.steps)

    @display(description="Steps")
    def steps_to_read(self, template: LadderTemplate) -> str:
        """The steps with their texts, for those who may not change them."""
        return format_html_join(
            "",
            '<div class="mb-4"><p class="font-semibold">{}. {}</p><p class="whitespace-pre-line">{}</p>'
            '<p class="whitespace-pre-line" lang="fr">{}</p></div>',
            (
                (number, step_text(step), step["script_en"] or "No English text.", step["script_fr"] or "No French text.")
                for number, step in enumerate(template.steps, start=1)
            ),
        )

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        place, *rest = super().get_fieldsets(request, obj)
        may_change = self.has_change_permission(request, obj)
        gap = ("Between two contacts", {"fields": ("min_gap_minutes",)})
        return (place, ("Steps", {"fields": () if may_change else ("steps_to_read",)}), gap, *rest)

    def get_readonly_fields(self, request: HttpRequest, obj: models.Model | None = None) -> Sequence[Any]:
        return (*super().get_readonly_fields(request, obj), "steps_to_read")

    def settings_of(self, record: Any) -> dict[str, str]:
        settings = {
            **super().settings_of(record),
            "Minutes between two contacts": str(record.min_gap_minutes),
            "Number of steps": str(len(record.steps)),
        }
        for number, step in enumerate(record.steps, start=1):
            settings[f"Step {number}"] = step_text(step)
            settings[f"Step {number}, English"] = step["script_en"] or "none"
            settings[f"Step {number}, French"] = step["script_fr"] or "none"
        return settings

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        found = list(doubts(form.cleaned_data["steps"], obj.province))
        if found:
            lines = format_html_join("", "<li>Step {} {}</li>", ((doubt.step + 1, doubt.detail) for doubt in found))
            messages.warning(request, format_html("Saved, but look at it again: <ul>{}</ul>", lines))

    # The preview --------------------------------------------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.preview_view)
        return [path("preview/", view, name="followups_laddertemplate_preview"), *super().get_urls()]

    def preview_view(self, request: HttpRequest) -> HttpResponse:
        """The dates and texts of what is typed; nothing is stored. A POST, for what is typed is longer than an address."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        form = PreviewForm(request.POST)
        formset: Any = StepFormSet(request.POST, prefix="steps")
        steps = formset.checked()
        context = {
            **self.admin_site.each_context(request),
            "title": "Preview of a ladder",
            "opts": self.opts,
            "errors": [*_errors_of(form), *formset.non_form_errors(), *_errors_of(*formset.forms, place="Row {}, ")],
        }
        if form.is_valid() and steps is not None:
            context |= self._previewed(request, steps, **form.cleaned_data)
        return TemplateResponse(request, "admin/followups/laddertemplate/preview.html", context)

    def _previewed(
        self, request: HttpRequest, steps: list[dict[str, Any]], *, province: str, market: str, preview_start: Any
    ) -> dict[str, Any]:
        zones = zones_of(province, market)
        zone = zones[0]
        start = preview_start.replace(tzinfo=zone) if preview_start else timezone.now()
        user: Any = request.user
        agent = user.get_full_name() or label_of(user)
        place = Province(province).label if market == ALL else f"{Province(province).label}, {market}"
        return {
            "place": place,
            "zones": [known.key for known in zones],
            "start": start.astimezone(zone),
            "steps": preview(steps, province=province, market=market, start=start, zone=zone, agent=agent),
        }


def _errors_of(*asked: forms.Form, place: str = "") -> Iterator[str]:
    """The errors of some forms in words, each with its place; `{}` in `place` is the form's number."""
    for number, form in enumerate(asked, start=1):
        for name, errors in form.errors.items():
            label = form.fields[name].label or name.capitalize() if name in form.fields else "in all"
            yield from (f"{place.format(number)}{label}: {error}" for error in errors)
