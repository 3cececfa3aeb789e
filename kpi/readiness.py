"""The checks of the runbook that are about the tripwire."""

from datetime import datetime

from governance.runbook.registry import Finding, Severity, register
from kpi.tripwire.models import RegressionPolicy, RegressionTrigger
from kpi.tripwire.services import NONE_TAKEN


@register("regression.policies", Severity.WARNING, "The KPIs are watched")
def regression_policies(now: datetime) -> Finding:
    """At least one regression policy is there and enabled."""
    enabled = [str(policy) for policy in RegressionPolicy.objects.filter(enabled=True)]
    if not enabled:
        return Finding(False, "No regression policy is enabled: a falling KPI goes unseen.")
    return Finding(True, f"{len(enabled)} metrics are watched.", enabled)


@register("regression.triggers", Severity.WARNING, "No tripwire is waiting for a person")
def regression_triggers(now: datetime) -> Finding:
    """A trigger that is not undone; worse, one that could do nothing, for its engine has no risk policy."""
    triggers = RegressionTrigger.objects.filter(undone_at__isnull=True).select_related("policy")[:20]
    waiting = [f"{trigger.policy}: {trigger.action_taken}" for trigger in triggers]
    idle = [text for text in waiting if text.endswith(NONE_TAKEN)]
    if idle:
        return Finding(False, f"A tripwire went off and could do nothing: {', '.join(idle)}.", waiting)
    if waiting:
        return Finding(False, f"Tripwires went off: {', '.join(waiting)}.", waiting)
    return Finding(True, "No tripwire has gone off.")
