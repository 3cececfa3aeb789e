"""The checks of the runbook that are about ladder templates."""

from datetime import datetime

from followups.configured import configured
from followups.steps.speech import wanting_in_quebec
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


@register("followups.templates_french", Severity.WARNING, "Quebec's ladders say what the law wants at each step")
def french_in_quebec(now: datetime) -> Finding:
    """In French, by whom, and that consent can be withdrawn; of each template of Quebec that is on, province or market.

    None is switched on without it now: this finds those from before.
    """
    wanting = sorted(
        market
        for province, market, enabled, steps in configured().templates
        if enabled and wanting_in_quebec(steps, province)
    )
    if wanting:
        detail = "Texts without French, without the organisation or without how to withdraw consent in the templates of QC"
        return Finding(False, f"{detail}: {', '.join(wanting)}.", wanting)
    return Finding(True, "Each step of Quebec's ladder templates says in French who writes and how to withdraw consent.")
