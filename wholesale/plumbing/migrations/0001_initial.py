import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import wholesale.plumbing.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("auth", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="Mark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("value", models.BigIntegerField()),
            ],
            options={
                "verbose_name_plural": "marks",
                "default_permissions": (),
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="mark_one_row")],
            },
        ),
        migrations.CreateModel(
            name="PeriodicRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=128)),
                ("slot", models.DateTimeField(help_text="the minute that it was due")),
            ],
            options={
                "verbose_name_plural": "periodic runs",
                "ordering": ["-slot", "name"],
                "default_permissions": ("view",),
                "constraints": [models.UniqueConstraint(fields=("name", "slot"), name="periodicrun_name_slot")],
            },
        ),
        migrations.CreateModel(
            name="UserSettings",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="settings",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("language", models.CharField(choices=[("en", "English"), ("fr", "French")], default="en", max_length=2)),
                (
                    "zone",
                    models.CharField(default=wholesale.plumbing.models.default_zone, help_text="IANA name", max_length=64),
                ),
            ],
            options={
                "verbose_name_plural": "settings of users",
                "default_permissions": (),
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("language__in", ["en", "fr"])), name="usersettings_language")
                ],
            },
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("key", models.CharField(max_length=128)),
                ("fingerprint", models.CharField(help_text="SHA-256 of method, path and merged parameters", max_length=64)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("body", models.TextField(default="", help_text="the answer's JSON")),
                ("created_at", models.DateTimeField(db_index=True)),
            ],
            options={
                "verbose_name_plural": "idempotency keys",
                "ordering": ["-pk"],
                "default_permissions": ("view",),
                "constraints": [models.UniqueConstraint(fields=("user", "key"), name="idempotencykey_user_key")],
            },
        ),
        migrations.CreateModel(
            name="RoleGrant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("group", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="auth.group")),
                (
                    "permission",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="+", to="auth.permission"),
                ),
            ],
            options={
                "verbose_name_plural": "role grants",
                "permissions": [("invite_agent", "Can invite an agent")],
                "default_permissions": ("view",),
                "constraints": [models.UniqueConstraint(fields=("group", "permission"), name="rolegrant_group_permission")],
            },
        ),
        migrations.CreateModel(
            name="SavedView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("page", models.CharField(help_text="the list: app and model, such as followups_lead", max_length=64)),
                ("name", models.CharField(max_length=128)),
                (
                    "query",
                    models.CharField(blank=True, help_text="the filters and the order, as in the address", max_length=1000),
                ),
                ("is_shared", models.BooleanField(default=False, help_text="everybody who may open the list sees it")),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "saved views",
                "ordering": ["name", "pk"],
                "permissions": [("share_savedview", "Can share a view of a list")],
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("page", "user", "name"), name="savedview_name")],
            },
        ),
    ]
