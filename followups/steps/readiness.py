"""The checks of the runbook that are about ladder templates."""

from datetime import datetime
from itertools import product

from followups.configured import configured
from followups.steps.models import LadderTemplate
from followups.steps.speech import wanting_in_quebec
from governance.runbook.registry import Finding, Severity, register
from wholesale.plumbing.vocabulary import ALL, Province


@register("followups.templates", Severity.WARNING, "Every province has both ladder templates, on")
def ladder_templates(now: datetime) -> Finding:
    """As market ALL. Without the standard one no ladder starts there, but in a market that has its own. Without the COLD one
    each ladder begins with a message, which lapses where the lead gave no ground for it."""
    present = {(one.province, one.kind) for one in configured().templates if one.market == ALL and one.enabled}
    wanted = product(Province.values, LadderTemplate.Kind.values)
    missing = sorted(f"{province} {kind}" for province, kind in wanted if (province, kind) not in present)
    if missing:
        detail = f"No ladder template is on for {', '.join(missing)}. Switch it on, or run seed_policies if there is none."
        return Finding(False, detail, missing)
    return Finding(True, "All 13 provinces have both ladder templates, STANDARD and COLD, on.")


@register("followups.templates_french", Severity.WARNING, "Quebec's ladders say what the law wants at each step")
def french_in_quebec(now: datetime) -> Finding:
    """In French, by whom, and that consent can be withdrawn; of each template of Quebec that is on, province or market.

    None is switched on without it now: this finds those from before.
    """
    wanting = sorted(
        f"{one.market} {one.kind}"
        for one in configured().templates
        if one.enabled and wanting_in_quebec(one.steps, one.province)
    )
    if wanting:
        detail = "Texts without French, without the organisation or without how to withdraw consent in the templates of QC"
        return Finding(False, f"{detail}: {', '.join(wanting)}.", wanting)
    return Finding(True, "Each step of Quebec's ladder templates says in French who writes and how to withdraw consent.")
