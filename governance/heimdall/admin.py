"""The admin of Heimdall: charters to edit, scorecards, recommendations and events to read."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.utils import timezone
from unfold.decorators import display

from governance.heimdall.models import (
    RECOMMENDATION_HOURS_MAX,
    TRIAL_WINDOW_DAYS_MAX,
    HeimdallEvent,
    HeimdallEventKind,
    HeimdallPolicy,
    HeimdallRecommendation,
    HeimdallScorecard,
)
from governance.heimdall.rules import wilson_lower_bound
from governance.heimdall.services import trials_in_window, upsert_policy
from governance.policies_admin import SWITCHED, PolicyAdmin, PolicyForm, number_field, one_spelling, whole_number_field
from wholesale.plumbing.admin_base import (
    DaySinceFilter,
    GrowingAdmin,
    ReadOnlyAdmin,
    SinceFilter,
    WordFilter,
    json_text,
    percent,
)

THRESHOLDS = ("min_confidence_prod", "min_sandbox_trials", "min_sandbox_success_rate", "use_lower_bound")
SPANS = ("trial_window_days", "recommendation_hours")
EVENT_COLOURS = {
    HeimdallEventKind.TRIAL: "info",
    HeimdallEventKind.RECOMMENDED: "",
    HeimdallEventKind.USED: "success",
    HeimdallEventKind.REFUSED: "danger",
}
ELIGIBLE = {"Eligible": "success", "Not eligible": "warning"}


class HeimdallPolicyForm(PolicyForm):
    """A charter."""

    key = ("domain",)

    class Meta:
        model = HeimdallPolicy
        fields = ("domain", "prod_use_enabled", *THRESHOLDS, *SPANS)
        help_texts = {
            "prod_use_enabled": "Off, production uses no advice of this domain, however good it is.",
            "use_lower_bound": "Judge the lower end of the success rate's 95% interval instead of the rate itself: "
            "40 successes of 50 count as 67%, not 80%.",
        }
        labels = {
            "prod_use_enabled": "Production use",
            "use_lower_bound": "Judge the lower bound",
        }

    min_confidence_prod = number_field(
        HeimdallPolicy,
        "min_confidence_prod",
        label="Minimum confidence",
        min_value=0,
        max_value=1,
        help_text="From 0 to 1: how sure the AI must be of a piece of advice.",
    )
    min_sandbox_trials = whole_number_field(
        HeimdallPolicy,
        "min_sandbox_trials",
        label="Minimum of trials in the sandbox",
        min_value=0,
        max_value=2**31 - 1,
        help_text="So many trials must have been made in the window of days below.",
    )
    min_sandbox_success_rate = number_field(
        HeimdallPolicy,
        "min_sandbox_success_rate",
        label="Minimum success rate in the sandbox",
        min_value=0,
        max_value=1,
        help_text="From 0 to 1: 0.80 is 80% of the trials.",
    )

    trial_window_days = whole_number_field(
        HeimdallPolicy,
        "trial_window_days",
        label="Trials count for",
        min_value=1,
        max_value=TRIAL_WINDOW_DAYS_MAX,
        help_text="Days. Older trials do not count.",
    )
    recommendation_hours = whole_number_field(
        HeimdallPolicy,
        "recommendation_hours",
        label="A recommendation lasts",
        min_value=1,
        max_value=RECOMMENDATION_HOURS_MAX,
        help_text="Hours after which a recommendation may not be used any more.",
    )

    def clean_domain(self) -> str:
        """The domain in its one spelling."""
        return one_spelling(self.cleaned_data["domain"])


@admin.register(HeimdallPolicy)
class HeimdallPolicyAdmin(PolicyAdmin):
    """What advice must show before production may use it."""

    upsert = upsert_policy
    form = HeimdallPolicyForm
    key_title = "Domain"
    switch = "prod_use_enabled"
    readonly_fields = ("sandbox",)
    settings_fieldsets = (
        ("What advice must show", {"fields": (*THRESHOLDS, "sandbox")}),
        ("How long it counts", {"fields": SPANS}),
    )
    list_display = ("domain", "switched", "confidence", "trials", "success_rate", "changed_by", "updated_at")
    list_filter = ("prod_use_enabled",)
    search_fields = ("domain", "changed_by", "reason")
    search_help_text = "Domain, who changed it, or why"

    @display(description="Production use", ordering="prod_use_enabled", label=SWITCHED)
    def switched(self, policy: Any) -> str:
        return super().switched(policy)

    @display(description="Confidence", ordering="min_confidence_prod")
    def confidence(self, policy: HeimdallPolicy) -> str:
        """At least so much, in percent."""
        return percent(policy.min_confidence_prod)

    @display(description="Trials", ordering="min_sandbox_trials")
    def trials(self, policy: HeimdallPolicy) -> str:
        """At least so many, in how many days."""
        return f"{policy.min_sandbox_trials} in {policy.trial_window_days} days"

    @display(description="Success rate", ordering="min_sandbox_success_rate")
    def success_rate(self, policy: HeimdallPolicy) -> str:
        """At least so much, in percent, and of what."""
        return f"{percent(policy.min_sandbox_success_rate)}{', lower bound' if policy.use_lower_bound else ''}"

    @display(description="The sandbox now")
    def sandbox(self, policy: HeimdallPolicy) -> str:
        """What the trials that count show."""
        if not policy.pk:
            return "No trials yet."
        days = policy.trial_window_days
        trials, successes = trials_in_window(policy.domain, days=days, now=timezone.now())
        if not trials:
            return f"No trials in the last {days} days."
        lower = wilson_lower_bound(successes, trials)
        return (
            f"{successes} of {trials} trials of the last {days} days succeeded: "
            f"{rate_text(successes, trials)}, with a lower bound of {lower:.0%}."
        )

    def settings_of(self, record: Any) -> dict[str, str]:
        return {
            "Production use": self.switched(record),
            "Minimum confidence": self.confidence(record),
            "Minimum trials": str(record.min_sandbox_trials),
            "Minimum success rate": self.success_rate(record),
            "Trials count for": f"{record.trial_window_days} days",
            "A recommendation lasts": f"{record.recommendation_hours} hours",
        }


def rate_text(successes: int, trials: int) -> str:
    """A success rate as people read it; "-" without trials."""
    return f"{successes / trials:.0%}" if trials else "-"


@admin.register(HeimdallScorecard)
class HeimdallScorecardAdmin(ReadOnlyAdmin):
    """The sandbox trials of each domain and day (UTC)."""

    list_display = ("day", "domain", "trials", "successes", "success_rate")
    list_display_links = ("day", "domain")
    list_filter = (DaySinceFilter,)
    list_select_related = False
    search_fields = ("domain",)
    search_help_text = "Domain"
    fields = ("domain", "day", "trials", "successes", "success_rate")

    @display(description="Success rate")
    def success_rate(self, card: HeimdallScorecard) -> str:
        """In percent."""
        return rate_text(card.successes, card.trials)


class DomainFilter(WordFilter):
    """The domains that have a charter."""

    title = "domain"
    parameter_name = "domain"

    def words(self) -> Iterable[tuple[str, str]]:
        return [(domain, domain) for domain in HeimdallPolicy.objects.values_list("domain", flat=True)]


@admin.register(HeimdallRecommendation)
class HeimdallRecommendationAdmin(GrowingAdmin):
    """What the AI advised, with the gate's answer at that moment, the latest first."""

    list_display = ("id", "created_at", "domain", "confidence_text", "eligible", "gate_reason", "actor")
    list_display_links = ("id", "created_at")
    list_filter = (SinceFilter, DomainFilter, "prod_eligible")
    list_select_related = False
    search_fields = ("domain__exact", "actor__exact", "correlation_id__exact")
    search_help_text = "Domain, actor or correlation id, in full"
    fieldsets = (
        ("Advice", {"fields": ("domain", "confidence_text", "advice", "grounds")}),
        (
            "The gate, when it was given; it is judged again at use",
            {"fields": ("eligible", "gate_reason", "policy_version")},
        ),
        ("Who and when", {"fields": ("actor", "user", "correlation_id", "created_at")}),
    )

    @display(description="Confidence", ordering="confidence")
    def confidence_text(self, kept: HeimdallRecommendation) -> str:
        """In percent."""
        return percent(kept.confidence)

    @display(description="For production", ordering="prod_eligible", label=ELIGIBLE)
    def eligible(self, kept: HeimdallRecommendation) -> str:
        """Whether the gate let it pass."""
        return "Eligible" if kept.prod_eligible else "Not eligible"

    @display(description="Recommendation")
    def advice(self, kept: HeimdallRecommendation) -> str:
        """What is advised."""
        return json_text(kept.recommendation)

    @display(description="Evidence")
    def grounds(self, kept: HeimdallRecommendation) -> str:
        """What it rests on."""
        return json_text(kept.evidence)


