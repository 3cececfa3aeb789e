"""The guide's six steps as the template of each province, and the table of outcomes; task events are facts.

Open tasks get an interval that has run out, so that the worker's next turn gives each its permitted minutes.
"""

from django.db import migrations
from django.db.models import F
from django.utils import timezone

from followups.outcomes.rules import SEEDED
from followups.steps.rules import GUIDE_STEPS
from wholesale.plumbing import append_only
from wholesale.plumbing.vocabulary import ALL, Province

EVENTS = "followups_taskevent"


def seed(apps, schema_editor):
    for province in Province.values:
        _make(apps, "LadderTemplate", {"province": province, "market": ALL}, {"enabled": True, "steps": GUIDE_STEPS})
    for outcome, (effect, pause_days) in SEEDED.items():
        _make(apps, "OutcomeRule", {"outcome": outcome.value}, {"effect": effect.value, "pause_days": pause_days})


def _make(apps, model, key, settings):
    now = timezone.now()
    values = {**settings, "version": 1, "changed_by": "seed", "reason": "safe default", "updated_at": now}
    row, created = apps.get_model("followups", model).objects.get_or_create(**key, defaults={**values, "created_at": now})
    if created:
        apps.get_model("followups", f"Historical{model}").objects.create(
            **{**key, "id": row.pk}, **values, history_date=now, history_type="+", history_change_reason="safe default"
        )


def leave_to_the_worker(apps, schema_editor):
    tasks = apps.get_model("followups", "FollowupTask").objects
    tasks.filter(completed_at__isnull=True, cancelled_at__isnull=True).update(
        open_from=F("created_at"), open_until=F("created_at")
    )


def protect(apps, schema_editor):
    append_only.install(schema_editor.connection, EVENTS)


def unprotect(apps, schema_editor):
    append_only.remove(schema_editor.connection, EVENTS)


class Migration(migrations.Migration):
    dependencies = [("followups", "0005_ladder_at_work")]
    operations = [
        migrations.RunPython(seed, migrations.RunPython.noop),
        migrations.RunPython(leave_to_the_worker, migrations.RunPython.noop),
        migrations.RunPython(protect, unprotect),
    ]
