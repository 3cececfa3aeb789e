"""`seed_policies`: makes what is missing, and only that."""

from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import call_command

from governance.market.models import MarketPolicy
from governance.market.rules import SAFE_RULES
from offers.models import OfferPolicy

pytestmark = pytest.mark.django_db


def run() -> str:
    out = StringIO()
    call_command("seed_policies", stdout=out)
    return out.getvalue()


def test_after_migrate_it_makes_nothing() -> None:
    before = list(MarketPolicy.objects.values()), list(OfferPolicy.objects.values())
    histories = MarketPolicy.history.count(), OfferPolicy.history.count()
    assert run() == "Made 0 market policies and 0 offer policies, the latter off.\n"
    assert (list(MarketPolicy.objects.values()), list(OfferPolicy.objects.values())) == before
    assert (MarketPolicy.history.count(), OfferPolicy.history.count()) == histories


def test_missing_policies_come_back_with_their_defaults_offers_off() -> None:
    MarketPolicy.objects.filter(province__in=("ON", "BC")).delete()
    OfferPolicy.objects.filter(province="ON").delete()
    assert run() == "Made 2 market policies and 1 offer policies, the latter off.\n"
    assert MarketPolicy.objects.get(province="ON", market="ALL").rules == SAFE_RULES
    assert MarketPolicy.objects.get(province="BC", market="ALL").enabled
    assert not OfferPolicy.objects.get(province="ON", market="ALL").enabled
    assert OfferPolicy.history.filter(province="ON").first().changed_by == "seed"


def test_edited_policies_are_left_as_they_are() -> None:
    MarketPolicy.objects.filter(province="ON").update(enabled=False)
    OfferPolicy.objects.filter(province="ON").update(enabled=True, max_arv_multiplier=Decimal("0.65"))
    run()
    assert not MarketPolicy.objects.get(province="ON", market="ALL").enabled
    policy = OfferPolicy.objects.get(province="ON", market="ALL")
    assert (policy.enabled, policy.max_arv_multiplier) == (True, Decimal("0.65"))
    assert OfferPolicy.objects.filter(enabled=True).count() == 1
