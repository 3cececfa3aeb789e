"""The admin of contact policies: rules are edited as check boxes, times and a number, never as JSON."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from unfold.decorators import display
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldBooleanWidget,
)

from governance.channels import Channel
from governance.market.models import MarketPolicy
from governance.market.rules import CHANNELS, MIN_SCORE, SAFE_RULES, WINDOWS, InvalidRules, normalised
from governance.market.services import upsert_policy
from governance.policies_admin import PlacePolicyAdmin, PlacePolicyForm
from wholesale.fields import json_number

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
SPARE_ROWS = 2  # empty rows below the windows, for browsers without JavaScript


def windows_text(rules: dict[str, Any]) -> str:
    """Contact windows in one line: "Mon-Fri 09:00-20:00, Sat 10:00-18:00", or "never"."""
    return ", ".join(f"{_days_text(w['days'])} {w['start']}-{w['end']}" for w in rules[WINDOWS]) or "never"


def channels_text(rules: dict[str, Any]) -> str:
    """The channels in one line, or "none"."""
    return ", ".join(rules[CHANNELS]) or "none"


def _days_text(days: Sequence[int]) -> str:
    runs = [[day for _, day in run] for _, run in groupby(enumerate(days), lambda pair: pair[1] - pair[0])]
    return ", ".join(DAYS[run[0]] if len(run) == 1 else f"{DAYS[run[0]]}-{DAYS[run[-1]]}" for run in runs)


class WindowForm(forms.Form):
    """One contact window: its days and its local times, both ends inclusive to the minute."""

    days = forms.TypedMultipleChoiceField(
        coerce=int, choices=list(enumerate(DAYS)), widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    start = forms.TimeField(input_formats=["%H:%M"])
    end = forms.TimeField(input_formats=["%H:%M"])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("start", "From"), ("end", "Until")):
            self.fields[name].widget = forms.TimeInput(
                attrs={"type": "time", "class": " ".join(INPUT_CLASSES), "aria-label": label}, format="%H:%M"
            )

    def window(self) -> dict[str, Any]:
        """The window as the rules hold it."""
        start, end = self.cleaned_data["start"], self.cleaned_data["end"]
        return {"days": self.cleaned_data["days"], "start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}


class BaseWindowFormSet(forms.BaseFormSet):
    """The rows of a policy's contact windows."""

    def add_fields(self, form: WindowForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].widget = UnfoldBooleanWidget(attrs={"aria-label": "Remove this window"})

    def kept(self) -> list[WindowForm]:
        """The rows that are filled in and not to be removed."""
        return [form for form in self.forms if form.cleaned_data and not form.cleaned_data["DELETE"]]


WindowFormSet = forms.formset_factory(WindowForm, formset=BaseWindowFormSet, extra=SPARE_ROWS, can_delete=True)


class MarketPolicyForm(PlacePolicyForm):
    """A contact policy. `windows` is a formset beside its fields; together they make the rules."""

    channels = forms.MultipleChoiceField(
        choices=Channel.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="How a lead may be contacted. None ticked: not at all.",
    )
    min_score = forms.DecimalField(
        label="Minimum lead score",
        min_value=0,
        max_value=1,
        max_digits=5,
        decimal_places=4,
        widget=UnfoldAdminDecimalFieldWidget(attrs={"step": "0.01"}),
        help_text="From 0 to 1. A lead that scores less is not contacted; 0 contacts every lead.",
    )

    class Meta:
        model = MarketPolicy
        fields = ("province", "market", "enabled")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = self.instance.rules if self.instance.pk else SAFE_RULES
        self.initial.update(channels=rules[CHANNELS], min_score=rules[MIN_SCORE])
        self.windows: Any = WindowFormSet(self.data if self.is_bound else None, prefix="windows", initial=rules[WINDOWS])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.windows.is_valid():
            self._check_rules(cleaned)
        if not self.windows.is_valid():
            self.add_error(None, "A contact window needs correction: see its row below.")
        return cleaned

    def _check_rules(self, cleaned: dict[str, Any]) -> None:
        rows = self.windows.kept()
        try:
            cleaned["rules"] = normalised(
                {
                    WINDOWS: [row.window() for row in rows],
                    CHANNELS: cleaned.get("channels", []),
                    MIN_SCORE: json_number(cleaned.get("min_score", Decimal(0))),
                }
            )
        except InvalidRules as error:
            for place, message in error.errors.items():
                self._show(place, message, rows)

    def _show(self, place: str, message: str, rows: list[WindowForm]) -> None:
        """Put an error of the rules where people look for it: `contact_windows_local.1.end` at the end of the second row."""
        name, *inner = place.split(".")
        if name == WINDOWS and inner:
            rows[int(inner[0])].add_error(inner[1] if len(inner) > 1 else None, message)
        else:
            self.add_error({CHANNELS: "channels", MIN_SCORE: "min_score"}.get(name), message)

    def changes(self) -> dict[str, Any]:
        return {"enabled": self.cleaned_data["enabled"], "rules": self.cleaned_data["rules"]}


@admin.register(MarketPolicy)
class MarketPolicyAdmin(PlacePolicyAdmin):
    """When, how and from which score on leads may be contacted."""

    upsert = upsert_policy
    form = MarketPolicyForm
    change_form_template = "admin/governance/marketpolicy/change_form.html"
    list_display = ("place", "switched", "windows", "channels", "min_score", "changed_by", "updated_at")

    @display(description="Contact windows (local time)")
    def windows(self, policy: MarketPolicy) -> str:
        """The windows in one line."""
        return windows_text(policy.rules)

    @display(description="Channels")
    def channels(self, policy: MarketPolicy) -> str:
        """The channels in one line."""
        return channels_text(policy.rules)

    @display(description="Minimum lead score")
    def min_score(self, policy: MarketPolicy) -> str:
        """The score below which a lead is not contacted."""
        return f"{policy.rules[MIN_SCORE]:g}"

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        place, *rest = super().get_fieldsets(request, obj)
        rules: tuple[str, ...] = ("channels", "min_score")
        if not self.has_change_permission(request, obj):
            rules = ("windows", *rules)
        return (place, ("Contact rules", {"fields": rules}), *rest)

    def settings_of(self, record: Any) -> dict[str, str]:
        return {
            **super().settings_of(record),
            "Contact windows": self.windows(record),
            "Channels": self.channels(record),
            "Minimum lead score": self.min_score(record),
        }
