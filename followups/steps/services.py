"""Verbs and lookups of ladder templates."""

from followups.errors import LadderTemplateDisabled
from followups.steps.models import LadderTemplate
from governance import policies
from wholesale.vocabulary import ALL


def template_for(province: str, market: str = ALL) -> LadderTemplate:
    """The template of a market, else of its whole province.

    Raises:
        LadderTemplateDisabled: there is none, or it is off.

    """
    template = policies.effective(LadderTemplate, province, market)
    if template is None or not template.enabled:
        raise LadderTemplateDisabled
    return template
