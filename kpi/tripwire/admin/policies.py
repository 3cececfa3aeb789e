"""The admin pages of regression policies."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from unfold.decorators import display

from governance.policies_admin import PolicyAdmin
from kpi.tripwire.admin.states import STANDINGS, baseline_text, expectation_text, standing
from kpi.tripwire.errors import NotEnoughEvents
from kpi.tripwire.expectations import rate_of
from kpi.tripwire.models import RegressionPolicy
from kpi.tripwire.policies import approve_baseline, measured_baseline
from kpi.tripwire.rules import BASELINE_MIN, Action, Statistic
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_base import Question, asking
from wholesale.plumbing.admin_parts import allowed, button, column

STATISTIC_WORDS = {Statistic.SUCCESS_RATE: "success rate", Statistic.MEAN_VALUE: "mean value", Statistic.VOLUME: "volume"}
FALL_DOES = {Action.THROTTLE: "Throttles {engine}", Action.KILL_SWITCH: "Engages the kill switch"}
DROP = ("max_drop_fraction", "window_events", "baseline_events", "min_events_to_enforce")
NEEDS_BASELINE = "A CUSUM needs an approved baseline: save it switched off, approve one, then switch it on."
CUSUM = ("amber_threshold", "red_threshold", "baseline")


@admin.register(RegressionPolicy)
class RegressionPolicyAdmin(PolicyAdmin):
    """The admin page of regression policies: the watched metrics, the methods, and what a fall does."""

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
        "enabled",
        "state_label",
        "statistic_word",
        "method_word",
        "action_word",
        "changed_by",
        "updated_at",
    )
    list_display_links = ("watched",)
    list_filter = ("enabled", "domain", "province", "statistic", "method")
    list_select_related = ("state",)
    actions_detail = ("approve",)

    watched = column("Metric", str, ordering="domain")
    state_label = column("Now", lambda policy: standing(getattr(policy, "state", None)), label=STANDINGS)
    statistic_word = column("Watches", lambda policy: STATISTIC_WORDS[Statistic(policy.statistic)], ordering="statistic")
    method_word = column("Method", lambda policy: policy.method, ordering="method")

    @display(description="A fall does", ordering="action")
    def action_word(self, policy: RegressionPolicy) -> str:
        """What the policy does at a fall, and to which engine."""
        return FALL_DOES[Action(policy.action)].format(engine=policy.engine or policy.domain)

    @display(description="Where it stands")
    def standing_now(self, policy: RegressionPolicy) -> str:
        """How the policy stood at its last evaluation, with the note of that evaluation."""
        state = getattr(policy, "state", None)
        if state is None:
            return "It was not looked at yet: evaluate_tripwires does so each day."
        return f"{standing(state)}: {state.note}"

    @display(description="What to expect")
    def expected(self, policy: RegressionPolicy) -> str:
        """How many false alarms and what delay the simulation expects, or why the policy was not simulated."""
        if policy.expectation:
            return expectation_text(policy.expectation)
        if policy.statistic != Statistic.SUCCESS_RATE:
            return "It is simulated for success rates only."
        if rate_of(policy) is None:
            return "There are no events yet whose rate it could be simulated at. It is simulated after each save."
        return "It is not simulated yet: the worker does so soon after each save."

    @display(description="Approved baseline")
    def baseline(self, policy: RegressionPolicy) -> str:
        """The approved baseline of the policy, with which a CUSUM compares."""
        if policy.baseline_rate is None:
            return f"None yet. {NEEDS_BASELINE}"
        return baseline_text(policy.baseline_rate, policy.baseline_size or 0)

    def settings_of(self, record: Any) -> dict[str, str]:
        return {
            **super().settings_of(record),
            "Watches": self.statistic_word(record),
            "Method": record.method,
            "A fall does": self.action_word(record),
            "Approved baseline": self.baseline(record) if record.baseline_rate else "none yet",
        }

    has_clear_permission = allowed("kpi.clear_tripwire")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        rates = RegressionPolicy.objects.filter(pk=object_id, statistic=Statistic.SUCCESS_RATE)
        return super().get_actions_detail(request, object_id) if rates.exists() else []

    @button("Approve baseline...", "clear", icon="verified")
    @asking
    def approve(self, request: HttpRequest, policy: Any) -> Question:
        """Approve the metric's present rate as its baseline, after a page that asks why."""

        def act(reason: str) -> str:
            stored = approve_baseline(**self.key_of(policy), act=Act.by(request.user, reason=reason))
            self.log_change(request, stored, "Baseline approved.")
            return f"The baseline of {stored} is {self.baseline(stored)}."

        measured = measured_baseline(policy)
        return Question(
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
        )
