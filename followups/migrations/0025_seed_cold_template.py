"""The COLD template of each province that has none, on."""

from django.db import migrations
from django.utils import timezone

from followups.steps.cold import COLD_STEPS
from wholesale.plumbing.vocabulary import ALL, Province

REASON = "safe default"


def seed(apps, schema_editor):
    templates = apps.get_model("followups", "LadderTemplate").objects
    history = apps.get_model("followups", "HistoricalLadderTemplate").objects
    for province in Province.values:
        now = timezone.now()
        key = {"province": province, "market": ALL, "kind": "COLD"}
        values = {
            "enabled": True,
            "steps": COLD_STEPS,
            "version": 1,
            "changed_by": "seed",
            "reason": REASON,
            "updated_at": now,
        }
        row, created = templates.get_or_create(**key, defaults={**values, "created_at": now})
        if created:
            made = {"history_date": now, "history_type": "+", "history_change_reason": REASON}
            history.create(id=row.pk, **key, **values, **made)


class Migration(migrations.Migration):
    dependencies = [("followups", "0024_cold_template")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
