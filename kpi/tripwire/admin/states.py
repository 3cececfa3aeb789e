"""What the pages of the tripwire say of a state, a policy and what was seen."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from unfold.decorators import display

from kpi.tripwire.models import RegressionState
from kpi.tripwire.rules import Action
from kpi.tripwire.simulation import HORIZON
from kpi.tripwire.triggers import NONE_TAKEN
from wholesale.plumbing.admin_base import ReadOnlyAdmin
from wholesale.plumbing.texts import percent

STANDINGS = {"Triggered": "danger", "Amber": "warning", "Quiet": "success", "Not looked at yet": ""}
TRIGGER_DID = {Action.THROTTLE: "Throttled {engine}", Action.KILL_SWITCH: "Engaged the kill switch", NONE_TAKEN: "Nothing"}


def standing(state: RegressionState | None) -> str:
    """One of `STANDINGS`."""
    if state is None or state.evaluated_at is None:
        return "Not looked at yet"
    if state.triggered:
        return "Triggered"
    return "Amber" if state.amber else "Quiet"


def expectation_text(expected: dict[str, Any]) -> str:
    """What a policy's simulation found, in a sentence: false alarms, and the delay of the fall that it is designed for."""
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
    """An approved baseline in words."""
    return f"{percent(rate)}, measured on {size:,} events"


class SeenColumns:
    """Columns of what a look at the metric saw."""

    @display(description="Baseline")
    def baseline_text(self, row: Any) -> str:
        """What it was held against."""
        return _figure(row.baseline)

    @display(description="Current")
    def current_text(self, row: Any) -> str:
        """What was seen."""
        return _figure(row.current)

    @display(description="Drop", ordering="drop_fraction")
    def drop(self, row: Any) -> str:
        """By how much it had fallen, in percent; negative where it rose."""
        return "" if row.drop_fraction is None else f"{row.drop_fraction:.1%}"


def _figure(value: Any) -> str:
    return "" if value is None else f"{value.normalize():f}"


@admin.register(RegressionState)
class RegressionStateAdmin(SeenColumns, ReadOnlyAdmin):
    """Where each policy stands since it was last evaluated."""

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

    @display(description="Now", ordering="triggered", label=STANDINGS)
    def now(self, state: RegressionState) -> str:
        """Where it stands."""
        return standing(state)

    @display(description="It did", ordering="action_taken")
    def did(self, state: RegressionState) -> str:
        """What its last trigger did, while it stands."""
        if not state.action_taken:
            return ""
        return TRIGGER_DID[state.action_taken].format(engine=state.policy.throttled_engine)
