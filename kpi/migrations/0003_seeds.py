"""The first tripwires: off."""

from decimal import Decimal

from django.db import migrations

from wholesale.plumbing.seeds import seed_rows

POLICIES = (
    ("WHOLESALE", "contract_rate", "0.20", "THROTTLE", "SUCCESS_RATE", ""),
    ("WHOLESALE", "offer_accept_rate", "0.15", "THROTTLE", "SUCCESS_RATE", ""),
    ("BUYER_MATCH", "match_success", "0.25", "THROTTLE", "SUCCESS_RATE", "WHOLESALE"),
    ("CAPITAL", "roi_event", "0.30", "KILL_SWITCH", "SUCCESS_RATE", ""),
    ("WHOLESALE", "ladder_created", "0.20", "THROTTLE", "VOLUME", ""),
    ("WHOLESALE", "followup_completed", "0.20", "THROTTLE", "VOLUME", ""),
    ("WHOLESALE", "offer_generated", "0.20", "THROTTLE", "VOLUME", ""),
    ("BUYER_MATCH", "buyer_feedback", "0.20", "THROTTLE", "VOLUME", "WHOLESALE"),
)


def seed(apps, schema_editor):
    rows = [
        {
            "domain": domain,
            "metric": metric,
            "enabled": False,
            "statistic": statistic,
            "method": "DROP",
            "action": action,
            "engine": engine,
            "max_drop_fraction": Decimal(drop),
        }
        for domain, metric, drop, action, statistic, engine in POLICIES
    ]
    seed_rows(apps, "kpi", "RegressionPolicy", ["domain", "metric"], rows, reason="safe default, off")


class Migration(migrations.Migration):
    dependencies = [("kpi", "0002_triggers")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
