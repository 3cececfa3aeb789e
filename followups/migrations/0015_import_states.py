from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("followups", "0012_back_fill_gaps_and_statuses")]

    operations = [
        migrations.AlterField(
            model_name="leadimport",
            name="state",
            field=models.CharField(
                choices=[
                    ("CHECKING", "Being checked"),
                    ("CHECKED", "Checked, nothing imported yet"),
                    ("IMPORTING", "Being imported"),
                    ("DONE", "Imported"),
                    ("FAILED", "Failed"),
                ],
                default="CHECKING",
                max_length=9,
            ),
        ),
    ]
