"""The admin pages of market policies."""

from typing import Any

from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from governance.channels import Channel
from governance.market.admin.copying import CopyForm, copying
from governance.market.admin.live import live_part
from governance.market.forms import CALL_HOLIDAY_CHOICES, MarketPolicyForm
from governance.market.legal_hours import legal_warnings
from governance.market.models import MarketPolicy
from governance.market.rules import (
    CALL_HOLIDAYS,
    HOLIDAYS,
    MIN_SCORE,
    ONE_CALL,
    HolidayRule,
    parsed,
)
from governance.market.words import channels_text, windows_by_day, windows_text
from governance.policies_admin import PlacePolicyAdmin
from wholesale.plumbing.admin_parts import button, column
from wholesale.plumbing.admin_questions import Question, asking
from wholesale.plumbing.codes import place_name
from wholesale.plumbing.differences import Said
from wholesale.plumbing.showing import shown_pair, shown_rate


@admin.register(MarketPolicy)
class MarketPolicyAdmin(PlacePolicyAdmin):
    """The admin pages of market policies: when, by which channel and from which score leads may be contacted."""

    form = MarketPolicyForm
    change_form_template = "admin/governance/marketpolicy/change_form.html"
    actions_detail = ("copy_to_markets",)
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
    min_score = column(_("Minimum lead score"), lambda policy: shown_rate(policy.rules[MIN_SCORE], 2))

    def get_fieldsets(self, request: HttpRequest, obj: models.Model | None = None) -> Any:
        place, *rest = super().get_fieldsets(request, obj)
        rules: tuple[str, ...] = ("channels", "min_score", "holidays", "call_holidays", "one_call")
        rules = (*rules, "own_windows") if self.has_change_permission(request, obj) else ("windows", *rules)
        return (place, (gettext("Contact rules"), {"fields": rules}), *rest)

    def settings_of(self, record: Any) -> dict[str, Said]:
        return {
            **super().settings_of(record),
            **windows_by_day(record.rules),
            gettext("Channels"): self.channels(record),
            gettext("Minimum lead score"): self.min_score(record),
            gettext("Statutory holidays"): self.holidays(record),
            gettext("Statutory holidays, for calls"): str(CALL_HOLIDAY_CHOICES[record.rules.get(CALL_HOLIDAYS, "")]),
            gettext("One call in 30 days"): gettext("yes") if self.one_call(record) else gettext("no"),
        }

    def get_urls(self) -> list[Any]:
        """Add the part of the page that is kept up to date."""
        part = self.admin_site.admin_view(self.live)
        return [
            path("live/", part, name="governance_marketpolicy_live_new"),
            path("<path:object_id>/live/", part, name="governance_marketpolicy_live"),
            *super().get_urls(),
        ]

    def live(self, request: HttpRequest, object_id: str | None = None) -> HttpResponse:
        """Show where the policy is open now, and what saving its form would do to the contacts that are due."""
        return live_part(request, self, object_id)

    @button(_("Copy to other markets..."), "change", icon="content_copy")
    @asking
    def copy_to_markets(self, request: HttpRequest, row: MarketPolicy) -> Question:
        """Ask to which places the rules are copied and why, then copy them."""
        return Question(
            copying(request, row, self.log_change),
            form=lambda data: CopyForm(row, data),
            title=gettext("Copy the rules of %(place)s") % {"place": place_name(row.province, row.market)},
            explanation=gettext(
                "The contact windows, channels, minimum score and holidays replace those of each place that you tick. A "
                "policy that exists stays switched on or off as it is; a new one is switched as this one. A place without a "
                "version has no policy of its own yet; with one, a market no longer follows its province."
            ),
            button=gettext("Copy"),
        )

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        rules = form.cleaned_data["rules"]
        for warning in legal_warnings(rules):
            messages.warning(request, shown_pair(Channel.CALL.label, warning.detail))
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
