"""What is used of each engine's caps."""

from datetime import timedelta
from decimal import Decimal

import pytest

from governance import gate
from governance.risk.models import RiskPolicy
from tests.factories import NOON
from wholesale.plumbing.act import Act

pytestmark = pytest.mark.django_db


def test_open_risk_counts_all_days_and_the_other_caps_today() -> None:
    RiskPolicy.objects.filter(engine="GLOBAL").update(max_actions_per_day=4)
    gate.risk_reserve(engine="WHOLESALE", amount=Decimal("100.10"), act=Act("ops", at=NOON - timedelta(days=1)))
    gate.risk_reserve(engine="WHOLESALE", amount=Decimal("50.20"), act=Act("ops", at=NOON))

    found = gate.caps_used(NOON)

    assert found[0].engine == "GLOBAL"
    used = {cap.cap: cap.used for cap in found[0].caps}
    assert used == {
        "max_open_risk": Decimal("150.30"),
        "max_daily_exposure": Decimal("50.20"),
        "max_daily_loss": Decimal(0),
        "max_actions_per_day": Decimal(1),
    }
    assert found[0].open_risk == Decimal("150.30")
    assert {cap.cap: cap.share for cap in found[0].caps}["max_actions_per_day"] == 0.25


def test_an_engine_without_caps_or_that_is_off_is_listed_too() -> None:
    RiskPolicy.objects.filter(engine="CAPITAL").update(
        enabled=False, max_open_risk=0, max_daily_exposure=0, max_daily_loss=0, max_actions_per_day=0
    )
    [capital] = [engine for engine in gate.caps_used(NOON) if engine.engine == "CAPITAL"]
    assert (capital.enabled, capital.caps) == (False, [])
