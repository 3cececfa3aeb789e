from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Simulation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seed", models.BigIntegerField()),
                ("leads", models.PositiveIntegerField()),
                ("days", models.PositiveIntegerField()),
                ("until", models.DateTimeField(help_text="its last instant")),
                ("days_done", models.PositiveIntegerField(default=0)),
                (
                    "fall_province",
                    models.CharField(blank=True, default="", help_text="where acceptance falls", max_length=2),
                ),
                ("fall_day", models.PositiveIntegerField(default=0, help_text="from which day on, counted from 0")),
                (
                    "went_live",
                    models.BooleanField(default=False, help_text="it enabled go-live, and disables it at its end"),
                ),
            ],
            options={
                "verbose_name_plural": "simulations",
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="simulation_one_row"),
                    models.CheckConstraint(
                        condition=models.Q(("days_done__lte", models.F("days"))), name="simulation_days_done"
                    ),
                ],
            },
        ),
    ]
