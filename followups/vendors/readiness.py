"""The checks of the runbook that are about hired callers."""

from datetime import datetime, timedelta

from followups.configured import configured
from governance.runbook.registry import Finding, Severity, ended_or_ending, register

NOTICE = timedelta(days=30)  # before a registration or a contract ends


@register("followups.vendors", Severity.WARNING, "Hired callers are registered with the National DNCL")
def vendors(now: datetime) -> Finding:
    """And stay so for 30 days."""
    last_days = {name: registered for name, (registered, _) in configured().vendors.items()}
    if not last_days:
        return Finding(True, "No vendor calls for us.")
    ended = "The registration has ended of {}, whose agents claim nothing."
    found = ended_or_ending(last_days, now.date(), NOTICE, ended=ended)
    return found or Finding(True, f"Registered: {', '.join(sorted(last_days))}.")


@register("followups.vendor_contracts", Severity.WARNING, "The contracts with hired callers are in force")
def vendor_contracts(now: datetime) -> Finding:
    """And stay so for 30 days. We answer for whoever calls for us, with a contract or without."""
    last_days = {name: contract for name, (_, contract) in configured().vendors.items() if contract}
    if not last_days:
        return Finding(True, "No contract with a vendor has an end.")
    ended = "The contract has ended with {}."
    found = ended_or_ending(last_days, now.date(), NOTICE, ended=ended, of="with")
    return found or Finding(True, f"The next contract ends on {min(last_days.values())}.")
