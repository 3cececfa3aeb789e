"""The row with the mark. The first trigger that is installed makes it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("wholesale", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Mark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.BigIntegerField()),
            ],
            options={
                "default_permissions": (),
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="mark_one_row")],
            },
        ),
    ]
