"""A reservation changes no index of risk days. Indexes for LIKE on digests go: nothing searches for a part of a digest."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("governance", "0004_mark")]

    operations = [
        migrations.RemoveIndex(model_name="riskday", name="riskday_open"),
        migrations.AddField(
            model_name="riskday",
            name="is_open",
            field=models.GeneratedField(
                db_persist=True, expression=models.Q(("open_risk_reserved__gt", 0)), output_field=models.BooleanField()
            ),
        ),
        migrations.AddIndex(
            model_name="riskday",
            index=models.Index(condition=models.Q(("is_open", True)), fields=["engine"], name="riskday_is_open"),
        ),
        # Django makes them on PostgreSQL beside each unique index of a text.
        migrations.RunSQL(
            [
                "DROP INDEX IF EXISTS governance_contactpoint_digest_f78a9e7e_like",
                "DROP INDEX IF EXISTS governance_lastcontact_digest_00b70da0_like",
            ],
            migrations.RunSQL.noop,
        ),
    ]
