"""The admin pages of Heimdall: charters to edit; scorecards, recommendations and events to read."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from governance.heimdall.models import (
    HeimdallEvent,
    HeimdallEventKind,
    HeimdallPolicy,
    HeimdallRecommendation,
    HeimdallScorecard,
)
from governance.heimdall.rules import wilson_lower_bound
from governance.heimdall.services import trials_in_window
from governance.policies_admin import PolicyAdmin
from wholesale.plumbing.admin_base import GrowingAdmin, ReadOnlyAdmin
from wholesale.plumbing.admin_parts import Colours, DaySinceFilter, SinceFilter, WordFilter, column, either
from wholesale.plumbing.differences import Said
from wholesale.plumbing.showing import shown_rate
from wholesale.plumbing.spoken import code_words, known_words, told

THRESHOLDS = ("min_confidence_prod", "min_sandbox_trials", "min_sandbox_success_rate", "use_lower_bound")
SPANS = ("trial_window_days", "recommendation_hours")
EVENT_COLOURS = {
    HeimdallEventKind.TRIAL.label: "info",
    HeimdallEventKind.RECOMMENDED.label: "",
    HeimdallEventKind.USED.label: "success",
    HeimdallEventKind.REFUSED.label: "danger",
}


@admin.register(HeimdallPolicy)
class HeimdallPolicyAdmin(PolicyAdmin):
    """The admin pages of charters: what AI advice in a domain must show before production may use it."""

    key_title = _("Domain")
    switch = "prod_use_enabled"
    readonly_fields = ("sandbox",)
    settings_fieldsets = (
        (_("What advice must show"), {"fields": (*THRESHOLDS, "sandbox")}),
        (_("How long it counts"), {"fields": SPANS}),
    )
    list_display = (
        *("domain", "prod_use_enabled", "min_confidence_prod", "trials", "success_rate", "changed_by", "updated_at"),
    )

    @display(description=_("Trials"), ordering="min_sandbox_trials")
    def trials(self, policy: HeimdallPolicy) -> str:
        """The least number of trials, and the number of days in which they must fall, in words."""
        return gettext("%(min_sandbox_trials)s in %(trial_window_days)s days") % {
            "min_sandbox_trials": policy.min_sandbox_trials,
            "trial_window_days": policy.trial_window_days,
        }

    @display(description=_("Success rate"), ordering="min_sandbox_success_rate")
    def success_rate(self, policy: HeimdallPolicy) -> str:
        """The minimum success rate in percent, with "lower bound" if the lower bound of the rate must reach it."""
        least = shown_rate(policy.min_sandbox_success_rate, 2)
        return gettext("%(rate)s, lower bound") % {"rate": least} if policy.use_lower_bound else least

    @display(description=_("The sandbox now"))
    def sandbox(self, policy: HeimdallPolicy) -> str:
        """A sentence with the success rate of the domain's trials in the last `trial_window_days` of the charter."""
        if not policy.pk:
            return gettext("No trials yet.")
        days = policy.trial_window_days
        trials, successes = trials_in_window(policy.domain, days=days, now=timezone.now())
        if not trials:
            return gettext("No trials in the last %(days)s days.") % {"days": days}
        lower = wilson_lower_bound(successes, trials)
        return gettext(
            "%(successes)s of %(trials)s trials of the last %(days)s days succeeded: %(rate)s, with a "
            "lower bound of %(lower)s."
        ) % {
            "successes": successes,
            "trials": trials,
            "days": days,
            "rate": rate_text(successes, trials),
            "lower": shown_rate(lower),
        }

    def settings_of(self, record: Any) -> dict[str, Said]:
        settings = super().settings_of(record)
        del settings[str(self.columns["use_lower_bound"].short_description)]
        return {**settings, gettext("Minimum success rate"): self.success_rate(record)}


def rate_text(successes: int, trials: int) -> str:
    """The success rate in percent, or "-" if there are no trials."""
    return shown_rate(successes / trials) if trials else "-"


