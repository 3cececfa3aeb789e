"""The check of the runbook that is about hired callers."""

from datetime import datetime, timedelta

from followups.configured import configured
from governance.runbook.registry import Finding, Severity, register

NOTICE = timedelta(days=30)  # before a registration ends


@register("followups.vendors", Severity.WARNING, "Hired callers are registered with the National DNCL")
def vendors(now: datetime) -> Finding:
    """And stay so for 30 days."""
    today = now.date()
    last_days = configured().vendors
    ended = sorted(name for name, last_day in last_days.items() if last_day < today)
    ending = sorted(name for name, last_day in last_days.items() if today <= last_day <= today + NOTICE)
    said = [f"The registration has ended of {', '.join(ended)}, whose agents claim nothing."] if ended else []
    said += [f"It ends within {NOTICE.days} days for {', '.join(ending)}."] if ending else []
    if said:
        return Finding(False, " ".join(said), {"ended": ended, "ending": ending})
    return Finding(True, f"Registered: {', '.join(sorted(last_days))}." if last_days else "No vendor calls for us.")
