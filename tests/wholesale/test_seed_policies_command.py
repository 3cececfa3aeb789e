"""`seed_policies` makes only missing policies."""

from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from followups.ladders.templates.guide_steps import GUIDE_STEPS
from followups.ladders.templates.models import LadderTemplate
from followups.sla.models import SlaPolicy
from followups.tasks.outcomes.models import OutcomeRule
from governance.market.models import MarketPolicy
from governance.market.rules import SAFE_RULES
from offers.models import OfferPolicy

pytestmark = pytest.mark.django_db


def run() -> str:
    out = StringIO()
    call_command("seed_policies", stdout=out)
    return out.getvalue()


def made(market_policies: int, ladder_templates: int, outcomes: int, sla_policies: int, offer_policies: int) -> str:
    return (
        f"Made {market_policies} market policies.\n"
        f"Made {ladder_templates} ladder templates.\n"
        f"Made {outcomes} outcomes.\n"
        "Made 0 inbound words.\n"
        f"Made {sla_policies} SLA policies.\n"
        f"Made {offer_policies} offer policies, which are off.\n"
        "Made 0 schedules of land transfer tax.\n"
        "Made 0 rules of provinces.\n"
    )


def state() -> list[Any]:
    models = (MarketPolicy, LadderTemplate, OutcomeRule, SlaPolicy, OfferPolicy)
    return [(list(model.objects.values()), model.history.count()) for model in models]


def test_the_command_makes_nothing_after_migrate() -> None:
    before = state()
    assert run() == made(0, 0, 0, 0, 0)
    assert state() == before


def test_missing_policies_are_restored_with_their_defaults_and_offers_off() -> None:
    MarketPolicy.objects.filter(province__in=("ON", "BC")).delete()
    LadderTemplate.objects.filter(province="YT").delete()
    OutcomeRule.objects.filter(outcome__in=("REPLIED", "OPTED_OUT")).delete()
    SlaPolicy.objects.filter(province="PE").delete()
    OfferPolicy.objects.filter(province="ON").delete()
    assert run() == made(2, 2, 2, 3, 1)
    assert MarketPolicy.objects.get(province="ON", market="ALL").rules == SAFE_RULES
    assert MarketPolicy.objects.get(province="BC", market="ALL").enabled
    template = LadderTemplate.objects.get(province="YT", market="ALL", kind="STANDARD")
    assert (template.enabled, template.steps) == (True, GUIDE_STEPS)
    rule = OutcomeRule.objects.get(outcome="REPLIED")
    assert (rule.effect, rule.pause_days, rule.changed_by) == ("PAUSE", 3, "seed")
    assert OutcomeRule.objects.get(outcome="OPTED_OUT").effect == "OPT_OUT"
    assert not OfferPolicy.objects.get(province="ON", market="ALL").enabled
    assert OfferPolicy.history.filter(province="ON").first().changed_by == "seed"


def test_edited_policies_are_unchanged() -> None:
    MarketPolicy.objects.filter(province="ON").update(enabled=False)
    LadderTemplate.objects.filter(province="ON").update(enabled=False, steps=GUIDE_STEPS[:1])
    OutcomeRule.objects.filter(outcome="REPLIED").update(effect="GO_ON", pause_days=0)
    OfferPolicy.objects.filter(province="ON").update(enabled=True, max_arv_multiplier=Decimal("0.65"))
    run()
    assert not MarketPolicy.objects.get(province="ON", market="ALL").enabled
    template = LadderTemplate.objects.get(province="ON", market="ALL", kind="STANDARD")
    assert (template.enabled, template.steps) == (False, GUIDE_STEPS[:1])
    assert OutcomeRule.objects.get(outcome="REPLIED").effect == "GO_ON"
    policy = OfferPolicy.objects.get(province="ON", market="ALL")
    assert (policy.enabled, policy.max_arv_multiplier) == (True, Decimal("0.65"))
    assert OfferPolicy.objects.filter(enabled=True).count() == 1
