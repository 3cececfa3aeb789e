"""A default offer policy for each of the 13 provinces, off: no offer is made before somebody enables one."""

from decimal import Decimal

from django.db import migrations
from django.utils import timezone

PROVINCES = ("AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT")


def seed(apps, schema_editor):
    now = timezone.now()
    values = {
        "enabled": False,
        "max_arv_multiplier": Decimal("0.70"),
        "default_assignment_fee": Decimal(10000),
        "default_fees_buffer": Decimal(2500),
        "version": 1,
        "changed_by": "seed",
        "reason": "safe default, off",
        "updated_at": now,
    }
    policies = apps.get_model("offers", "OfferPolicy").objects
    history = apps.get_model("offers", "HistoricalOfferPolicy").objects
    for province in PROVINCES:
        policy, created = policies.get_or_create(province=province, market="ALL", defaults={**values, "created_at": now})
        if created:
            history.create(
                id=policy.pk,
                province=province,
                market="ALL",
                history_date=now,
                history_type="+",
                history_change_reason="safe default, off",
                **values,
            )


class Migration(migrations.Migration):
    dependencies = [("offers", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
