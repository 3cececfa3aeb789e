"""The checks of the runbook that are about hired callers."""

from datetime import date, datetime, timedelta

from followups.configured import configured
from governance.runbook.registry import Finding, Severity, register

NOTICE = timedelta(days=30)  # before a registration or a contract ends


@register("followups.vendors", Severity.WARNING, "Hired callers are registered with the National DNCL")
def vendors(now: datetime) -> Finding:
    """And stay so for 30 days."""
    last_days = {name: registered for name, (registered, _) in configured().vendors.items()}
    if not last_days:
        return Finding(True, "No vendor calls for us.")
    ended, ending = _ended(last_days, now.date())
    said = [f"The registration has ended of {', '.join(ended)}, whose agents claim nothing."] if ended else []
    said += [f"It ends within {NOTICE.days} days for {', '.join(ending)}."] if ending else []
    if said:
        return Finding(False, " ".join(said), {"ended": ended, "ending": ending})
    return Finding(True, f"Registered: {', '.join(sorted(last_days))}.")


@register("followups.vendor_contracts", Severity.WARNING, "The contracts with hired callers are in force")
def vendor_contracts(now: datetime) -> Finding:
    """And stay so for 30 days. We answer for whoever calls for us, with a contract or without."""
    last_days = {name: contract for name, (_, contract) in configured().vendors.items() if contract}
    if not last_days:
        return Finding(True, "No contract with a vendor has an end.")
    ended, ending = _ended(last_days, now.date())
    said = [f"The contract has ended with {', '.join(ended)}."] if ended else []
    said += [f"It ends within {NOTICE.days} days with {', '.join(ending)}."] if ending else []
    if said:
        return Finding(False, " ".join(said), {"ended": ended, "ending": ending})
    return Finding(True, f"The next contract ends on {min(last_days.values())}.")


def _ended(last_days: dict[str, date], today: date) -> tuple[list[str], list[str]]:
    """Whose last day has passed, and whose comes within the notice."""
    ended = sorted(name for name, last_day in last_days.items() if last_day < today)
    ending = sorted(name for name, last_day in last_days.items() if today <= last_day <= today + NOTICE)
    return ended, ending
