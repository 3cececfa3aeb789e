"""The checks of the runbook that are about offers."""

from datetime import datetime, timedelta
from itertools import groupby

from governance.runbook.registry import Finding, Severity, read_once, register
from offers.models import OfferPolicy
from wholesale.vocabulary import ALL, Province

PACE_SPAN = timedelta(days=7)
PACE_PROVINCES = 2


@read_once
def _policies() -> list[tuple[str, str, bool]]:
    """Province, market and whether it is enabled, of each."""
    return list(OfferPolicy.objects.values_list("province", "market", "enabled"))


@register("offers.policies", Severity.BLOCKER, "Every province has an offer policy")
def offer_policies(now: datetime) -> Finding:
    """As market ALL, on or off."""
    present = {province for province, market, _ in _policies() if market == ALL}
    missing = sorted(set(Province.values) - present)
    if missing:
        return Finding(False, f"No offer policy for {', '.join(missing)}. Run seed_policies.", missing)
    return Finding(True, "All 13 provinces have an offer policy.")


@register("offers.enabled", Severity.WARNING, "At least one offer policy is enabled")
def offers_enabled(now: datetime) -> Finding:
    """Without one no offer can be computed."""
    enabled = sorted({province for province, _, enabled in _policies() if enabled})
    if not enabled:
        return Finding(False, "No offer policy is enabled: no offer can be computed.")
    return Finding(True, f"Offers are enabled in {', '.join(enabled)}.", enabled)


@register("offers.pace", Severity.WARNING, "Provinces are rolled out slowly")
def offers_pace(now: datetime) -> Finding:
    """More than two provinces turned on within seven days; the guide says never all 13 at once."""
    turned_on = _provinces_turned_on(now - PACE_SPAN)
    if len(turned_on) > PACE_PROVINCES:
        listed = ", ".join(sorted(turned_on))
        return Finding(False, f"{len(turned_on)} provinces were enabled within seven days: {listed}.", sorted(turned_on))
    return Finding(True, f"Provinces enabled within seven days: {len(turned_on)}.", sorted(turned_on))


def _provinces_turned_on(since: datetime) -> set[str]:
    entries = OfferPolicy.history.order_by("id", "history_date", "history_id")
    rows = entries.values_list("id", "province", "enabled", "history_date")
    turned_on = set()
    for _, changes in groupby(rows, key=lambda row: row[0]):
        was_enabled = False
        for _, province, enabled, changed_at in changes:
            if enabled and not was_enabled and changed_at >= since:
                turned_on.add(province)
            was_enabled = enabled
    return turned_on
