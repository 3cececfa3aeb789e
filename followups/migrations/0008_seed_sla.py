"""The guide's times as the SLA policy of each province and channel; breaches are facts."""

from django.db import migrations
from django.utils import timezone

from followups.sla.rules import BREACH_AFTER, WARN_AFTER
from governance.channels import Channel
from wholesale.plumbing import append_only
from wholesale.plumbing.vocabulary import ALL, Province

BREACHES = "followups_slabreach"


def seed(apps, schema_editor):
    policies = apps.get_model("followups", "SlaPolicy").objects
    history = apps.get_model("followups", "HistoricalSlaPolicy").objects
    now = timezone.now()
    times = {"warn_after_minutes": WARN_AFTER, "breach_after_minutes": BREACH_AFTER}
    values = {**times, "enabled": True, "version": 1, "changed_by": "seed", "reason": "safe default", "updated_at": now}
    for province in Province.values:
        for channel in Channel.values:
            key = {"province": province, "market": ALL, "channel": channel}
            row, created = policies.get_or_create(**key, defaults={**values, "created_at": now})
            if created:
                history.create(
                    **key, id=row.pk, **values, history_date=now, history_type="+", history_change_reason="safe default"
                )


def protect(apps, schema_editor):
    append_only.install(schema_editor.connection, BREACHES)


def unprotect(apps, schema_editor):
    append_only.remove(schema_editor.connection, BREACHES)


class Migration(migrations.Migration):
    dependencies = [("followups", "0007_sla")]
    operations = [
        migrations.RunPython(seed, migrations.RunPython.noop),
        migrations.RunPython(protect, unprotect),
    ]
