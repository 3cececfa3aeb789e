"""The check of the runbook that is about the pool."""

from datetime import datetime

from followups.readiness import configured
from governance.runbook.registry import Finding, Severity, register


@register("followups.pool", Severity.WARNING, "Whoever takes ladders in a pool can sign in")
def pool(now: datetime) -> Finding:
    """Ladders go to a name that is no user's all the same; an inactive user gets none."""
    unknown, inactive = configured().unknown_agents, configured().inactive_agents
    said = []
    if unknown:
        said.append(f"Ladders go to names that are no user's: {', '.join(unknown)}. Is one misspelt?")
    if inactive:
        said.append(f"Users who may not sign in get no ladder: {', '.join(inactive)}. Remove them from their pools.")
    if said:
        return Finding(False, " ".join(said), {"unknown": unknown, "inactive": inactive})
    return Finding(True, "Everybody in the pools can sign in.")
