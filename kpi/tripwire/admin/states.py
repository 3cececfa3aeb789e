"""The admin page of regression states, and texts that the tripwire's pages share."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from unfold.decorators import display

from kpi.tripwire.models import RegressionState
from kpi.tripwire.rules import Action
from kpi.tripwire.simulation import HORIZON
from kpi.tripwire.triggers import NONE_TAKEN
from wholesale.plumbing.admin_base import ReadOnlyAdmin
from wholesale.plumbing.admin_parts import column
from wholesale.plumbing.texts import percent

STANDINGS = {"Triggered": "danger", "Amber": "warning", "Quiet": "success", "Not looked at yet": ""}
TRIGGER_DID = {Action.THROTTLE: "Throttled {engine}", Action.KILL_SWITCH: "Engaged the kill switch", NONE_TAKEN: "Nothing"}


def standing(state: RegressionState | None) -> str:
    """Return how a policy stands, as a key of `STANDINGS` (Quiet, ...). `state` is None before the first evaluation."""
    if state is None or state.evaluated_at is None:
        return "Not looked at yet"
    if state.triggered:
        return "Triggered"
    return "Amber" if state.amber else "Quiet"


def expectation_text(expected: dict[str, Any]) -> str:
    """Return as a sentence what the simulation expects of a policy: false alarms, and the delay until a fall is seen."""
    a_day, delay = expected["events_a_day"], expected["median_delay_events"]
    found = (
        f"in the middle case {delay:,.0f} events after it began ({_days(delay / a_day)})"
        if delay is not None
        else f"mostly not within {HORIZON:,} events"
    )
    return (
        f"At its own rate of {expected['rate']:.1%} and volume of {a_day:,} event{'' if a_day == 1 else 's'} a day: "
        f"while nothing changes, {HORIZON:,} events ({_days(HORIZON / a_day)}) bring a false alarm with a probability of "
        f"{expected['false_alarms_per_1000']:.0%}; a fall by {expected['design_drop']:.0%} is seen {found}."
    )


def _days(days: float) -> str:
    return "within a day" if days < 1 else "about a day" if days < 1.5 else f"about {days:,.0f} days"


def baseline_text(rate: Decimal, size: int) -> str:
    """Return an approved baseline as text: the rate, and on how many events the rate was measured."""
    return f"{percent(rate)}, measured on {size:,} events"


class SeenColumns:
    """A mixin with the admin columns for the figures of an evaluation."""

    baseline_text = column("Baseline", lambda row: _figure(row.baseline))
    current_text = column("Current", lambda row: _figure(row.current))

    @display(description="Drop", ordering="drop_fraction")
    def drop(self, row: Any) -> str:
        """The fall in percent of the baseline. It is negative if the metric rose."""
        return "" if row.drop_fraction is None else f"{row.drop_fraction:.1%}"


def _figure(value: Any) -> str:
    return "" if value is None else f"{value.normalize():f}"


@admin.register(RegressionState)
class RegressionStateAdmin(SeenColumns, ReadOnlyAdmin):
    """The admin page of regression states: how each policy stood after its last evaluation."""

    list_display = ("policy", "now", "baseline_text", "current_text", "drop", "did", "evaluated_at")
    list_filter = ("triggered", "amber")
    list_select_related = ("policy",)
    search_fields = ("policy__domain", "policy__metric")
    search_help_text = "Domain or metric"
    fieldsets = (
        ("Metric", {"fields": ("policy", "now", "note", "evaluated_at")}),
        ("Seen", {"fields": ("baseline_text", "current_text", "drop", "did")}),
        ("CUSUM", {"fields": ("cusum", "amber", "last_event_id")}),
    )

    now = column("Now", standing, ordering="triggered", label=STANDINGS)

    @display(description="It did", ordering="action_taken")
    def did(self, state: RegressionState) -> str:
        """What the policy's trigger did. Empty if the policy is not triggered."""
        if not state.action_taken:
            return ""
        return TRIGGER_DID[state.action_taken].format(engine=state.policy.throttled_engine)
