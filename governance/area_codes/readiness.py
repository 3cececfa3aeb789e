"""The check of the runbook that is about the subscriptions."""

from datetime import datetime

from governance.area_codes.models import AreaCodeSubscription
from governance.area_codes.rules import NOTICE
from governance.runbook.registry import Finding, Severity, register


@register("contact.area_codes", Severity.WARNING, "The subscriptions to the National DNCL are in force")
def area_codes(now: datetime) -> Finding:
    """And stay so for 30 days."""
    today = now.date()
    expiries = dict(AreaCodeSubscription.objects.values_list("area_code", "expires_on"))
    if not expiries:
        return Finding(False, "No area code is subscribed to: a number that is not exempt may not be called.")
    expired = sorted(code for code, last_day in expiries.items() if last_day < today)
    ending = sorted(code for code, last_day in expiries.items() if today <= last_day <= today + NOTICE)
    said = []
    if expired:
        said.append(f"The subscription has ended for {', '.join(expired)}.")
    if ending:
        said.append(f"It ends within {NOTICE.days} days for {', '.join(ending)}.")
    if said:
        return Finding(False, " ".join(said), {"expired": expired, "ending": ending})
    return Finding(True, f"{len(expiries)} area codes are subscribed to, the first until {min(expiries.values())}.")
