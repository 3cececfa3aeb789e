"""The lead's status in the table of outcomes, and the gaps of steps that are open."""

from datetime import timedelta
from itertools import groupby
from operator import attrgetter

from django.db import migrations

from followups.outcomes.rules import SEEDED_STATUSES
from followups.steps.rules import GAP_MAX, MINUTE
from wholesale.plumbing import append_only

BATCH = 2_000
HISTORY = "followups_historicaloutcomerule"


def name_statuses(apps, schema_editor):
    """In the rules and in their history: nobody could choose one before."""
    append_only.remove(schema_editor.connection, HISTORY)  # protected again after the migration, where it is
    for model in ("OutcomeRule", "HistoricalOutcomeRule"):
        rules = apps.get_model("followups", model).objects
        for outcome, status in SEEDED_STATUSES.items():
            rules.filter(outcome=outcome.value).update(lead_status=status)


def space_steps(apps, schema_editor):
    """Each open step waits as long as it lies behind the step before it. What its template said is not kept with it."""
    tasks = apps.get_model("followups", "FollowupTask").objects
    changed = []
    steps = tasks.filter(ladder__closed_at__isnull=True).order_by("ladder", "step").only("ladder", "due_at")
    for _, of_ladder in groupby(steps.iterator(BATCH), attrgetter("ladder_id")):
        before, *rest = of_ladder
        for step in rest:
            gap = min(max(step.due_at - before.due_at, timedelta()), GAP_MAX)
            step.gap_minutes, before = gap // MINUTE, step
            changed.append(step)
        if len(changed) >= BATCH:
            tasks.bulk_update(changed, ["gap_minutes"])
            changed = []
    tasks.bulk_update(changed, ["gap_minutes"])


class Migration(migrations.Migration):
    dependencies = [("followups", "0011_gaps_and_statuses")]
    operations = [
        migrations.RunPython(name_statuses, migrations.RunPython.noop),
        migrations.RunPython(space_steps, migrations.RunPython.noop),
    ]
