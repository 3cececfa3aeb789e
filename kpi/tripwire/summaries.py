"""The states of policies and their triggers as plain values."""

from typing import Any

from django.db.models import Prefetch

from governance.decisions import ExecutionClass, verb
from kpi.tripwire.models import RegressionPolicy, RegressionState, RegressionTrigger

STATE_FIELDS = ("triggered", "amber", "baseline", "current", "drop_fraction", "note", "action_taken", "evaluated_at")
TRIGGER_FIELDS = (
    "id",
    "policy_version",
    "created_at",
    "baseline",
    "current",
    "drop_fraction",
    "note",
    "action_taken",
    "engine",
    "correlation_id",
    "undone_at",
    "undone_by",
    "undo_reason",
)
TRIGGERS_SHOWN = 10


def state_summary(policy: RegressionPolicy, state: RegressionState) -> dict[str, Any]:
    """Return a policy's state as plain values, with the fields that the customer's guide asks for."""
    return _key(policy) | {name: getattr(state, name) for name in STATE_FIELDS}


def trigger_summary(trigger: RegressionTrigger) -> dict[str, Any]:
    """Return a trigger as the API shows it."""
    return _key(trigger.policy) | {name: getattr(trigger, name) for name in TRIGGER_FIELDS}


def _key(policy: RegressionPolicy) -> dict[str, Any]:
    return {name: getattr(policy, name) for name in policy.key}


@verb(ExecutionClass.READ)
def states() -> list[dict[str, Any]]:
    """Return the state of every policy with its last ten triggers that are not undone. Takes two queries."""
    waiting = RegressionTrigger.objects.filter(undone_at__isnull=True).order_by("-id")[:TRIGGERS_SHOWN]
    watched = RegressionPolicy.objects.select_related("state").prefetch_related(
        Prefetch("triggers", waiting, to_attr="waiting")
    )
    return [
        {
            **state_summary(policy, getattr(policy, "state", None) or RegressionState(policy=policy)),
            "enabled": policy.enabled,
            "triggers": [trigger_summary(trigger) for trigger in policy.waiting],
        }
        for policy in watched
    ]
