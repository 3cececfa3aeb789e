"""The pages of tripwire policies, with what to expect of each."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from unfold.decorators import action, display

from governance.policies_admin import PolicyAdmin, PolicyForm, number_field, one_spelling
from kpi.tripwire.admin.states import STANDINGS, baseline_text, expectation_text, standing
from kpi.tripwire.errors import NotARate, NotEnoughEvents
from kpi.tripwire.expectations import rate_of
from kpi.tripwire.models import RegressionPolicy
from kpi.tripwire.policies import approve_baseline, measured_baseline, upsert_policy
from kpi.tripwire.rules import BASELINE_MIN, Action, Method, Statistic
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import act_with_reason, percent

STATISTIC_WORDS = {Statistic.SUCCESS_RATE: "success rate", Statistic.MEAN_VALUE: "mean value", Statistic.VOLUME: "volume"}
FALL_DOES = {Action.THROTTLE: "Throttles {engine}", Action.KILL_SWITCH: "Engages the kill switch"}
DROP = ("max_drop_fraction", "window_events", "baseline_events", "min_events_to_enforce")
NEEDS_BASELINE = "A CUSUM needs an approved baseline: save it switched off, approve one, then switch it on."
CUSUM = ("amber_threshold", "red_threshold", "baseline")


class RegressionPolicyForm(PolicyForm):
    """How a metric is watched."""

    key = ("domain", "metric")

    class Meta:
        model = RegressionPolicy
        fields = (
            "domain",
            "metric",
            "enabled",
            "statistic",
            "method",
            "action",
            "engine",
            *DROP,
            "amber_threshold",
            "red_threshold",
            "window_days",
            "design_drop",
        )
        help_texts = {
            "enabled": "Off, it is judged too, but a fall does nothing.",
            "engine": "Whose risk policy THROTTLE switches off. Empty: the one named as the domain.",
            "window_events": "The last so many events ...",
            "baseline_events": "... are held against so many before them. "
            f"A CUSUM's baseline is measured on so many too, at least {BASELINE_MIN}, better 1,000.",
            "min_events_to_enforce": "Fewer in either: no verdict. For VOLUME: fewer in the days before.",
            "window_days": "The number of events in the last so many days is held against that in so many days before.",
        }
        labels = {
            "window_events": "Window",
            "baseline_events": "Baseline",
            "min_events_to_enforce": "Minimum of events",
            "window_days": "Days",
        }

    max_drop_fraction = number_field(
        RegressionPolicy,
        "max_drop_fraction",
        label="Largest drop",
        min_value=0,
        max_value=1,
        help_text="A fraction of the baseline: 0.20 triggers at a fall from 50% to 40%. VOLUME uses it too.",
    )
    design_drop = number_field(
        RegressionPolicy,
        "design_drop",
        label="Designed for a drop of",
        min_value=0,
        max_value=1,
        help_text="A fraction below 1: the fall that it is meant to find. A CUSUM is built for it; for DROP it only says "
        "which fall the delay below is about.",
    )
    amber_threshold = number_field(
        RegressionPolicy, "amber_threshold", min_value=0, help_text="From this sum on it is worth a look; nothing is done."
    )
    red_threshold = number_field(
        RegressionPolicy,
        "red_threshold",
        min_value=0,
        help_text="From this sum on it triggers, and stays so until somebody approves a new baseline. "
        "Higher: fewer false alarms, later found.",
    )

    def clean_domain(self) -> str:
        """The domain in its one spelling."""
        return one_spelling(self.cleaned_data["domain"])

    def clean_metric(self) -> str:
        """The metric in its one spelling."""
        return one_spelling(self.cleaned_data["metric"]).lower()

    def clean_engine(self) -> str:
        """The engine in its one spelling; empty stays so."""
        engine: str = self.cleaned_data["engine"]
        return one_spelling(engine) if engine else engine

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("method") == Method.CUSUM:
            # The table's own rule about them is not asked, since a form has no baseline.
            if cleaned.get("statistic") != Statistic.SUCCESS_RATE:
                self.add_error("method", NotARate().detail)
            elif cleaned.get("enabled") and self.instance.baseline_rate is None:
                self.add_error("enabled", NEEDS_BASELINE)
        return cleaned


@admin.register(RegressionPolicy)
class RegressionPolicyAdmin(PolicyAdmin):
    """Which metrics are watched, how, and what their fall does."""

    upsert = upsert_policy
    form = RegressionPolicyForm
    key_title = "Metric"
    readonly_fields = ("baseline", "expected", "standing_now")
    settings_fieldsets = (
        ("Now", {"fields": ("standing_now", "expected")}),
        ("What is watched, and what a fall does", {"fields": ("statistic", "method", "action", "engine", "design_drop")}),
        ("DROP: the last events against those before them", {"fields": DROP}),
        ("CUSUM: a sum that grows while the metric is below an approved baseline", {"fields": CUSUM}),
        ("VOLUME: the number of events in the last days against the days before", {"fields": ("window_days",)}),
    )
    list_display = (
        "watched",
        "switched",
        "state_label",
        "statistic_word",
        "method_word",
        "action_word",
        "changed_by",
        "updated_at",
    )
    list_display_links = ("watched",)
    list_filter = ("enabled", "domain", "statistic", "method")
    list_select_related = ("state",)
    search_fields = ("domain", "metric", "changed_by", "reason")
    search_help_text = "Domain, metric, who changed it, or why"
    actions_detail = ("approve",)

    @display(description="Metric", ordering="domain")
    def watched(self, policy: RegressionPolicy) -> str:
        """Domain and metric."""
        return str(policy)

    @display(description="Now", label=STANDINGS)
    def state_label(self, policy: RegressionPolicy) -> str:
        """Where it stands."""
        return standing(getattr(policy, "state", None))

    @display(description="Watches", ordering="statistic")
    def statistic_word(self, policy: RegressionPolicy) -> str:
        """What of the metric."""
        return STATISTIC_WORDS[Statistic(policy.statistic)]

    @display(description="Method", ordering="method")
    def method_word(self, policy: RegressionPolicy) -> str:
        """Its name alone."""
        return policy.method

    @display(description="A fall does", ordering="action")
    def action_word(self, policy: RegressionPolicy) -> str:
        """What, and to whom."""
        return FALL_DOES[Action(policy.action)].format(engine=policy.engine or policy.domain)

    @display(description="Where it stands")
    def standing_now(self, policy: RegressionPolicy) -> str:
        """The state in words."""
        state = getattr(policy, "state", None)
        if state is None:
            return "It was not looked at yet: evaluate_tripwires does so each day."
        return f"{standing(state)}: {state.note}"

    @display(description="What to expect")
    def expected(self, policy: RegressionPolicy) -> str:
        """False alarms and the delay, as simulated since the policy was saved."""
        if policy.expectation:
            return expectation_text(policy.expectation)
        if policy.statistic != Statistic.SUCCESS_RATE:
            return "It is simulated for success rates only."
        if rate_of(policy) is None:
            return "There are no events yet whose rate it could be simulated at. It is simulated after each save."
        return "It is not simulated yet: the worker does so soon after each save."

    @display(description="Approved baseline")
    def baseline(self, policy: RegressionPolicy) -> str:
        """What the sum compares with."""
        if policy.baseline_rate is None:
            return f"None yet. {NEEDS_BASELINE}"
        return baseline_text(policy.baseline_rate, policy.baseline_size or 0)

    def settings_of(self, record: Any) -> dict[str, str]:
        return {
            **super().settings_of(record),
            "Watches": self.statistic_word(record),
            "Method": record.method,
            "A fall does": self.action_word(record),
            "Largest drop": percent(record.max_drop_fraction),
            "Window": f"{record.window_events:,} events",
            "Baseline": f"{record.baseline_events:,} events",
            "Minimum": f"{record.min_events_to_enforce:,} events",
            "Days": str(record.window_days),
            "Amber": f"{record.amber_threshold.normalize():f}",
            "Red": f"{record.red_threshold.normalize():f}",
            "Designed for": percent(record.design_drop),
            "Approved baseline": self.baseline(record) if record.baseline_rate else "none yet",
        }

    def has_clear_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        """Who may approve a baseline, which also clears a CUSUM that went red."""
        return request.user.has_perm("kpi.clear_tripwire")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        rates = RegressionPolicy.objects.filter(pk=object_id, statistic=Statistic.SUCCESS_RATE)
        return super().get_actions_detail(request, object_id) if rates.exists() else []

    @action(description="Approve baseline...", permissions=["clear"], icon="verified", url_path="approve")
    def approve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Freeze the metric's present rate, after a page that asks why."""
        policy = self.get_object(request, object_id)
        if policy is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)

        def act(reason: str) -> str:
            stored = approve_baseline(domain=policy.domain, metric=policy.metric, act=Act.by(request.user, reason=reason))
            self.log_change(request, stored, "Baseline approved.")
            return f"The baseline of {stored} is {self.baseline(stored)}."

        measured = measured_baseline(policy)
        return act_with_reason(
            request,
            self,
            act,
            title=f"Approve the baseline of {policy}",
            explanation=f"The rate of its last {max(policy.baseline_events, BASELINE_MIN):,} events becomes what a CUSUM "
            "compares with, until somebody approves another. Approve it only if the metric was well over these events. "
            "A CUSUM starts anew from here, also one that went red; what its trigger did stays until that is undone.",
            warning="" if measured.is_enough else NotEnoughEvents(measured.size, measured.successes).detail,
            table={
                "headers": ["It would be, as of now", "Successes", "Approved until now", "Where it stands"],
                "rows": [
                    [
                        baseline_text(measured.rate, measured.size) if measured.is_enough else "not enough to measure",
                        f"{measured.successes:,} of {measured.size:,}",
                        self.baseline(policy) if policy.baseline_rate else "none yet",
                        self.standing_now(policy),
                    ]
                ],
            },
            button="Approve the baseline",
            then=reverse("admin:kpi_regressionpolicy_change", args=[policy.pk]),
        )
