"""The admin pages of market policies."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from governance.channels import Channel
from governance.market.forms import CALL_HOLIDAY_CHOICES, DAYS, MarketPolicyForm
from governance.market.legal_hours import legal_warnings
from governance.market.models import MarketPolicy
from governance.market.rules import (
    CALL_HOLIDAYS,
    CHANNEL_WINDOWS,
    CHANNELS,
    HOLIDAYS,
    MIN_SCORE,
    ONE_CALL,
    WINDOWS,
    HolidayRule,
    parsed,
)
from governance.policies_admin import PlacePolicyAdmin
from wholesale.plumbing.admin_parts import column


def windows_text(rules: dict[str, Any]) -> str:
    """The contact windows in one line, such as "Mon-Fri 09:00-20:00, Sat 10:00-18:00; Call: Mon 09:00-12:00", or "never"."""
    own = rules.get(CHANNEL_WINDOWS, {})
    parts = [f"{channel.label}: {_windows_text(own[channel])}" for channel in Channel if channel in own]
    return "; ".join([_windows_text(rules[WINDOWS]), *parts])


def _windows_text(windows: list[dict[str, Any]]) -> str:
    return ", ".join(f"{_days_text(w['days'])} {w['start']}-{w['end']}" for w in windows) or gettext("never")


def channels_text(rules: dict[str, Any]) -> str:
    """The channels that the rules allow, in one line, or "none"."""
    return ", ".join(rules[CHANNELS]) or gettext("none")


def _days_text(days: Sequence[int]) -> str:
    runs = [[day for _place, day in run] for _gap, run in groupby(enumerate(days), lambda pair: pair[1] - pair[0])]
    return ", ".join(str(DAYS[run[0]]) if len(run) == 1 else f"{DAYS[run[0]]}-{DAYS[run[-1]]}" for run in runs)


@admin.register(MarketPolicy)
class MarketPolicyAdmin(PlacePolicyAdmin):
    """The admin pages of market policies: when, by which channel and from which score leads may be contacted."""

    form = MarketPolicyForm
    change_form_template = "admin/governance/marketpolicy/change_form.html"
    list_display = ("place", "enabled", "windows", "channels", "min_score", "changed_by", "updated_at")

    windows = column(_("Contact windows (local time)"), lambda policy: windows_text(policy.rules))
    channels = column(_("Channels"), lambda policy: channels_text(policy.rules))
    holidays = column(
        _("Statutory holidays"), lambda policy: HolidayRule(policy.rules.get(HOLIDAYS, HolidayRule.NORMAL)).label
    )

    @display(description=_("Statutory holidays, for calls"))
    def call_holidays(self, policy: MarketPolicy) -> str:
        """The policy's rule for calls on statutory holidays, in words."""
        return str(HolidayRule(parsed(policy.rules).holidays_of(Channel.CALL, policy.province)).label)

    one_call = column(_("One call in 30 days"), lambda policy: policy.rules.get(ONE_CALL, False), boolean=True)
    min_score = column(_("Minimum lead score"), lambda policy: f"{policy.rules[MIN_SCORE]:g}")

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        place, *rest = super().get_fieldsets(request, obj)
        rules: tuple[str, ...] = ("channels", "min_score", "holidays", "call_holidays", "one_call")
        rules = (*rules, "own_windows") if self.has_change_permission(request, obj) else ("windows", *rules)
        return (place, (gettext("Contact rules"), {"fields": rules}), *rest)

    def settings_of(self, record: Any) -> dict[str, str]:
        return {
            **super().settings_of(record),
            gettext("Contact windows"): self.windows(record),
            gettext("Channels"): self.channels(record),
            gettext("Minimum lead score"): self.min_score(record),
            gettext("Statutory holidays"): self.holidays(record),
            gettext("Statutory holidays, for calls"): CALL_HOLIDAY_CHOICES[record.rules.get(CALL_HOLIDAYS, "")],
            gettext("One call in 30 days"): gettext("yes") if self.one_call(record) else gettext("no"),
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
                    gettext(
                        "%(channel)s: a window is wider than the hours in which the law allows calls. None sets hours "
                        "for this channel, but people may mind."
                    )
                    % {"channel": channel.label},
                )
