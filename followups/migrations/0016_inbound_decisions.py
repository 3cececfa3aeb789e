"""What persons decided about messages, line by line; those of before this have their first line from the message itself."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from wholesale.plumbing import append_only

DECISIONS = "followups_inbounddecision"


def protect(apps, schema_editor):
    append_only.install(schema_editor.connection, DECISIONS)


def unprotect(apps, schema_editor):
    append_only.remove(schema_editor.connection, DECISIONS)


def back_fill(apps, schema_editor):
    InboundDecision = apps.get_model("followups", "InboundDecision")
    decided = apps.get_model("followups", "InboundMessage").objects.filter(decided_at__isnull=False).order_by("id")
    InboundDecision.objects.bulk_create(
        (
            InboundDecision(
                message_id=message.pk,
                meaning=message.decided_as,
                reason=message.decided_reason,
                actor=message.decided_by,
                user_id=message.decided_user_id,
                correlation_id=message.correlation_id,
                created_at=message.decided_at,
            )
            for message in decided.iterator()
        ),
        batch_size=1000,
    )


class Migration(migrations.Migration):
    dependencies = [
        ("followups", "0015_import_states"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="inboundmessage",
            options={
                "default_permissions": ("view",),
                "ordering": ["-id"],
                "permissions": [
                    ("record_inbound", "Can record what a lead sent"),
                    ("decide_inbound", "Can decide a doubtful message"),
                    ("overrule_inbound", "Can turn a message that was taken as no opt-out into one"),
                ],
                "verbose_name": "inbound message",
            },
        ),
        migrations.CreateModel(
            name="InboundDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "meaning",
                    models.CharField(
                        choices=[
                            ("OPT_OUT", "Opt-out"),
                            ("REPLY", "Reply"),
                            ("DOUBTFUL", "Doubtful: a person decides"),
                            ("RESUME", "Wants contact again"),
                        ],
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("actor", models.CharField(max_length=128)),
                ("correlation_id", models.CharField(max_length=128)),
                ("created_at", models.DateTimeField()),
                (
                    "message",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="followups.inboundmessage",
                    ),
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
                "verbose_name": "decision about a message",
                "verbose_name_plural": "decisions about messages",
                "ordering": ["id"],
                "abstract": False,
                "default_permissions": ("view",),
                "indexes": [models.Index(fields=["message", "id"], name="inbounddecision_message")],
            },
        ),
        migrations.RunPython(protect, unprotect),
        migrations.RunPython(back_fill, migrations.RunPython.noop),
    ]
