"""The guide's regression policies, off: four rates, and the volume of the four metrics whose rows are always successes."""

from decimal import Decimal

from django.db import migrations
from django.utils import timezone

# domain, metric, drop, action, statistic, engine
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
    now = timezone.now()
    policies = apps.get_model("kpi", "RegressionPolicy").objects
    history = apps.get_model("kpi", "HistoricalRegressionPolicy").objects
    for domain, metric, drop, action, statistic, engine in POLICIES:
        values = {
            "enabled": False,
            "statistic": statistic,
            "method": "DROP",
            "action": action,
            "engine": engine,
            "max_drop_fraction": Decimal(drop),
            "version": 1,
            "changed_by": "seed",
            "reason": "safe default, off",
            "updated_at": now,
        }
        policy, created = policies.get_or_create(domain=domain, metric=metric, defaults={**values, "created_at": now})
        if created:
            history.create(
                id=policy.pk,
                domain=domain,
                metric=metric,
                **values,
                history_date=now,
                history_type="+",
                history_change_reason="safe default, off",
            )


class Migration(migrations.Migration):
    dependencies = [("kpi", "0003_tripwire")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
