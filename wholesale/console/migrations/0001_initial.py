import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "__first__"),
    ]

    operations = [
        migrations.CreateModel(
            name="NoticeWatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("looked_until", models.DateTimeField(null=True)),
                (
                    "blockers",
                    models.JSONField(default=dict, help_text="checks that block go-live -> since when (ISO 8601, UTC)"),
                ),
            ],
            options={
                "verbose_name_plural": "notice watches",
                "default_permissions": (),
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="noticewatch_one_row")],
            },
        ),
        migrations.CreateModel(
            name="Notice",
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
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("KILL_SWITCH", "Kill switch"),
                            ("TRIPWIRE", "Tripwire went off"),
                            ("RUNBOOK", "Runbook blocks go-live"),
                            ("SLA", "Breach of the SLA"),
                            ("REPLY", "Reply waits"),
                            ("IMPORT", "Import finished"),
                        ],
                        max_length=11,
                    ),
                ),
                ("slot", models.DateTimeField(help_text="the quarter of an hour of its facts: its first instant")),
                ("count", models.PositiveIntegerField(help_text="how many facts")),
                ("at", models.DateTimeField(help_text="of the last fact")),
                ("about", models.CharField(blank=True, help_text="the last fact: an id or a code, no name", max_length=128)),
                ("in_app", models.BooleanField(help_text="whether the bell counts it; else it goes by e-mail alone")),
                (
                    "mail",
                    models.CharField(
                        choices=[
                            ("NONE", "None is wanted"),
                            ("WAITING", "Waits"),
                            ("FAILED", "Failed, and is tried again"),
                            ("SENT", "Sent"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "tried_at",
                    models.DateTimeField(help_text="when an e-mail with it was last sent, or could not be sent", null=True),
                ),
                ("read_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "notice",
                "verbose_name_plural": "notices",
                "ordering": ["-at", "-id"],
                "permissions": [("oversee", "Can be told of what concerns everybody")],
                "default_permissions": (),
                "indexes": [
                    models.Index(
                        condition=models.Q(("in_app", True), ("read_at__isnull", True)),
                        fields=["user"],
                        name="notice_unread",
                    ),
                    models.Index(fields=["user", "-at", "-id"], name="notice_list"),
                    models.Index(
                        condition=models.Q(("mail__in", ("WAITING", "FAILED"))), fields=["user"], name="notice_unsent"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "kind", "slot"), name="notice_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["KILL_SWITCH", "TRIPWIRE", "RUNBOOK", "SLA", "REPLY", "IMPORT"])),
                        name="notice_kind",
                    ),
                    models.CheckConstraint(condition=models.Q(("count__gt", 0)), name="notice_of_something"),
                ],
            },
        ),
        migrations.CreateModel(
            name="NoticeChoice",
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
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("KILL_SWITCH", "Kill switch"),
                            ("TRIPWIRE", "Tripwire went off"),
                            ("RUNBOOK", "Runbook blocks go-live"),
                            ("SLA", "Breach of the SLA"),
                            ("REPLY", "Reply waits"),
                            ("IMPORT", "Import finished"),
                        ],
                        max_length=11,
                    ),
                ),
                (
                    "way",
                    models.CharField(
                        choices=[
                            ("BOTH", "In the app and by e-mail"),
                            ("APP", "In the app"),
                            ("MAIL", "By e-mail"),
                            ("OFF", "Not at all"),
                        ],
                        max_length=4,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "notice choices",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("user", "kind"), name="noticechoice_once"),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["KILL_SWITCH", "TRIPWIRE", "RUNBOOK", "SLA", "REPLY", "IMPORT"])),
                        name="noticechoice_kind",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("way__in", ["BOTH", "APP", "MAIL", "OFF"])), name="noticechoice_way"
                    ),
                ],
            },
        ),
    ]
