"""The admin page of regression states, and texts that the tripwire's pages share."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from kpi.tripwire.models import RegressionState
from kpi.tripwire.rules import Action, Method, Statistic
from kpi.tripwire.simulation import HORIZON
from kpi.tripwire.triggers import NONE_TAKEN
from wholesale.plumbing.admin_base import ReadOnlyAdmin
from wholesale.plumbing.admin_parts import column
from wholesale.plumbing.showing import shown_number, shown_rate
from wholesale.plumbing.spoken import code_words

STANDINGS = {_("Triggered"): "danger", _("Amber"): "warning", _("Quiet"): "success", _("Not looked at yet"): ""}
TRIGGER_DID = {
    Action.THROTTLE: _("Switched the risk policy of {engine} off"),
    Action.KILL_SWITCH: _("Engaged the kill switch"),
    NONE_TAKEN: _("Nothing"),
}


def standing(state: RegressionState | None) -> str:
    """Return how a policy stands, as a key of `STANDINGS` (Quiet, ...). `state` is None before the first evaluation."""
    if state is None or state.evaluated_at is None:
        return gettext("Not looked at yet")
    if state.triggered:
        return gettext("Triggered")
    return gettext("Amber") if state.amber else gettext("Quiet")


def expectation_text(expected: dict[str, Any]) -> str:
    """Return as a sentence what the simulation expects of a policy: false alarms, and the delay until a fall is seen."""
    a_day, delay = expected["events_a_day"], expected["median_delay_events"]
    found = (
        gettext("in the middle case %(delay)s events after it began (%(span)s)")
        % {"delay": shown_number(delay), "span": _days(delay / a_day)}
        if delay is not None
        else gettext("mostly not within %(horizon)s events") % {"horizon": shown_number(HORIZON)}
    )
    return ngettext(
        "At its own rate of %(rate)s and volume of %(a_day)s event a day: while nothing changes, "
        "%(horizon)s events (%(span)s) bring a false alarm with a probability of "
        "%(false_alarms)s; a fall by %(design_drop)s is seen %(found)s.",
        "At its own rate of %(rate)s and volume of %(a_day)s events a day: while nothing changes, "
        "%(horizon)s events (%(span)s) bring a false alarm with a probability of "
        "%(false_alarms)s; a fall by %(design_drop)s is seen %(found)s.",
        a_day,
    ) % {
        "rate": shown_rate(expected["rate"], 1),
        "a_day": shown_number(a_day),
        "horizon": shown_number(HORIZON),
        "span": _days(HORIZON / a_day),
        "false_alarms": shown_rate(expected["false_alarms_per_1000"]),
        "design_drop": shown_rate(expected["design_drop"]),
        "found": found,
    }


def _days(days: float) -> str:
    return (
        gettext("within a day")
        if days < 1
        else gettext("about a day")
        if days < 1.5
        else gettext("about %(days)s days") % {"days": shown_number(days)}
    )


def baseline_text(rate: Decimal, size: int) -> str:
    """Return an approved baseline as text: the rate, and on how many events the rate was measured."""
    return gettext("%(rate)s, measured on %(size)s events") % {"rate": shown_rate(rate, 2), "size": shown_number(size)}


class SeenColumns:
    """A mixin with the admin columns for the figures of an evaluation."""

    baseline_text = column(_("Baseline"), lambda row: _figure(row, row.baseline))
    current_text = column(_("Current"), lambda row: _figure(row, row.current))

    @display(description=_("Drop"), ordering="drop_fraction")
    def drop(self, row: Any) -> str:
        """The fall in percent of the baseline. It is negative if the metric rose."""
        return "" if row.drop_fraction is None else shown_rate(row.drop_fraction, 1)


def _figure(row: Any, value: Any) -> str:
    if value is None:
        return ""
    return shown_rate(value, 1) if row.policy.statistic == Statistic.SUCCESS_RATE else shown_number(value, 2)


@admin.register(RegressionState)
class RegressionStateAdmin(SeenColumns, ReadOnlyAdmin):
    """The admin page of regression states: how each policy stood after its last evaluation."""

    list_display = ("policy", "now", "baseline_text", "current_text", "drop", "did", "evaluated_at")
    list_filter = ("triggered", "amber")
    list_select_related = ("policy",)
    search_fields = ("policy__domain", "policy__metric")
    search_help_text = _("Domain or metric")
    fieldsets = (
        (_("Metric"), {"fields": ("policy", "now", "note", "evaluated_at")}),
        (_("Seen"), {"fields": ("baseline_text", "current_text", "drop", "did")}),
        (_("Cumulative sum"), {"fields": ("cusum", "amber", "last_event_id")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The fields of the page. Those of a CUSUM are shown only of a policy that is judged by one."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or obj.policy.method == Method.CUSUM:
            return fieldsets
        return [(name, options) for name, options in fieldsets if "cusum" not in options["fields"]]

    now = column(_("Now"), standing, ordering="triggered", label=STANDINGS)

    @display(description=_("It did"), ordering="action_taken")
    def did(self, state: RegressionState) -> str:
        """What the policy's trigger did. Empty if the policy is not triggered."""
        if not state.action_taken:
            return ""
        return TRIGGER_DID[state.action_taken].format(engine=code_words(state.policy.throttled_engine, "engine"))
