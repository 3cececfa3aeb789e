from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("demo", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="simulation",
            name="fall_day",
            field=models.PositiveIntegerField(default=0, help_text="from which day on, counted from 0"),
        ),
        migrations.AddField(
            model_name="simulation",
            name="fall_province",
            field=models.CharField(blank=True, default="", help_text="where acceptance falls", max_length=2),
        ),
    ]
