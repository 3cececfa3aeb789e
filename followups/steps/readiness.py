"""The checks of the runbook that are about ladder templates."""

from datetime import datetime

from followups.configured import configured
from governance.runbook.registry import Finding, Severity, register
from wholesale.vocabulary import ALL, Province


@register("followups.templates", Severity.WARNING, "Every province has a ladder template that is on")
def ladder_templates(now: datetime) -> Finding:
    """As market ALL. Without one no ladder of the province starts, but in a market that has its own."""
    present = {province for province, market, enabled, _ in configured().templates if market == ALL and enabled}
    missing = sorted(set(Province.values) - present)
    if missing:
        detail = f"No ladder template is on for {', '.join(missing)}. Switch it on, or run seed_policies if there is none."
        return Finding(False, detail, missing)
    return Finding(True, "All 13 provinces have a ladder template that is on.")


@register("followups.templates_french", Severity.WARNING, "Quebec's ladders speak French at each step")
def french_in_quebec(now: datetime) -> Finding:
    """Of each template of Quebec that is on, whole province or market."""
    wanting = sorted(
        market
        for province, market, enabled, steps in configured().templates
        if province == Province.QC and enabled and not all(step["script_fr"] for step in steps)
    )
    if wanting:
        return Finding(False, f"Steps without French text in the ladder templates of QC: {', '.join(wanting)}.", wanting)
    return Finding(True, "Each step of Quebec's ladder templates has French text.")
