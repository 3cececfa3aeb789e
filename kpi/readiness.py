"""The checks of the runbook about the tripwire."""

from datetime import datetime

from django.utils.translation import gettext as _

from governance.runbook.registry import Finding, Severity, register
from kpi.tripwire.levels import watching
from kpi.tripwire.models import RegressionTrigger
from kpi.tripwire.triggers import NONE_TAKEN


@register("regression.policies", Severity.WARNING, "The KPIs are watched")
def regression_policies(now: datetime) -> Finding:
    """Check that a regression policy is enabled, and that each enabled policy looks at as many events as it requires."""
    enabled = [policy for policy in watching() if policy.enabled]
    blind = [policy.codes for policy in enabled if policy.is_blind]
    if not enabled:
        return Finding(False, _("No regression policy is enabled: a falling KPI goes unseen."))
    if blind:
        return Finding(
            False,
            _("Can never judge, for min_events_to_enforce is above a window: %(blind)s.") % {"blind": ", ".join(blind)},
            blind,
        )
    metrics = {(policy.domain, policy.metric) for policy in enabled}
    return Finding(True, _("Metrics watched: %(count)s.") % {"count": len(metrics)}, [policy.codes for policy in enabled])


@register("regression.triggers", Severity.WARNING, "No tripwire is waiting for a person")
def regression_triggers(now: datetime) -> Finding:
    """Check that every trigger is undone. Triggers that stopped nothing (say, without a risk policy) are listed apart."""
    triggers = list(RegressionTrigger.objects.filter(undone_at__isnull=True).select_related("policy")[:20])
    if not triggers:
        return Finding(True, _("No tripwire has gone off."))
    names = ", ".join(f"{trigger.policy.codes} (trigger {trigger.pk})" for trigger in triggers)
    seen = [f"{trigger.policy.codes}: {trigger.note}" for trigger in triggers]
    idle = [f"{trigger.policy.codes} (trigger {trigger.pk})" for trigger in triggers if trigger.action_taken == NONE_TAKEN]
    if idle:
        return Finding(
            False,
            _("Tripwires went off: %(names)s. Of these, stopped nothing: %(idle)s.")
            % {"names": names, "idle": ", ".join(idle)},
            seen,
        )
    return Finding(False, _("Tripwires went off, and are not undone: %(names)s.") % {"names": names}, seen)