@admin.register(HeimdallEvent)
class HeimdallEventAdmin(GrowingAdmin):
    """Trials, recommendations and what became of them, the latest first."""

    list_display = ("id", "created_at", "what", "domain", "confidence_text", "outcome", "message", "actor")
    list_display_links = ("id", "created_at")
    list_filter = (SinceFilter, "kind", DomainFilter)
    list_select_related = False
    search_fields = ("domain__exact", "actor__exact", "correlation_id__exact")
    search_help_text = "Domain, actor or correlation id, in full"
    fieldsets = (
        ("Event", {"fields": ("what", "domain", "confidence_text", "outcome", "message", "recommendation")}),
        ("Who and when", {"fields": ("actor", "user", "correlation_id", "created_at")}),
    )

    @display(description="Event", ordering="kind", label={kind.label: colour for kind, colour in EVENT_COLOURS.items()})
    def what(self, event: HeimdallEvent) -> str:
        """What happened."""
        return event.get_kind_display()

    @display(description="Confidence", ordering="confidence")
    def confidence_text(self, event: HeimdallEvent) -> str:
        """In percent."""
        return "" if event.confidence is None else percent(event.confidence)

    @display(description="Trial", ordering="success", label={"Success": "success", "Failure": "danger"})
    def outcome(self, event: HeimdallEvent) -> str:
        """How a trial ended."""
        return {True: "Success", False: "Failure", None: ""}[event.success]
