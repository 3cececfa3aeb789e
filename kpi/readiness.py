"""The checks of the runbook about the tripwire."""

from datetime import datetime

from governance.runbook.registry import Finding, Severity, register
from kpi.tripwire.levels import watching
from kpi.tripwire.models import RegressionTrigger
from kpi.tripwire.triggers import NONE_TAKEN


@register("regression.policies", Severity.WARNING, "The KPIs are watched")
def regression_policies(now: datetime) -> Finding:
    """Check that a regression policy is enabled, and that each enabled policy looks at as many events as it requires."""
    enabled = [policy for policy in watching() if policy.enabled]
    blind = [str(policy) for policy in enabled if policy.is_blind]
    if not enabled:
        return Finding(False, "No regression policy is enabled: a falling KPI goes unseen.")
    if blind:
        return Finding(False, f"Can never judge, for min_events_to_enforce is above a window: {', '.join(blind)}.", blind)
    metrics = {(policy.domain, policy.metric) for policy in enabled}
    return Finding(True, f"Metrics watched: {len(metrics)}.", [str(policy) for policy in enabled])


@register("regression.triggers", Severity.WARNING, "No tripwire is waiting for a person")
def regression_triggers(now: datetime) -> Finding:
    """Check that every trigger is undone. Triggers that stopped nothing (say, without a risk policy) are listed apart."""
    triggers = list(RegressionTrigger.objects.filter(undone_at__isnull=True).select_related("policy")[:20])
    if not triggers:
        return Finding(True, "No tripwire has gone off.")
    names = ", ".join(f"{trigger.policy} (trigger {trigger.pk})" for trigger in triggers)
    seen = [f"{trigger.policy}: {trigger.note}" for trigger in triggers]
    idle = [f"{trigger.policy} (trigger {trigger.pk})" for trigger in triggers if trigger.action_taken == NONE_TAKEN]
    if idle:
        return Finding(False, f"Tripwires went off: {names}. Of these, stopped nothing: {', '.join(idle)}.", seen)
    return Finding(False, f"Tripwires went off, and are not undone: {names}.", seen)
