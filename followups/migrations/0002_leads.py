"""Leads, what they send us, and the decision under which each was contacted."""

from decimal import Decimal

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# The column and its indexes stay as they are: `lead_id` becomes the column of a key without a constraint.
class Migration(migrations.Migration):
    dependencies = [
        ("followups", "0001_initial"),
        ("governance", "0006_rules_of_canada"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ContactAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "channel",
                    models.CharField(choices=[("SMS", "Text message"), ("CALL", "Call"), ("EMAIL", "E-mail")], max_length=5),
                ),
                ("contacted_at", models.DateTimeField()),
                ("allowed", models.BooleanField()),
                ("reasons", models.JSONField(help_text="what stood in the way, the first being the reason")),
                ("warnings", models.JSONField(help_text="what would have, were it enforced")),
                ("legal_ok", models.BooleanField()),
                ("policy_ok", models.BooleanField()),
                ("zone", models.CharField(max_length=40)),
                ("zone_source", models.CharField(max_length=11)),
                ("local_time", models.CharField(help_text="there, with its offset", max_length=32)),
                ("tz_version", models.CharField(max_length=16)),
                ("matched_market", models.CharField(max_length=64, null=True)),
                ("policy_version", models.PositiveIntegerField(null=True)),
                ("actor", models.CharField(max_length=128)),
                ("correlation_id", models.CharField(max_length=128)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "contact attempt",
                "ordering": ["-id"],
                "abstract": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="InboundMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "channel",
                    models.CharField(choices=[("SMS", "Text message"), ("CALL", "Call"), ("EMAIL", "E-mail")], max_length=5),
                ),
                ("text", models.TextField(blank=True)),
                (
                    "meaning",
                    models.CharField(
                        choices=[("OPT_OUT", "Opt-out"), ("REPLY", "Reply"), ("DOUBTFUL", "Doubtful: a person decides")],
                        max_length=8,
                    ),
                ),
                ("received_at", models.DateTimeField()),
                ("actor", models.CharField(max_length=128)),
                ("correlation_id", models.CharField(max_length=128)),
                ("created_at", models.DateTimeField()),
                (
                    "decided_as",
                    models.CharField(
                        blank=True,
                        choices=[("OPT_OUT", "Opt-out"), ("REPLY", "Reply"), ("DOUBTFUL", "Doubtful: a person decides")],
                        max_length=8,
                    ),
                ),
                ("decided_reason", models.CharField(blank=True, max_length=1000)),
                ("decided_by", models.CharField(blank=True, max_length=128)),
                ("decided_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "inbound message",
                "ordering": ["-id"],
                "permissions": [
                    ("record_inbound", "Can record what a lead sent"),
                    ("decide_inbound", "Can decide a doubtful message"),
                ],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="Lead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lead_id", models.CharField(max_length=128, unique=True)),
                ("first_name", models.CharField(blank=True, max_length=128)),
                ("last_name", models.CharField(blank=True, max_length=128)),
                ("phone", models.CharField(blank=True, help_text="E.164, such as +14165550123", max_length=16)),
                ("email", models.EmailField(blank=True, max_length=254)),
                ("address", models.CharField(blank=True, max_length=1000)),
                ("postal_code", models.CharField(blank=True, help_text="such as M5V 2T6", max_length=7)),
                (
                    "province",
                    models.CharField(
                        choices=[
                            ("AB", "Alberta"),
                            ("BC", "British Columbia"),
                            ("MB", "Manitoba"),
                            ("NB", "New Brunswick"),
                            ("NL", "Newfoundland and Labrador"),
                            ("NS", "Nova Scotia"),
                            ("NT", "Northwest Territories"),
                            ("NU", "Nunavut"),
                            ("ON", "Ontario"),
                            ("PE", "Prince Edward Island"),
                            ("QC", "Quebec"),
                            ("SK", "Saskatchewan"),
                            ("YT", "Yukon"),
                        ],
                        max_length=2,
                    ),
                ),
                ("market", models.CharField(default="ALL", max_length=64)),
                ("language", models.CharField(choices=[("en", "English"), ("fr", "French")], default="en", max_length=2)),
                (
                    "zone",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("America/Atikokan", "America/Atikokan"),
                            ("America/Blanc-Sablon", "America/Blanc-Sablon"),
                            ("America/Cambridge_Bay", "America/Cambridge_Bay"),
                            ("America/Creston", "America/Creston"),
                            ("America/Dawson", "America/Dawson"),
                            ("America/Dawson_Creek", "America/Dawson_Creek"),
                            ("America/Edmonton", "America/Edmonton"),
                            ("America/Fort_Nelson", "America/Fort_Nelson"),
                            ("America/Glace_Bay", "America/Glace_Bay"),
                            ("America/Goose_Bay", "America/Goose_Bay"),
                            ("America/Halifax", "America/Halifax"),
                            ("America/Inuvik", "America/Inuvik"),
                            ("America/Iqaluit", "America/Iqaluit"),
                            ("America/Moncton", "America/Moncton"),
                            ("America/Rankin_Inlet", "America/Rankin_Inlet"),
                            ("America/Regina", "America/Regina"),
                            ("America/Resolute", "America/Resolute"),
                            ("America/St_Johns", "America/St_Johns"),
                            ("America/Swift_Current", "America/Swift_Current"),
                            ("America/Toronto", "America/Toronto"),
                            ("America/Vancouver", "America/Vancouver"),
                            ("America/Whitehorse", "America/Whitehorse"),
                            ("America/Winnipeg", "America/Winnipeg"),
                        ],
                        help_text="only where it is known for certain",
                        max_length=40,
                        verbose_name="time zone",
                    ),
                ),
                (
                    "score",
                    models.DecimalField(blank=True, decimal_places=4, help_text="from 0 to 1", max_digits=5, null=True),
                ),
                ("source", models.CharField(blank=True, max_length=128)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("NEW", "New"),
                            ("CONTACTED", "Contacted"),
                            ("APPOINTMENT", "Appointment"),
                            ("UNDER_CONTRACT", "Under contract"),
                            ("CLOSED", "Closed"),
                            ("DEAD", "Dead"),
                        ],
                        default="NEW",
                        max_length=14,
                    ),
                ),
                ("changed_by", models.CharField(max_length=128)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "ordering": ["-id"],
                "permissions": [("import_lead", "Can import leads"), ("export_lead", "Can export leads")],
                "default_permissions": ("view", "add", "change"),
            },
        ),
        migrations.AddField(
            model_name="contactattempt",
            name="task",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="attempt", to="followups.followuptask"
            ),
        ),
        migrations.AddField(
            model_name="contactattempt",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="inboundmessage",
            name="decided_user",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="inboundmessage",
            name="point",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="governance.contactpoint",
            ),
        ),
        migrations.AddField(
            model_name="inboundmessage",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="lead",
            name="user",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="inboundmessage",
            name="lead",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="messages",
                to="followups.lead",
                to_field="lead_id",
            ),
        ),
        migrations.AddField(
            model_name="contactattempt",
            name="lead",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.DO_NOTHING,
                related_name="attempts",
                to="followups.lead",
                to_field="lead_id",
            ),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(condition=models.Q(("phone", ""), _negated=True), fields=["phone"], name="lead_phone"),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(condition=models.Q(("email", ""), _negated=True), fields=["email"], name="lead_email"),
        ),
        migrations.AddIndex(
            model_name="lead",
            index=models.Index(fields=["province", "market", "-id"], name="lead_place"),
        ),
        migrations.AddConstraint(
            model_name="lead",
            constraint=models.CheckConstraint(condition=models.Q(("lead_id", ""), _negated=True), name="lead_id_not_blank"),
        ),
        migrations.AddConstraint(
            model_name="lead",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("province__in", ["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"])
                ),
                name="lead_province",
            ),
        ),
        migrations.AddConstraint(
            model_name="lead",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("score__isnull", True),
                    models.Q(("score__gte", Decimal("0")), ("score__lte", Decimal("1"))),
                    _connector="OR",
                ),
                name="lead_score_0_to_1",
            ),
        ),
        migrations.AddIndex(
            model_name="inboundmessage",
            index=models.Index(fields=["lead", "-id"], name="inboundmessage_lead"),
        ),
        migrations.AddIndex(
            model_name="inboundmessage",
            index=models.Index(
                condition=models.Q(("decided_at__isnull", True), ("meaning", "DOUBTFUL")),
                fields=["id"],
                name="inboundmessage_undecided",
            ),
        ),
        migrations.AddIndex(
            model_name="contactattempt",
            index=models.Index(fields=["lead", "-id"], name="contactattempt_lead"),
        ),
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint(
                    model_name="followupladder",
                    name="followupladder_one_open_per_lead",
                ),
                migrations.RemoveConstraint(
                    model_name="followupladder",
                    name="followupladder_lead_id_not_blank",
                ),
                migrations.RemoveIndex(
                    model_name="followupladder",
                    name="followupladder_lead",
                ),
                migrations.RemoveIndex(
                    model_name="followuptask",
                    name="followuptask_lead",
                ),
                migrations.RemoveField(
                    model_name="followupladder",
                    name="lead_id",
                ),
                migrations.RemoveField(
                    model_name="followuptask",
                    name="lead_id",
                ),
                migrations.AddField(
                    model_name="followupladder",
                    name="lead",
                    field=models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="ladders",
                        to="followups.lead",
                        to_field="lead_id",
                    ),
                ),
                migrations.AddField(
                    model_name="followuptask",
                    name="lead",
                    field=models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="tasks",
                        to="followups.lead",
                        to_field="lead_id",
                    ),
                ),
                migrations.AddIndex(
                    model_name="followupladder",
                    index=models.Index(fields=["lead", "-id"], name="followupladder_lead"),
                ),
                migrations.AddIndex(
                    model_name="followuptask",
                    index=models.Index(fields=["lead", "-id"], name="followuptask_lead"),
                ),
                migrations.AddConstraint(
                    model_name="followupladder",
                    constraint=models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("lead",),
                        name="followupladder_one_open_per_lead",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="followupladder",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("lead", ""), _negated=True), name="followupladder_lead_id_not_blank"
                    ),
                ),
            ]
        ),
    ]
