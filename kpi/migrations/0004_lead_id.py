"""Each KPI event names the lead that it is about. `post_migrate` sees to the table's triggers."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("kpi", "0003_seeds")]

    operations = [
        migrations.AddField(
            model_name="kpievent",
            name="lead_id",
            field=models.CharField(blank=True, help_text="of the lead that it is about", max_length=128, null=True),
        ),
    ]
