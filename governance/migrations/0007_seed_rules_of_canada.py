"""The organisation, strict; the zones of the main markets; the triggers of the ledger."""

from django.db import migrations
from django.utils import timezone

from governance.clocks.zones import MARKET_SEEDS
from wholesale.plumbing import append_only

LEDGER = "governance_contactrecord"


def seed(apps, schema_editor):
    _make(apps, "Organisation", {"id": 1}, {"consent": "enforce", "scrub": "enforce"})
    for (province, market), zone in MARKET_SEEDS.items():
        _make(apps, "MarketZone", {"province": province, "market": market}, {"zone": zone})


def _make(apps, model, key, settings):
    now = timezone.now()
    values = {**settings, "changed_by": "seed", "reason": "safe default", "updated_at": now}
    row, created = apps.get_model("governance", model).objects.get_or_create(**key, defaults=values)
    if created:
        apps.get_model("governance", f"Historical{model}").objects.create(
            **{**key, "id": row.pk}, **values, history_date=now, history_type="+", history_change_reason="safe default"
        )


def protect(apps, schema_editor):
    append_only.install(schema_editor.connection, LEDGER)


def unprotect(apps, schema_editor):
    append_only.remove(schema_editor.connection, LEDGER)


class Migration(migrations.Migration):
    dependencies = [("governance", "0006_rules_of_canada")]
    operations = [
        migrations.RunPython(seed, migrations.RunPython.noop),
        migrations.RunPython(protect, unprotect),
    ]
