"""The admin of contact policies: rules are edited as check boxes, times and a number, never as JSON."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from unfold.decorators import display
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanSwitchWidget,
    UnfoldBooleanWidget,
)

from governance.channels import Channel
from governance.contact import legal_warnings
from governance.market.models import MarketPolicy
from governance.market.rules import (
    CALL_HOLIDAYS,
    CHANNEL_WINDOWS,
    CHANNELS,
    HOLIDAYS,
    MIN_SCORE,
    ONE_CALL,
    SAFE_RULES,
    WINDOWS,
    HolidayRule,
    InvalidRules,
    normalised,
    parsed,
)
from governance.market.services import upsert_policy
from governance.policies_admin import PlacePolicyAdmin, PlacePolicyForm
from wholesale.plumbing.texts import json_number

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
CALL_HOLIDAY_CHOICES = {"": "As above; in BC no calls", **dict(HolidayRule.choices)}
SPARE_ROWS = 2  # empty rows below the windows, for browsers without JavaScript


def windows_text(rules: dict[str, Any]) -> str:
    """Contact windows in one line: "Mon-Fri 09:00-20:00, Sat 10:00-18:00; Call: Mon 09:00-12:00", or "never"."""
    own = rules.get(CHANNEL_WINDOWS, {})
    parts = [f"{channel.label}: {_windows_text(own[channel])}" for channel in Channel if channel in own]
    return "; ".join([_windows_text(rules[WINDOWS]), *parts])


def _windows_text(windows: list[dict[str, Any]]) -> str:
    return ", ".join(f"{_days_text(w['days'])} {w['start']}-{w['end']}" for w in windows) or "never"


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
    """A contact policy. Beside its fields stand formsets, `windows` and those of each channel; all of them are the rules."""

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
    holidays = forms.ChoiceField(
        label="Statutory holidays",
        choices=HolidayRule.choices,
        widget=UnfoldAdminSelectWidget,
        help_text="What a public holiday of the province is to the contact windows.",
    )
    call_holidays = forms.ChoiceField(
        label="Statutory holidays, for calls",
        choices=list(CALL_HOLIDAY_CHOICES.items()),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text="BC allows no calls on statutory holidays (Consumer Protection BC, 2011/07, 2014/08, 2023/03), so there "
        "they are closed unless you choose otherwise. Its rules are for sellers to consumers: whether they bind a buyer is "
        "doubtful. The CRTC's calling hours name no holidays.",
    )
    one_call = forms.BooleanField(
        label="One call in 30 days",
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text="After a call that was answered no other one to the same number for 30 days, unless an express consent "
        "for calls is on file. BC asks for it about the same offer (Consumer Protection BC, 2011/07, 2014/08, 2023/03). Its "
        "rules are for sellers to consumers: whether they bind a buyer is doubtful, so it is off until you switch it on.",
    )
    own_windows = forms.MultipleChoiceField(
        label="Windows of their own",
        choices=Channel.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text="A channel ticked here has windows of its own, below, in place of the contact windows of all.",
    )

    class Meta:
        model = MarketPolicy
        fields = ("province", "market", "enabled")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rules = self.instance.rules if self.instance.pk else SAFE_RULES
        own = rules.get(CHANNEL_WINDOWS, {})
        self.initial.update(
            channels=rules[CHANNELS],
            min_score=rules[MIN_SCORE],
            holidays=rules.get(HOLIDAYS, HolidayRule.NORMAL),
            call_holidays=rules.get(CALL_HOLIDAYS, ""),
            one_call=rules.get(ONE_CALL, False),
            own_windows=list(own),
        )
        self.windows = self._windows("windows", rules[WINDOWS], is_sent=self.is_bound)
        # Of a channel that has none of its own, those of all are what one begins with.
        self.channel_windows = {
            channel: self._windows(f"windows_{channel}", own.get(channel, rules[WINDOWS]), is_sent=channel in self._ticked())
            for channel in Channel
        }

    def _windows(self, prefix: str, initial: list[dict[str, Any]], *, is_sent: bool) -> Any:
        return WindowFormSet(self.data if is_sent else None, prefix=prefix, initial=initial)

    def _ticked(self) -> list[str]:
        """The channels whose own windows were sent to be saved."""
        return self["own_windows"].data or [] if self.is_bound else []

    @property
    def channel_sections(self) -> list[tuple[Channel, Any]]:
        """Each channel with its own windows, for the page."""
        return list(self.channel_windows.items())

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        formsets = {
            WINDOWS: self.windows,
            **{f"{CHANNEL_WINDOWS}.{c}": windows for c, windows in self.channel_windows.items() if windows.is_bound},
        }
        # A list, for each must be asked: asking finds its errors.
        if all([windows.is_valid() for windows in formsets.values()]):  # noqa: C419
            self._check_rules(cleaned, {place: windows.kept() for place, windows in formsets.items()})
        if not all(windows.is_valid() for windows in formsets.values()):
            self.add_error(None, "A contact window needs correction: see its row below.")
        return cleaned

    def _check_rules(self, cleaned: dict[str, Any], rows: dict[str, list[WindowForm]]) -> None:
        windows = {place: [row.window() for row in kept] for place, kept in rows.items()}
        rules = {
            WINDOWS: windows.pop(WINDOWS),
            CHANNELS: cleaned.get("channels", []),
            MIN_SCORE: json_number(cleaned.get("min_score", Decimal(0))),
        }
        if windows:
            rules[CHANNEL_WINDOWS] = {place.split(".")[1]: own for place, own in windows.items()}
        if cleaned.get("holidays", HolidayRule.NORMAL) != HolidayRule.NORMAL:
            rules[HOLIDAYS] = cleaned["holidays"]
        if cleaned.get("call_holidays"):
            rules[CALL_HOLIDAYS] = cleaned["call_holidays"]
        if cleaned.get("one_call"):
            rules[ONE_CALL] = True
        try:
            cleaned["rules"] = normalised(rules)
        except InvalidRules as error:
            for place, message in error.errors.items():
                self._show(place, message, rows)
        else:
            for warning in legal_warnings(cleaned["rules"]):
                if not warning.is_last_minute_only:
                    self._show(warning.place, warning.detail, rows)

    def _show(self, place: str, message: str, rows: dict[str, list[WindowForm]]) -> None:
        """Put an error of the rules where people look for it: `contact_windows_local.1.end` at the end of the second row."""
        for name, kept in rows.items():
            if place.startswith(f"{name}."):
                row, *field = place.removeprefix(f"{name}.").split(".")
                kept[int(row)].add_error(field[0] if field else None, message)
                return
        self.add_error({CHANNELS: "channels", MIN_SCORE: "min_score"}.get(place.split(".", 1)[0]), message)

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

    @display(description="Statutory holidays")
    def holidays(self, policy: MarketPolicy) -> str:
        """What they are to the windows."""
        return HolidayRule(policy.rules.get(HOLIDAYS, HolidayRule.NORMAL)).label

    @display(description="Statutory holidays, for calls")
    def call_holidays(self, policy: MarketPolicy) -> str:
        """What they are to calls."""
        return HolidayRule(parsed(policy.rules).holidays_of(Channel.CALL, policy.province)).label

    @display(description="One call in 30 days", boolean=True)
    def one_call(self, policy: MarketPolicy) -> bool:
        """Whether a second call must wait."""
        return policy.rules.get(ONE_CALL, False)

    @display(description="Minimum lead score")
    def min_score(self, policy: MarketPolicy) -> str:
        """The score below which a lead is not contacted."""
        return f"{policy.rules[MIN_SCORE]:g}"

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        place, *rest = super().get_fieldsets(request, obj)
        rules: tuple[str, ...] = ("channels", "min_score", "holidays", "call_holidays", "one_call")
        rules = (*rules, "own_windows") if self.has_change_permission(request, obj) else ("windows", *rules)
        return (place, ("Contact rules", {"fields": rules}), *rest)

    def settings_of(self, record: Any) -> dict[str, str]:
        return {
            **super().settings_of(record),
            "Contact windows": self.windows(record),
            "Channels": self.channels(record),
            "Minimum lead score": self.min_score(record),
            "Statutory holidays": self.holidays(record),
            "Statutory holidays, for calls": CALL_HOLIDAY_CHOICES[record.rules.get(CALL_HOLIDAYS, "")],
            "One call in 30 days": "yes" if self.one_call(record) else "no",
        }

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        rules = form.cleaned_data["rules"]
        for warning in legal_warnings(rules):
            messages.warning(request, f"{Channel.CALL.label}: {warning.detail}")
        for channel in Channel:
            if channel != Channel.CALL and any(not w.is_last_minute_only for w in legal_warnings(rules, channel)):
                messages.warning(
                    request,
                    f"{channel.label}: a window is wider than the hours in which the law allows calls. "
                    "None sets hours for this channel, but people may mind.",
                )
