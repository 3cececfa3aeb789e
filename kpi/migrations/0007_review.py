"""Kept reviews."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kpi", "0006_province"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FridayReview",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor", models.CharField(max_length=128)),
                ("correlation_id", models.CharField(max_length=128)),
                ("created_at", models.DateTimeField()),
                ("ends_on", models.DateField(help_text="the Friday on which its week ends; one review a week", unique=True)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("content", models.JSONField(help_text="the figures, as GET /api/kpi/friday-review answers")),
                (
                    "mailed_to",
                    models.PositiveIntegerField(help_text="addresses; 0: no e-mail is set, or no operator has an address"),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "abstract": False,
                "default_permissions": ("view",),
            },
        ),
    ]
