"""The first state and policies: safe, and not live."""

from decimal import Decimal

from django.db import migrations

from governance.clocks.zones import MARKET_SEEDS, OTHER_NAMES
from governance.market.rules import SAFE_RULES
from wholesale.plumbing.seeds import seed_rows
from wholesale.plumbing.vocabulary import ALL, Province

RISK = {
    "GLOBAL": (250, 1500, 1500, True),
    "WHOLESALE": (200, 1000, 1000, True),
    "CAPITAL": (150, 750, 750, True),
    "NOTIFY": (0, 0, 0, False),
}
# domain: confidence, trials, success rate
CHARTER = {
    "WHOLESALE_OFFER": ("0.92", 75, "0.82"),
    "BUYER_MATCH": ("0.90", 50, "0.80"),
    "CAPITAL_ROUTE": ("0.95", 100, "0.85"),
    "FOLLOWUP_NEXT_ACTION": ("0.90", 60, "0.80"),
}


def seed(apps, schema_editor):
    seed_rows(apps, "governance", "GoLiveState", ["id"], [{"id": 1, "go_live_enabled": False, "kill_switch_engaged": False}])
    seed_rows(apps, "governance", "Organisation", ["id"], [{"id": 1}])
    markets = [{"province": province, "market": ALL, "enabled": True, "rules": SAFE_RULES} for province in Province.values]
    seed_rows(apps, "governance", "MarketPolicy", ["province", "market"], markets)
    zones = [
        {"province": province, "market": market, "zone": zone, "other_names": OTHER_NAMES.get((province, market), [])}
        for (province, market), zone in MARKET_SEEDS.items()
    ]
    seed_rows(apps, "governance", "MarketZone", ["province", "market"], zones)
    seed_rows(apps, "governance", "RiskPolicy", ["engine"], list(_risk_policies()))
    seed_rows(apps, "governance", "HeimdallPolicy", ["domain"], list(_charter()))


def _risk_policies():
    for engine, (loss, exposure, open_risk, enabled) in RISK.items():
        yield {
            "engine": engine,
            "enabled": enabled,
            "max_daily_loss": Decimal(loss),
            "max_daily_exposure": Decimal(exposure),
            "max_open_risk": Decimal(open_risk),
            "max_actions_per_day": 0,
        }


def _charter():
    for domain, (confidence, trials, rate) in CHARTER.items():
        yield {
            "domain": domain,
            "min_confidence_prod": Decimal(confidence),
            "min_sandbox_trials": trials,
            "min_sandbox_success_rate": Decimal(rate),
            "prod_use_enabled": False,
            "use_lower_bound": False,
            "trial_window_days": 30,
            "recommendation_hours": 24,
        }


class Migration(migrations.Migration):
    dependencies = [("governance", "0002_triggers")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