@admin.register(HeimdallScorecard)
class HeimdallScorecardAdmin(ReadOnlyAdmin):
    """The admin pages of scorecards: the sandbox trials of each domain and day (UTC)."""

    list_display = ("day", "domain", "trials", "successes", "success_rate")
    list_display_links = ("day", "domain")
    list_filter = (DaySinceFilter,)
    list_select_related = False
    search_fields = ("domain",)
    search_help_text = _("Domain")
    fields = ("domain", "day", "trials", "successes", "success_rate")

    success_rate = column(_("Success rate"), lambda card: rate_text(card.successes, card.trials))


class DomainFilter(WordFilter):
    """A filter of rows by domain. It offers the domains that have a charter."""

    title = _("domain")
    parameter_name = "domain"

    def words(self) -> Iterable[tuple[str, str]]:
        return [(domain, code_words(domain, "domain")) for domain in HeimdallPolicy.objects.values_list("domain", flat=True)]


@admin.register(HeimdallRecommendation)
class HeimdallRecommendationAdmin(GrowingAdmin):
    """The admin pages of AI recommendations, newest first, each with the gate's answer when the advice was given."""

    list_display = ("id", "created_at", "domain", "confidence_text", "eligible", "gate_reason", "actor")
    list_display_links = ("id", "created_at")
    list_filter = (SinceFilter, DomainFilter, "prod_eligible")
    list_select_related = False
    search_fields = ("domain__exact", "actor__exact", "correlation_id__exact")
    search_help_text = _("Domain, actor or correlation id, in full")
    fieldsets = (
        (_("Advice"), {"fields": ("domain", "confidence_text", "advice", "grounds")}),
        (
            _("The gate, when it was given; it is judged again at use"),
            {"fields": ("eligible", "gate_reason", "policy_version")},
        ),
        (_("Who and when"), {"fields": ("actor", "user", "correlation_id", "created_at")}),
    )

    confidence_text = column(_("Confidence"), lambda kept: shown_rate(kept.confidence, 2), ordering="confidence")

    eligible = either(
        _("For production"), lambda kept: kept.prod_eligible, (_("Eligible"), "success"), (_("Not eligible"), "warning")
    )
    advice = column(_("Recommendation"), lambda kept: told(kept.recommendation))
    grounds = column(_("Evidence"), lambda kept: told(kept.evidence))


@admin.register(HeimdallEvent)
class HeimdallEventAdmin(GrowingAdmin):
    """The admin pages of Heimdall events, newest first: trials, and recommendations with their uses and refusals."""

    list_display = ("id", "created_at", "what", "domain", "confidence_text", "outcome", "said", "actor")
    list_display_links = ("id", "created_at")
    list_filter = (SinceFilter, "kind", DomainFilter)
    list_select_related = False
    search_fields = ("domain__exact", "actor__exact", "correlation_id__exact")
    search_help_text = _("Domain, actor or correlation id, in full")
    fieldsets = (
        (_("Event"), {"fields": ("what", "domain", "confidence_text", "outcome", "said", "recommendation")}),
        (_("Who and when"), {"fields": ("actor", "user", "correlation_id", "created_at")}),
    )

    what = column(_("Event"), lambda event: event.get_kind_display(), ordering="kind", label=EVENT_COLOURS)
    confidence_text = column(
        _("Confidence"), lambda event: "" if event.confidence is None else shown_rate(event.confidence, 2)
    )

    said = column(_("The gate's answer"), lambda event: known_words(event.message, "gate_reason"))

    @display(description=_("Trial"), ordering="success", label=Colours({_("Success"): "success", _("Failure"): "danger"}))
    def outcome(self, event: HeimdallEvent) -> str:
        """The outcome of a trial, empty for any other event."""
        return {True: gettext("Success"), False: gettext("Failure"), None: ""}[event.success]
