"""Indexes from which Today counts due tasks, contacts and new leads."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("followups", "0009_inbox_and_numbers"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="followuptask",
            name="followuptask_due",
        ),
        migrations.RemoveIndex(
            model_name="followuptask",
            name="followuptask_completed",
        ),
        migrations.AddIndex(
            model_name="followuptask",
            index=models.Index(
                condition=models.Q(("cancelled_at__isnull", True), ("completed_at__isnull", True)),
                fields=["due_at", "id", "province", "open_from", "open_until", "warns_at", "breached_due_at"],
                name="followuptask_due",
            ),
        ),
        migrations.AddIndex(
            model_name="followuptask",
            index=models.Index(
                models.OrderBy(models.F("completed_at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                models.F("outcome"),
                models.F("correlation_id"),
                condition=models.Q(("completed_at__isnull", False)),
                name="followuptask_completed",
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["created_at"], name="lead_created"),
        ),
    ]
