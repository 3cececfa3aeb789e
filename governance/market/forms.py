"""The form of a market policy: its rules are edited as check boxes, times and a number, never as JSON."""

import json
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldBooleanSwitchWidget,
    UnfoldBooleanWidget,
)

from governance.channels import Channel
from governance.clocks.calling_hours import CALLING_HOURS
from governance.market.legal_hours import legal_warnings
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
)
from governance.market.words import DAYS
from governance.policies_admin import PolicyForm
from wholesale.plumbing.texts import json_number

CALL_HOLIDAY_CHOICES = {"": _("As above; in BC no calls"), **dict(HolidayRule.choices)}
SPARE_ROWS = 2  # empty rows below the windows, for browsers without JavaScript


class WindowForm(forms.Form):
    """A form for one contact window: its days and its local times. Both ends are included, to the minute."""

    days = forms.TypedMultipleChoiceField(
        coerce=int, choices=list(enumerate(DAYS)), widget=UnfoldAdminCheckboxSelectMultipleWidget
    )
    start = forms.TimeField(input_formats=["%H:%M"])
    end = forms.TimeField(input_formats=["%H:%M"])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, label in (("start", gettext("From")), ("end", gettext("Until"))):
            self.fields[name].widget = forms.TimeInput(
                attrs={"type": "time", "class": " ".join(INPUT_CLASSES), "aria-label": label}, format="%H:%M"
            )

    def window(self) -> dict[str, Any]:
        """The typed window as a dict, as it is stored in the rules of a policy."""
        start, end = self.cleaned_data["start"], self.cleaned_data["end"]
        return {"days": self.cleaned_data["days"], "start": f"{start:%H:%M}", "end": f"{end:%H:%M}"}


class BaseWindowFormSet(forms.BaseFormSet):
    """The formset of a policy's contact windows, with a row for each window."""

    def add_fields(self, form: WindowForm, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].widget = UnfoldBooleanWidget(attrs={"aria-label": gettext("Remove this window")})

    def kept(self) -> list[WindowForm]:
        """The rows that are filled in and not marked for removal."""
        return [form for form in self.forms if form.cleaned_data and not form.cleaned_data["DELETE"]]


WindowFormSet = forms.formset_factory(WindowForm, formset=BaseWindowFormSet, extra=SPARE_ROWS, can_delete=True)


class MarketPolicyForm(PolicyForm):
    """The form of a market policy. Its fields and formsets make the rules: one formset has the windows of all channels, and
    each channel has one for windows of its own."""

    channels = forms.MultipleChoiceField(
        label=_("Channels"),
        choices=Channel.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("How a lead may be contacted. None ticked: not at all."),
    )
    min_score = forms.DecimalField(
        label=_("Minimum lead score"),
        min_value=0,
        max_value=1,
        max_digits=5,
        decimal_places=4,
        widget=UnfoldAdminDecimalFieldWidget(attrs={"step": "0.01"}),
        help_text=_("From 0 to 1. A lead that scores less is not contacted; 0 contacts every lead."),
    )
    holidays = forms.ChoiceField(
        label=_("Statutory holidays"),
        choices=HolidayRule.choices,
        widget=UnfoldAdminSelectWidget,
        help_text=_("How the contact windows change on a public holiday of the province."),
    )
    call_holidays = forms.ChoiceField(
        label=_("Statutory holidays, for calls"),
        choices=list(CALL_HOLIDAY_CHOICES.items()),
        required=False,
        widget=UnfoldAdminSelectWidget,
        help_text=_(
            "BC allows no calls on statutory holidays (Consumer Protection BC, 2011/07, 2014/08, 2023/03), so there "
            "they are closed unless you choose otherwise. Its rules are for sellers to consumers: whether they bind a "
            "buyer is "
            "doubtful. The CRTC's calling hours name no holidays."
        ),
    )
    one_call = forms.BooleanField(
        label=_("One call in 30 days"),
        required=False,
        widget=UnfoldBooleanSwitchWidget,
        help_text=_(
            "After an answered call the same number is not called again for 30 days, unless an express consent for "
            "calls is on file. BC asks for this about the same offer (Consumer Protection BC, 2011/07, 2014/08, "
            "2023/03). Its "
            "rules are for sellers to consumers: whether they bind a buyer is doubtful, so it is off until you switch it on."
        ),
    )
    own_windows = forms.MultipleChoiceField(
        label=_("Windows of their own"),
        choices=Channel.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        help_text=_("A channel ticked here has windows of its own, below, in place of the contact windows of all."),
    )

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
        # A channel without windows of its own begins with the windows of all.
        self.channel_windows = {
            channel: self._windows(f"windows_{channel}", own.get(channel, rules[WINDOWS]), is_sent=channel in self._ticked())
            for channel in Channel
        }

    def _windows(self, prefix: str, initial: list[dict[str, Any]], *, is_sent: bool) -> Any:
        return WindowFormSet(self.data if is_sent else None, prefix=prefix, initial=initial)

    def _ticked(self) -> list[str]:
        """The channels that were ticked to have windows of their own. Empty if the form was not sent."""
        return self["own_windows"].data or [] if self.is_bound else []

    @property
    def channel_sections(self) -> list[tuple[Channel, Any]]:
        """Each channel with the formset of its own windows, for the template."""
        return list(self.channel_windows.items())

    @property
    def week(self) -> str:
        """What the grid of the week shows, as JSON: the days, their short names, and the hours in which the law allows calls
        on each (the end is not included)."""
        days = range(len(DAYS))
        law = [CALLING_HOURS.on(day) for day in days]
        return json.dumps({"days": [str(WEEKDAYS[day]) for day in days], "short": list(map(str, DAYS)), "law": law})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        formsets = {
            WINDOWS: self.windows,
            **{f"{CHANNEL_WINDOWS}.{c}": windows for c, windows in self.channel_windows.items() if windows.is_bound},
        }
        # A list, so that every formset is validated: only then does it have its errors.
        if all([windows.is_valid() for windows in formsets.values()]):  # noqa: C419
            self._check_rules(cleaned, {place: windows.kept() for place, windows in formsets.items()})
        if not all(windows.is_valid() for windows in formsets.values()):
            self.add_error(None, gettext("A contact window needs correction: see its row below."))
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
        """Show an error of the rules at its field: `contact_windows_local.1.end` is the field `end` of the second row.
        `rows` maps the place of a formset within the rules to its window forms."""
        for name, kept in rows.items():
            if place.startswith(f"{name}."):
                row, *field = place.removeprefix(f"{name}.").split(".")
                kept[int(row)].add_error(field[0] if field else None, message)
                return
        self.add_error({CHANNELS: "channels", MIN_SCORE: "min_score"}.get(place.split(".", 1)[0]), message)

    def changes(self) -> dict[str, Any]:
        return {"enabled": self.cleaned_data["enabled"], "rules": self.cleaned_data["rules"]}
