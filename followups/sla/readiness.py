"""The checks of the runbook that are about the SLA."""

from datetime import datetime
from itertools import product

from followups.configured import configured
from followups.sla.mail import can_send
from governance.channels import Channel
from governance.runbook.registry import Finding, Severity, register
from wholesale.plumbing.vocabulary import Province


@register("followups.sla_policies", Severity.WARNING, "Every province has SLA policies that are on")
def sla_policies(now: datetime) -> Finding:
    """As market ALL, for each channel. Without one no lateness there is a breach, but in a market that has its own."""
    wanted = product(Province.values, Channel.values)
    missing = [f"{province} {channel}" for province, channel in wanted if (province, channel) not in configured().watched]
    if missing:
        detail = f"No SLA policy is on for {', '.join(missing)}. Switch it on, or run seed_policies if there is none."
        return Finding(False, detail, missing)
    return Finding(True, "All 13 provinces have SLA policies that are on.")


@register("followups.sla_mail", Severity.WARNING, "Somebody is written to about breaches")
def sla_mail(now: datetime) -> Finding:
    """An operator who has an e-mail address, from a server that can send."""
    to = configured().addresses if can_send() else []
    if not to:
        return Finding(False, "Nobody is written to: give an operator an e-mail address, and set EMAIL_URL.")
    return Finding(True, f"{len(to)} operators are written to." if len(to) > 1 else "1 operator is written to.")
