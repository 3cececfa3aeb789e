"""The go-live row (off, kill switch free) and a safe default contact policy for each of the 13 provinces."""

from django.db import migrations
from django.utils import timezone

PROVINCES = ("AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT")
RULES = {
    "contact_windows_local": [
        {"days": [0, 1, 2, 3, 4], "start": "09:00", "end": "20:00"},
        {"days": [5], "start": "10:00", "end": "18:00"},
    ],
    "channels_allowed": ["SMS", "CALL", "EMAIL"],
    "min_lead_score_to_contact": 0.65,
}


def seed(apps, schema_editor):
    now = timezone.now()
    by = {"changed_by": "seed", "reason": "safe default", "updated_at": now}
    written = {"history_date": now, "history_type": "+", "history_change_reason": "safe default"}

    state, created = apps.get_model("governance", "GoLiveState").objects.get_or_create(
        pk=1, defaults={"go_live_enabled": False, "kill_switch_engaged": False, **by}
    )
    if created:
        apps.get_model("governance", "HistoricalGoLiveState").objects.create(
            id=1, go_live_enabled=False, kill_switch_engaged=False, **by, **written
        )

    policies = apps.get_model("governance", "MarketPolicy").objects
    history = apps.get_model("governance", "HistoricalMarketPolicy").objects
    for province in PROVINCES:
        values = {"enabled": True, "rules": RULES, "version": 1, **by}
        policy, created = policies.get_or_create(province=province, market="ALL", defaults={**values, "created_at": now})
        if created:
            history.create(id=policy.pk, province=province, market="ALL", **values, **written)


class Migration(migrations.Migration):
    dependencies = [("governance", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
