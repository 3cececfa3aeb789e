"""No index of risk days changes with each reservation, and no index is kept that no query reads."""

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
    ]
