"""The admin pages of regression policies."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from governance.policies_admin import PolicyAdmin
from kpi.tripwire.admin.states import STANDINGS, baseline_text, expectation_text, standing
from kpi.tripwire.errors import NotEnoughEvents
from kpi.tripwire.expectations import rate_of
from kpi.tripwire.models import RegressionPolicy
from kpi.tripwire.policies import approve_baseline, measured_baseline
from kpi.tripwire.rules import BASELINE_MIN, Action, Method, Statistic
from wholesale.plumbing.act import Act
from wholesale.plumbing.admin_parts import allowed, button, column
from wholesale.plumbing.admin_questions import Question, asking
from wholesale.plumbing.differences import Said
from wholesale.plumbing.showing import shown_number, shown_pair
from wholesale.plumbing.spoken import code_words

STATISTIC_WORDS = {
    Statistic.SUCCESS_RATE: _("success rate"),
    Statistic.MEAN_VALUE: _("mean value"),
    Statistic.VOLUME: _("number of events"),
}
METHOD_WORDS = {Method.DROP: _("Guide's rule"), Method.CUSUM: _("Cumulative sum")}
FALL_DOES = {
    Action.THROTTLE: _("Switches the risk policy of {engine} off"),
    Action.KILL_SWITCH: _("Engages the kill switch"),
}
DROP = ("max_drop_fraction", "window_events", "baseline_events", "min_events_to_enforce")
NEEDS_BASELINE = _("A cumulative sum needs an approved baseline: save it switched off, approve one, then switch it on.")
CUSUM = ("amber_threshold", "red_threshold", "baseline")


@admin.register(RegressionPolicy)
class RegressionPolicyAdmin(PolicyAdmin):
    """The admin page of regression policies: the watched metrics, the methods, and what a fall does."""

    key_title = _("Metric")
    readonly_fields = ("baseline", "expected", "standing_now")
    settings_fieldsets = (
        (_("Now"), {"fields": ("standing_now", "expected")}),
        (_("What is watched, and what a fall does"), {"fields": ("statistic", "method", "action", "engine", "design_drop")}),
        (_("The guide's rule: the last events against those before them"), {"fields": DROP}),
        (_("A cumulative sum, which grows while the metric is below an approved baseline"), {"fields": CUSUM}),
        (_("The number of events: in the last days against the days before"), {"fields": ("window_days",)}),
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

    watched = column(_("Metric"), str, ordering="domain")
    state_label = column(_("Now"), lambda policy: standing(getattr(policy, "state", None)), label=STANDINGS)
    statistic_word = column(_("Watches"), lambda policy: STATISTIC_WORDS[Statistic(policy.statistic)], ordering="statistic")
    method_word = column(_("Method"), lambda policy: METHOD_WORDS[Method(policy.method)], ordering="method")

    @display(description=_("A fall does"), ordering="action")
    def action_word(self, policy: RegressionPolicy) -> str:
        """What the policy does at a fall, and to which engine."""
        return FALL_DOES[Action(policy.action)].format(engine=code_words(policy.engine or policy.domain, "engine"))

    @display(description=_("Where it stands"))
    def standing_now(self, policy: RegressionPolicy) -> str:
        """How the policy stood at its last evaluation, with the note of that evaluation."""
        state = getattr(policy, "state", None)
        if state is None:
            return gettext("It was not looked at yet. All tripwires are looked at once a day, and when an event comes.")
        return shown_pair(standing(state), state.note)

    @display(description=_("What to expect"))
    def expected(self, policy: RegressionPolicy) -> str:
        """How many false alarms and what delay the simulation expects, or why the policy was not simulated."""
        if policy.expectation:
            return expectation_text(policy.expectation)
        if policy.statistic != Statistic.SUCCESS_RATE:
            return gettext("It is simulated for success rates only.")
        if rate_of(policy) is None:
            return gettext("There are no events yet whose rate it could be simulated at. It is simulated after each save.")
        return gettext("It is not simulated yet: the worker does so soon after each save.")

    @display(description=_("Approved baseline"))
    def baseline(self, policy: RegressionPolicy) -> str:
        """The approved baseline of the policy, with which a CUSUM compares."""
        if policy.baseline_rate is None:
            return gettext("None yet. %(needs_baseline)s") % {"needs_baseline": NEEDS_BASELINE}
        return baseline_text(policy.baseline_rate, policy.baseline_size or 0)

    def settings_of(self, record: Any) -> dict[str, Said]:
        return {
            **super().settings_of(record),
            gettext("Watches"): self.statistic_word(record),
            gettext("Method"): self.method_word(record),
            gettext("A fall does"): self.action_word(record),
            gettext("Approved baseline"): self.baseline(record) if record.baseline_rate else gettext("none yet"),
        }

    has_clear_permission = allowed("kpi.clear_tripwire")

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        rates = RegressionPolicy.objects.filter(pk=object_id, statistic=Statistic.SUCCESS_RATE)
        return super().get_actions_detail(request, object_id) if rates.exists() else []

    @button(_("Approve baseline..."), "clear", icon="verified")
    @asking
    def approve(self, request: HttpRequest, policy: Any) -> Question:
        """Approve the metric's present rate as its baseline, after a page that asks why."""

        def act(reason: str) -> str:
            stored = approve_baseline(**self.key_of(policy), act=Act.by(request.user, reason=reason))
            self.log_change(request, stored, "Baseline approved.")
            return gettext("The baseline of %(metric)s is %(baseline)s.") % {
                "metric": stored,
                "baseline": self.baseline(stored),
            }

        measured = measured_baseline(policy)
        return Question(
            act,
            title=gettext("Approve the baseline of %(policy)s") % {"policy": policy},
            explanation=gettext(
                "The rate of its last %(baseline_min)s events becomes what a cumulative sum compares with, until "
                "somebody approves another. Approve it only if the metric was well over these events. A cumulative sum "
                "starts anew from here, also one that went red; what its trigger did stays until that is undone."
            )
            % {"baseline_min": shown_number(max(policy.baseline_events, BASELINE_MIN))},
            idle="" if measured.is_enough else NotEnoughEvents(measured.size, measured.successes).shown,
            table={
                "headers": [
                    gettext("It would be, as of now"),
                    gettext("Successes"),
                    gettext("Approved until now"),
                    gettext("Where it stands"),
                ],
                "rows": [
                    [
                        baseline_text(measured.rate, measured.size)
                        if measured.is_enough
                        else gettext("not enough to measure"),
                        gettext("%(successes)s of %(size)s")
                        % {"successes": shown_number(measured.successes), "size": shown_number(measured.size)},
                        self.baseline(policy) if policy.baseline_rate else gettext("none yet"),
                        self.standing_now(policy),
                    ]
                ],
            },
            button=gettext("Approve the baseline"),
        )
