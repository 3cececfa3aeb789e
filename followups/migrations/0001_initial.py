import datetime
from decimal import Decimal

import django.core.validators
import django.db.models.deletion
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "__first__"),
        ("governance", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Lead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("lead_id", models.CharField(max_length=128, unique=True)),
                ("first_name", models.CharField(blank=True, max_length=128)),
                ("last_name", models.CharField(blank=True, max_length=128)),
                ("phone", models.CharField(blank=True, help_text="E.164, such as +14165550123", max_length=16)),
                (
                    "phone_is_wrong",
                    models.BooleanField(default=False, help_text="somebody said that it is another person's"),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                (
                    "email_is_wrong",
                    models.BooleanField(
                        default=False, help_text="somebody said that it is another person's", verbose_name="e-mail is wrong"
                    ),
                ),
                (
                    "wrong_contacts",
                    models.JSONField(blank=True, default=list, help_text="numbers and addresses of somebody else"),
                ),
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
                    "role",
                    models.CharField(
                        choices=[("HOMEOWNER", "Homeowner"), ("BUSINESS", "Business")],
                        default="HOMEOWNER",
                        help_text="as what we speak to the lead",
                        max_length=9,
                    ),
                ),
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
                            ("NOT_INTERESTED", "Not interested"),
                            ("CLOSED", "Closed"),
                            ("DEAD", "Dead"),
                        ],
                        default="NEW",
                        max_length=14,
                    ),
                ),
                ("changed_by", models.CharField(max_length=128)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
            ],
            options={
                "verbose_name_plural": "leads",
                "ordering": ["-id"],
                "permissions": [
                    ("import_lead", "Can import leads"),
                    ("export_lead", "Can export leads"),
                    ("view_any_lead", "Can read about leads and tasks that are not its own"),
                    ("erase_person", "Can erase a person"),
                    ("export_person", "Can export what is on file about a person"),
                ],
                "default_permissions": ("view", "add", "change"),
                "indexes": [
                    models.Index(condition=models.Q(("phone", ""), _negated=True), fields=["phone"], name="lead_phone"),
                    models.Index(condition=models.Q(("email", ""), _negated=True), fields=["email"], name="lead_email"),
                    models.Index(fields=["province", "market", "-id"], name="lead_place"),
                    models.Index(fields=["created_at"], name="lead_created"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("lead_id", ""), _negated=True), name="lead_id_not_blank"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("province__in", ["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"])
                        ),
                        name="lead_province",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("score__isnull", True),
                            models.Q(("score__gte", Decimal("0")), ("score__lte", Decimal("1"))),
                            _connector="OR",
                        ),
                        name="lead_score_0_to_1",
                    ),
                    models.CheckConstraint(condition=models.Q(("role__in", ["HOMEOWNER", "BUSINESS"])), name="lead_role"),
                ],
            },
        ),
        migrations.CreateModel(
            name="InboundMessage",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor", models.CharField(max_length=128)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("correlation_id", models.CharField(max_length=128)),
                ("created_at", models.DateTimeField()),
                (
                    "lead",
                    models.ForeignKey(
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
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[("SMS", "Text message"), ("CALL", "Call"), ("EMAIL", "E-mail")],
                        help_text="none where it is not known",
                        max_length=5,
                    ),
                ),
                ("text", models.TextField(blank=True)),
                ("altered", models.JSONField(default=list, help_text="what was not kept as it came")),
                ("as_sent", models.JSONField(default=dict, help_text="the parameters that could not be read, as they came")),
                (
                    "meaning",
                    models.CharField(
                        choices=[
                            ("OPT_OUT", "Opt-out"),
                            ("REPLY", "Reply"),
                            ("DOUBTFUL", "Doubtful: a person decides"),
                            ("RESUME", "Wants contact again"),
                            ("HELP", "Asks who we are"),
                        ],
                        max_length=8,
                        verbose_name="as the rules read it",
                    ),
                ),
                ("received_at", models.DateTimeField()),
                (
                    "decided_as",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("OPT_OUT", "Opt-out"),
                            ("REPLY", "Reply"),
                            ("DOUBTFUL", "Doubtful: a person decides"),
                            ("RESUME", "Wants contact again"),
                            ("HELP", "Asks who we are"),
                        ],
                        max_length=8,
                    ),
                ),
                ("decided_reason", models.CharField(blank=True, max_length=1000)),
                ("decided_by", models.CharField(blank=True, max_length=128)),
                (
                    "decided_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("subjects", models.ManyToManyField(related_name="+", to="governance.contactpoint")),
            ],
            options={
                "verbose_name": "inbound message",
                "verbose_name_plural": "inbound messages",
                "ordering": ["-id"],
                "permissions": [
                    ("record_inbound", "Can record what a lead sent"),
                    ("decide_inbound", "Can decide a doubtful message"),
                    ("overrule_inbound", "Can turn a message that was taken as no opt-out into one"),
                ],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["lead", "-id"], name="inboundmessage_lead"),
                    models.Index(fields=["correlation_id", "created_at", "id"], name="inboundmessage_trace"),
                    models.Index(
                        condition=models.Q(("decided_at__isnull", True), ("meaning", "DOUBTFUL")),
                        fields=["id"],
                        name="inboundmessage_undecided",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="InboundDecision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor", models.CharField(max_length=128)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
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
                    "meaning",
                    models.CharField(
                        choices=[
                            ("OPT_OUT", "Opt-out"),
                            ("REPLY", "Reply"),
                            ("DOUBTFUL", "Doubtful: a person decides"),
                            ("RESUME", "Wants contact again"),
                            ("HELP", "Asks who we are"),
                        ],
                        max_length=8,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=1000)),
            ],
            options={
                "verbose_name": "decision about a message",
                "verbose_name_plural": "decisions about messages",
                "ordering": ["id"],
                "abstract": False,
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["message", "id"], name="inbounddecision_message"),
                    models.Index(fields=["correlation_id", "created_at", "id"], name="inbounddecision_trace"),
                ],
            },
        ),
        migrations.CreateModel(
            name="LeadEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor", models.CharField(max_length=128)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("correlation_id", models.CharField(max_length=128)),
                ("created_at", models.DateTimeField()),
                (
                    "lead",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="events",
                        to="followups.lead",
                        to_field="lead_id",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("NOTE", "Note"), ("APPOINTMENT", "Appointment made"), ("STATUS", "Status changed")],
                        max_length=11,
                    ),
                ),
                (
                    "status_before",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("NEW", "New"),
                            ("CONTACTED", "Contacted"),
                            ("APPOINTMENT", "Appointment"),
                            ("UNDER_CONTRACT", "Under contract"),
                            ("NOT_INTERESTED", "Not interested"),
                            ("CLOSED", "Closed"),
                            ("DEAD", "Dead"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "status_after",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("NEW", "New"),
                            ("CONTACTED", "Contacted"),
                            ("APPOINTMENT", "Appointment"),
                            ("UNDER_CONTRACT", "Under contract"),
                            ("NOT_INTERESTED", "Not interested"),
                            ("CLOSED", "Closed"),
                            ("DEAD", "Dead"),
                        ],
                        max_length=14,
                    ),
                ),
                ("meets_at", models.DateTimeField(help_text="when the appointment is", null=True)),
                ("text", models.CharField(blank=True, max_length=1000)),
            ],
            options={
                "verbose_name": "event of a lead",
                "verbose_name_plural": "events of leads",
                "ordering": ["-id"],
                "permissions": [("note_lead", "Can write a note or an appointment about a lead")],
                "abstract": False,
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["lead", "-id"], name="leadevent_lead"),
                    models.Index(fields=["correlation_id", "created_at", "id"], name="leadevent_trace"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind", "STATUS"), models.Q(("status_after", ""), ("status_before", "")), _connector="XOR"
                        ),
                        name="leadevent_status_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "APPOINTMENT"), ("meets_at__isnull", False)),
                            models.Q(models.Q(("kind", "APPOINTMENT"), _negated=True), ("meets_at__isnull", True)),
                            _connector="OR",
                        ),
                        name="leadevent_appointment_has_time",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LeadReopening",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor", models.CharField(max_length=128)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("correlation_id", models.CharField(max_length=128)),
                ("created_at", models.DateTimeField()),
                (
                    "lead",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="reopenings",
                        to="followups.lead",
                        to_field="lead_id",
                    ),
                ),
                (
                    "status_before",
                    models.CharField(
                        choices=[
                            ("NEW", "New"),
                            ("CONTACTED", "Contacted"),
                            ("APPOINTMENT", "Appointment"),
                            ("UNDER_CONTRACT", "Under contract"),
                            ("NOT_INTERESTED", "Not interested"),
                            ("CLOSED", "Closed"),
                            ("DEAD", "Dead"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "status_after",
                    models.CharField(
                        choices=[
                            ("NEW", "New"),
                            ("CONTACTED", "Contacted"),
                            ("APPOINTMENT", "Appointment"),
                            ("UNDER_CONTRACT", "Under contract"),
                            ("NOT_INTERESTED", "Not interested"),
                            ("CLOSED", "Closed"),
                            ("DEAD", "Dead"),
                        ],
                        max_length=14,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=1000)),
            ],
            options={
                "verbose_name": "reopening of a lead",
                "verbose_name_plural": "reopenings of leads",
                "ordering": ["-id"],
                "abstract": False,
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["lead", "-id"], name="leadreopening_lead"),
                    models.Index(fields=["correlation_id", "created_at", "id"], name="leadreopening_trace"),
                ],
            },
        ),
        migrations.CreateModel(
            name="LadderTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("changed_by", models.CharField(max_length=128)),
                (
                    "user",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("updated_at", models.DateTimeField(editable=False)),
                ("version", models.PositiveIntegerField(default=1, help_text="raised by each change")),
                ("created_at", models.DateTimeField(editable=False)),
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
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("STANDARD", "Standard"),
                            ("COLD", "Cold: for a lead without a ground for the first message"),
                        ],
                        default="STANDARD",
                        max_length=8,
                    ),
                ),
                ("enabled", models.BooleanField(default=False)),
                ("steps", models.JSONField(help_text="in their order: delay_minutes, channel, script_en, script_fr")),
                (
                    "min_gap_minutes",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="between the last contact of a person and a ladder's first step, or a contact without a step",
                    ),
                ),
            ],
            options={
                "verbose_name": "ladder template",
                "verbose_name_plural": "ladder templates",
                "ordering": ["province", "market", "-kind"],
                "abstract": False,
                "default_permissions": ("change", "view"),
                "constraints": [
                    models.UniqueConstraint(fields=("province", "market", "kind"), name="laddertemplate_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("province__in", ["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"])
                        ),
                        name="followups_laddertemplate_province",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["STANDARD", "COLD"])), name="laddertemplate_kind"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("min_gap_minutes__lte", 10080)), name="laddertemplate_min_gap"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowupLadder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "lead",
                    models.ForeignKey(
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
                (
                    "owner",
                    models.CharField(
                        blank=True, help_text="who does the work; with no owner, anybody may", max_length=128, null=True
                    ),
                ),
                (
                    "template",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="followups.laddertemplate",
                    ),
                ),
                ("template_version", models.PositiveIntegerField(null=True)),
                (
                    "template_kind",
                    models.CharField(
                        choices=[
                            ("STANDARD", "Standard"),
                            ("COLD", "Cold: for a lead without a ground for the first message"),
                        ],
                        default="STANDARD",
                        help_text="which template of ladders it follows",
                        max_length=8,
                    ),
                ),
                ("created_by", models.CharField(max_length=128)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                (
                    "reason",
                    models.CharField(blank=True, help_text="why it was begun anew; empty of any other", max_length=1000),
                ),
                ("correlation_id", models.CharField(max_length=128)),
                ("created_at", models.DateTimeField()),
                ("open_steps", models.PositiveSmallIntegerField()),
                ("closed_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "ladder",
                "verbose_name_plural": "ladders",
                "ordering": ["-id"],
                "permissions": [("create_ladder", "Can start a ladder")],
                "default_permissions": ("view",),
                "indexes": [models.Index(fields=["lead", "-id"], name="followupladder_lead")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at__isnull", True)),
                        fields=("lead",),
                        name="followupladder_one_open_per_lead",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("closed_at__isnull", False), ("open_steps", 0)),
                            models.Q(("closed_at__isnull", True), ("open_steps__gt", 0)),
                            _connector="OR",
                        ),
                        name="followupladder_closed_without_open_steps",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("lead", ""), _negated=True), name="followupladder_lead_id_not_blank"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("province__in", ["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"])
                        ),
                        name="followupladder_province",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FollowupTask",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "ladder",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tasks",
                        to="followups.followupladder",
                    ),
                ),
                ("step", models.PositiveSmallIntegerField()),
                (
                    "channel",
                    models.CharField(choices=[("SMS", "Text message"), ("CALL", "Call"), ("EMAIL", "E-mail")], max_length=5),
                ),
                ("due_at", models.DateTimeField()),
                (
                    "gap_minutes",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="the least time in minutes after the person's last contact"
                    ),
                ),
                (
                    "actionable_at",
                    models.DateTimeField(
                        help_text="the first permitted minute from the due time on, for the SLA", null=True
                    ),
                ),
                (
                    "open_from",
                    models.DateTimeField(help_text="the permitted interval that contains now, or the next one", null=True),
                ),
                ("open_until", models.DateTimeField(help_text="its last instant", null=True)),
                ("warns_at", models.DateTimeField(help_text="later than that it is at risk", null=True)),
                ("breaches_at", models.DateTimeField(help_text="later than that it is a breach", null=True)),
                ("late_for", models.DurationField(help_text="the permitted time by which it was late", null=True)),
                ("late_until", models.DateTimeField(help_text="up to when the lateness is counted", null=True)),
                (
                    "breached_due_at",
                    models.DateTimeField(help_text="the due time of which a breach of the SLA is on record", null=True),
                ),
                (
                    "lead",
                    models.ForeignKey(
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
                ("owner", models.CharField(blank=True, max_length=128, null=True)),
                ("correlation_id", models.CharField(max_length=128)),
                ("created_at", models.DateTimeField()),
                ("completed_at", models.DateTimeField(null=True)),
                ("completed_by", models.CharField(blank=True, max_length=128, null=True)),
                (
                    "completed_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("REACHED", "Reached"),
                            ("NO_ANSWER", "No answer"),
                            ("LEFT_MESSAGE", "Left a message"),
                            ("REPLIED", "Replied"),
                            ("APPOINTMENT", "Appointment made"),
                            ("NOT_INTERESTED", "Not interested"),
                            ("WRONG_NUMBER", "Wrong number"),
                            ("OPTED_OUT", "Wants no more contact"),
                        ],
                        max_length=14,
                    ),
                ),
                (
                    "note",
                    models.CharField(blank=True, help_text="what came of it, in words; may be emptied", max_length=1000),
                ),
                ("cancelled_at", models.DateTimeField(null=True)),
                ("cancel_reason", models.CharField(blank=True, max_length=1000)),
                ("leased_by", models.CharField(blank=True, max_length=128, null=True)),
                (
                    "leased_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("leased_until", models.DateTimeField(null=True)),
                (
                    "returned_by",
                    models.CharField(
                        blank=True, help_text="who gave it back last, and is not given it next", max_length=128, null=True
                    ),
                ),
                (
                    "is_counted",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Q(("correlation_id__startswith", "walkthrough-"), _negated=True),
                        output_field=models.BooleanField(),
                    ),
                ),
            ],
            options={
                "verbose_name": "task",
                "verbose_name_plural": "tasks",
                "ordering": ["-id"],
                "permissions": [
                    ("list_due_tasks", "Can list due tasks"),
                    ("complete_task", "Can complete unowned tasks and its own"),
                    ("complete_any_task", "Can complete anybody's task"),
                    ("claim_task", "Can claim due tasks"),
                    ("put_off_task", "Can snooze and skip its own tasks"),
                    ("steer_ladder", "Can reassign, cancel and restart ladders"),
                    ("view_sla", "Can read the SLA"),
                    ("view_agent_numbers", "Can read the numbers of every agent"),
                ],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("cancelled_at__isnull", True), ("completed_at__isnull", True)),
                        fields=["due_at", "id", "province", "open_from", "open_until", "warns_at", "breached_due_at"],
                        name="followuptask_due",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("cancelled_at__isnull", True), ("completed_at__isnull", True), ("open_from__isnull", False)
                        ),
                        fields=["due_at", "id", "open_from", "open_until"],
                        name="followuptask_permitted",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("cancelled_at__isnull", True),
                            ("completed_at__isnull", True),
                            ("open_from__isnull", False),
                            ("owner__isnull", False),
                        ),
                        fields=["owner", "due_at", "id", "open_from", "open_until"],
                        name="followuptask_owned",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("cancelled_at__isnull", True),
                            ("completed_at__isnull", True),
                            ("open_from__isnull", False),
                            ("owner__isnull", True),
                        ),
                        fields=["due_at", "id", "open_from", "open_until"],
                        name="followuptask_unowned",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("cancelled_at__isnull", True), ("completed_at__isnull", True), ("open_from__isnull", False)
                        ),
                        fields=["province", "due_at", "id", "open_from", "open_until"],
                        name="followuptask_province",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("cancelled_at__isnull", True), ("completed_at__isnull", True), ("open_from__isnull", False)
                        ),
                        fields=["province", "market", "due_at", "id", "open_from", "open_until"],
                        name="followuptask_market",
                    ),
                    models.Index(
                        condition=models.Q(("cancelled_at__isnull", True), ("completed_at__isnull", True)),
                        fields=["open_until", "id"],
                        name="followuptask_roll",
                    ),
                    models.Index(
                        condition=models.Q(("completed_at__isnull", False), ("is_counted", True)),
                        fields=["due_at", "completed_at", "late_for", "step"],
                        name="followuptask_completed_due",
                    ),
                    models.Index(
                        condition=models.Q(
                            ("cancelled_at__isnull", True),
                            ("completed_at__isnull", True),
                            ("warns_at__isnull", False),
                            models.Q(
                                ("breached_due_at__isnull", True),
                                ("breached_due_at__lt", models.F("due_at")),
                                _connector="OR",
                            ),
                        ),
                        fields=["warns_at", "id", "breaches_at"],
                        name="followuptask_late",
                    ),
                    models.Index(
                        models.OrderBy(models.F("completed_at"), descending=True),
                        models.OrderBy(models.F("id"), descending=True),
                        models.F("outcome"),
                        models.F("is_counted"),
                        condition=models.Q(("completed_at__isnull", False)),
                        name="followuptask_completed",
                    ),
                    models.Index(fields=["lead", "-id"], name="followuptask_lead"),
                    models.Index(
                        condition=models.Q(("owner__isnull", False)), fields=["owner"], name="followuptask_by_owner"
                    ),
                    models.Index(fields=["correlation_id"], name="followuptask_by_correlation"),
                    models.Index(
                        condition=models.Q(("completed_user__isnull", False)),
                        fields=["completed_user", "completed_at"],
                        name="followuptask_done_by",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("ladder", "step"), name="followuptask_ladder_step"),
                    models.CheckConstraint(condition=models.Q(("step__gt", 0)), name="followuptask_step_positive"),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["SMS", "CALL", "EMAIL"])), name="followuptask_channel"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("open_from__isnull", True), ("open_until__isnull", True)),
                            models.Q(
                                ("open_from__isnull", False),
                                ("open_from__lte", models.F("open_until")),
                                ("open_until__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="followuptask_interval",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("leased_by__isnull", True), ("leased_until__isnull", True)),
                            models.Q(("leased_by__isnull", False), ("leased_until__isnull", False)),
                            _connector="OR",
                        ),
                        name="followuptask_lease_is_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TaskEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor", models.CharField(max_length=128)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("correlation_id", models.CharField(max_length=128)),
                ("created_at", models.DateTimeField()),
                (
                    "task",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="followups.followuptask",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("COMPLETED", "Completed"),
                            ("CANCELLED", "Cancelled"),
                            ("SKIPPED", "Skipped"),
                            ("SNOOZED", "Snoozed"),
                            ("PAUSED", "Put off by an outcome"),
                            ("OPTED_OUT", "Wants no more contact, said after it was completed"),
                            ("REASSIGNED", "Given to another owner"),
                            ("LAPSED", "Lapsed: it waited for the lead's own ground"),
                            ("TAKEN_BACK", "Taken back by the agent who said it, within ten seconds"),
                            ("UNRECORDED", "Said, but it could not be recorded, and its agent let it go"),
                        ],
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("detail", models.JSONField(default=dict, help_text="what changed: names, from and to")),
            ],
            options={
                "verbose_name": "task event",
                "verbose_name_plural": "task events",
                "ordering": ["-id"],
                "abstract": False,
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["task", "id"], name="taskevent_task"),
                    models.Index(fields=["correlation_id", "created_at", "id"], name="taskevent_trace"),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalInboundWord",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("changed_by", models.CharField(max_length=128)),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("updated_at", models.DateTimeField(editable=False)),
                ("version", models.PositiveIntegerField(default=1, help_text="raised by each change")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("STOP", "Opt-out: alone, or as the first sentence"),
                            ("STOP_ALONE", "Opt-out: where nothing else is said"),
                            ("STOP_ALL", "Opt-out of every channel"),
                            ("WISH", "A person decides: wherever it stands"),
                            ("WISH_ALONE", "A person decides: where a sentence says nothing else"),
                            ("HARMLESS", "Harmless, though a wish stands in it"),
                            ("COURTESY", "Changes nothing beside other words"),
                            ("START", "Wants contact again: alone, or as the first sentence"),
                            ("HELP", "Asks who we are: alone"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "phrase",
                    models.CharField(
                        help_text="Accents and case do not matter. call/text is either word, unsubscrib* any that begins so, ... up to three other words.",
                        max_length=1000,
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("fr", "French"), ("any", "Any")], default="any", max_length=3
                    ),
                ),
                ("source", models.CharField(blank=True, help_text="who uses it, or where it was met", max_length=200)),
                ("enabled", models.BooleanField(default=True)),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical inbound word",
                "verbose_name_plural": "historical inbound words",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalLadderTemplate",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("changed_by", models.CharField(max_length=128)),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("updated_at", models.DateTimeField(editable=False)),
                ("version", models.PositiveIntegerField(default=1, help_text="raised by each change")),
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
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("STANDARD", "Standard"),
                            ("COLD", "Cold: for a lead without a ground for the first message"),
                        ],
                        default="STANDARD",
                        max_length=8,
                    ),
                ),
                ("enabled", models.BooleanField(default=False)),
                ("steps", models.JSONField(help_text="in their order: delay_minutes, channel, script_en, script_fr")),
                (
                    "min_gap_minutes",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="between the last contact of a person and a ladder's first step, or a contact without a step",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical ladder template",
                "verbose_name_plural": "historical ladder templates",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalOutcomeRule",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("changed_by", models.CharField(max_length=128)),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("updated_at", models.DateTimeField(editable=False)),
                ("version", models.PositiveIntegerField(default=1, help_text="raised by each change")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("REACHED", "Reached"),
                            ("NO_ANSWER", "No answer"),
                            ("LEFT_MESSAGE", "Left a message"),
                            ("REPLIED", "Replied"),
                            ("APPOINTMENT", "Appointment made"),
                            ("NOT_INTERESTED", "Not interested"),
                            ("WRONG_NUMBER", "Wrong number"),
                            ("OPTED_OUT", "Wants no more contact"),
                        ],
                        db_index=True,
                        max_length=14,
                    ),
                ),
                (
                    "effect",
                    models.CharField(
                        choices=[
                            ("GO_ON", "Go on with the next step"),
                            ("PAUSE", "Put the open steps off by some days"),
                            ("STOP", "Cancel the open steps"),
                            ("OPT_OUT", "Record the opt-out, and cancel the open steps"),
                        ],
                        max_length=7,
                    ),
                ),
                ("pause_days", models.PositiveSmallIntegerField(default=0, help_text="of a pause, 1 to 365; else 0")),
                (
                    "lead_status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("NEW", "New"),
                            ("CONTACTED", "Contacted"),
                            ("APPOINTMENT", "Appointment"),
                            ("UNDER_CONTRACT", "Under contract"),
                            ("NOT_INTERESTED", "Not interested"),
                            ("CLOSED", "Closed"),
                            ("DEAD", "Dead"),
                        ],
                        help_text="the status that the lead gets; none leaves it unchanged",
                        max_length=14,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical outcome",
                "verbose_name_plural": "historical outcomes",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalPoolAgent",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("changed_by", models.CharField(max_length=128)),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("updated_at", models.DateTimeField(editable=False)),
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
                ("agent", models.CharField(help_text="the owner of the ladders: a user name", max_length=128)),
                (
                    "weight",
                    models.PositiveSmallIntegerField(
                        default=1, help_text="of two agents, one of weight 2 gets twice as many ladders"
                    ),
                ),
                ("paused_until", models.DateTimeField(blank=True, help_text="they get no ladder before then", null=True)),
                ("credit", models.IntegerField(default=0, editable=False)),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical agent in the pool",
                "verbose_name_plural": "historical agents in the pool",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalSlaPolicy",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("changed_by", models.CharField(max_length=128)),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("updated_at", models.DateTimeField(editable=False)),
                ("version", models.PositiveIntegerField(default=1, help_text="raised by each change")),
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
                (
                    "channel",
                    models.CharField(choices=[("SMS", "Text message"), ("CALL", "Call"), ("EMAIL", "E-mail")], max_length=5),
                ),
                ("enabled", models.BooleanField(default=True)),
                ("warn_after_minutes", models.PositiveIntegerField(help_text="later than that a task is at risk")),
                ("breach_after_minutes", models.PositiveIntegerField(help_text="later than that it is a breach")),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical SLA policy",
                "verbose_name_plural": "historical SLA policies",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalVendor",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("changed_by", models.CharField(max_length=128)),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("updated_at", models.DateTimeField(editable=False)),
                ("name", models.CharField(max_length=128)),
                (
                    "registration_number",
                    models.CharField(help_text="its own, with the operator of the National DNCL", max_length=128),
                ),
                (
                    "registration_expires_on",
                    models.DateField(
                        help_text="the registration's last day, which counts until it ends in UTC",
                        validators=[
                            django.core.validators.MinValueValidator(
                                datetime.date(2000, 1, 1), "The day must lie between the years 2000 and 2099."
                            ),
                            django.core.validators.MaxValueValidator(
                                datetime.date(2099, 12, 31), "The day must lie between the years 2000 and 2099."
                            ),
                        ],
                    ),
                ),
                (
                    "contract_ends_on",
                    models.DateField(
                        blank=True,
                        help_text="the last day of our contract with it; empty: no end is agreed",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(
                                datetime.date(2000, 1, 1), "The day must lie between the years 2000 and 2099."
                            ),
                            django.core.validators.MaxValueValidator(
                                datetime.date(2099, 12, 31), "The day must lie between the years 2000 and 2099."
                            ),
                        ],
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical vendor",
                "verbose_name_plural": "historical vendors",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="InboundDecisionWords",
            fields=[
                (
                    "decision",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="followups.inbounddecision",
                    ),
                ),
                ("reason", models.CharField(max_length=1000)),
            ],
            options={
                "verbose_name_plural": "inbound decision words",
            },
        ),
        migrations.CreateModel(
            name="InboundWord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("changed_by", models.CharField(max_length=128)),
                (
                    "user",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("updated_at", models.DateTimeField(editable=False)),
                ("version", models.PositiveIntegerField(default=1, help_text="raised by each change")),
                ("created_at", models.DateTimeField(editable=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("STOP", "Opt-out: alone, or as the first sentence"),
                            ("STOP_ALONE", "Opt-out: where nothing else is said"),
                            ("STOP_ALL", "Opt-out of every channel"),
                            ("WISH", "A person decides: wherever it stands"),
                            ("WISH_ALONE", "A person decides: where a sentence says nothing else"),
                            ("HARMLESS", "Harmless, though a wish stands in it"),
                            ("COURTESY", "Changes nothing beside other words"),
                            ("START", "Wants contact again: alone, or as the first sentence"),
                            ("HELP", "Asks who we are: alone"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "phrase",
                    models.CharField(
                        help_text="Accents and case do not matter. call/text is either word, unsubscrib* any that begins so, ... up to three other words.",
                        max_length=1000,
                    ),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("fr", "French"), ("any", "Any")], default="any", max_length=3
                    ),
                ),
                ("source", models.CharField(blank=True, help_text="who uses it, or where it was met", max_length=200)),
                ("enabled", models.BooleanField(default=True)),
            ],
            options={
                "verbose_name": "inbound word",
                "verbose_name_plural": "inbound words",
                "ordering": ["kind", "phrase"],
                "default_permissions": ("view", "change"),
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "phrase"), name="inboundword_once"),
                    models.CheckConstraint(condition=models.Q(("phrase", ""), _negated=True), name="inboundword_phrase"),
                ],
            },
        ),
        migrations.CreateModel(
            name="InboxItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("MESSAGE", "A doubtful message: is it a wish to be left alone?"),
                            ("SENDER", "A message from a number or address that cannot be read"),
                            ("REPLY", "A lead who answered"),
                        ],
                        max_length=7,
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="inbox",
                        to="followups.lead",
                        to_field="lead_id",
                    ),
                ),
                (
                    "message",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inbox",
                        to="followups.inboundmessage",
                    ),
                ),
                (
                    "task",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inbox",
                        to="followups.followuptask",
                    ),
                ),
                ("detail", models.CharField(blank=True, help_text="what nobody could read, as it came", max_length=1000)),
                (
                    "owner",
                    models.CharField(help_text="who looks at it; with no owner, anybody may", max_length=128, null=True),
                ),
                ("due_by", models.DateTimeField(help_text="by when a person is to have looked at it")),
                ("created_at", models.DateTimeField()),
                ("correlation_id", models.CharField(max_length=128)),
                ("done_at", models.DateTimeField(null=True)),
                ("done_by", models.CharField(blank=True, max_length=128)),
                (
                    "done_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("done_reason", models.CharField(blank=True, max_length=1000)),
            ],
            options={
                "verbose_name": "inbox item",
                "verbose_name_plural": "inbox items",
                "ordering": ["-id"],
                "permissions": [
                    ("close_inboxitem", "Can say that its own and unowned inbox items are done"),
                    ("close_any_inboxitem", "Can say that anybody's inbox item is done"),
                ],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("done_at__isnull", True)), fields=["due_by", "id"], name="inboxitem_open"
                    ),
                    models.Index(
                        condition=models.Q(("done_at__isnull", True)),
                        fields=["owner", "due_by", "id"],
                        name="inboxitem_owned",
                    ),
                    models.Index(fields=["lead", "-id"], name="inboxitem_lead"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("message__isnull", False)),
                        fields=("message", "kind"),
                        name="inboxitem_once_a_message",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("task__isnull", False)), fields=("task",), name="inboxitem_once_a_task"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "REPLY"), ("message__isnull", True), ("task__isnull", False)),
                            models.Q(("kind", "REPLY"), ("message__isnull", False), ("task__isnull", True)),
                            models.Q(("kind", "MESSAGE"), ("message__isnull", False), ("task__isnull", True)),
                            models.Q(
                                ("kind", "SENDER"),
                                ("task__isnull", True),
                                models.Q(
                                    ("message__isnull", False), models.Q(("detail", ""), _negated=True), _connector="OR"
                                ),
                            ),
                            _connector="OR",
                        ),
                        name="inboxitem_about_one_thing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("done_at__isnull", True), ("done_by", "")),
                            models.Q(("done_at__isnull", False), models.Q(("done_by", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="inboxitem_done_has_doer",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ContactAttempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("actor", models.CharField(max_length=128)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("correlation_id", models.CharField(max_length=128)),
                ("created_at", models.DateTimeField()),
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attempt", to="followups.followuptask"
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
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
                ("law_version", models.CharField(help_text="the version of the rules of the law", max_length=20, null=True)),
            ],
            options={
                "verbose_name": "contact attempt",
                "verbose_name_plural": "contact attempts",
                "ordering": ["-id"],
                "abstract": False,
                "default_permissions": ("view",),
                "indexes": [models.Index(fields=["lead", "-id"], name="contactattempt_lead")],
            },
        ),
        migrations.CreateModel(
            name="AdministrativeReply",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("HELP", "Somebody asked who we are"), ("OPT_OUT", "Somebody opted out: one confirmation")],
                        max_length=7,
                    ),
                ),
                (
                    "message",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="reply", to="followups.inboundmessage"
                    ),
                ),
                (
                    "lead",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="administrative_replies",
                        to="followups.lead",
                        to_field="lead_id",
                    ),
                ),
                (
                    "point",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="governance.contactpoint",
                    ),
                ),
                (
                    "channel",
                    models.CharField(choices=[("SMS", "Text message"), ("CALL", "Call"), ("EMAIL", "E-mail")], max_length=5),
                ),
                (
                    "language",
                    models.CharField(
                        choices=[("en", "English"), ("fr", "French"), ("any", "Any")],
                        help_text="“any” stands for English and French",
                        max_length=3,
                    ),
                ),
                ("text", models.CharField(max_length=1600)),
                ("due_at", models.DateTimeField(help_text="at once: when the message was recorded")),
                ("correlation_id", models.CharField(max_length=128)),
                ("created_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("sent_by", models.CharField(blank=True, max_length=128)),
                (
                    "sent_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                (
                    "sent_against",
                    models.JSONField(default=list, help_text="the reasons that stood against it when it was sent"),
                ),
            ],
            options={
                "verbose_name": "administrative reply",
                "verbose_name_plural": "administrative replies",
                "ordering": ["-id"],
                "permissions": [("send_administrativereply", "Can say that an administrative reply was sent")],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("sent_at__isnull", True)), fields=["-id"], name="administrativereply_waiting"
                    ),
                    models.Index(fields=["lead", "-id"], name="administrativereply_lead"),
                    models.Index(fields=["correlation_id", "created_at", "id"], name="administrativereply_trace"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("sent_at__isnull", True)),
                        fields=("point", "kind", "channel", "language"),
                        name="administrativereply_waits_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ("SMS", "EMAIL"))), name="administrativereply_written"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("sent_at__isnull", True), ("sent_by", "")),
                            models.Q(("sent_at__isnull", False), models.Q(("sent_by", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="administrativereply_sent_by",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LeadEventWords",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="followups.leadevent",
                    ),
                ),
                ("text", models.CharField(max_length=1000)),
            ],
            options={
                "verbose_name_plural": "lead event words",
            },
        ),
        migrations.CreateModel(
            name="LeadImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("file_name", models.CharField(max_length=1000)),
                ("is_large", models.BooleanField(help_text="by the worker")),
                ("content", models.BinaryField(null=True)),
                (
                    "state",
                    models.CharField(
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
                ("failure", models.CharField(blank=True, max_length=1000)),
                ("unknown_columns", models.JSONField(default=list, help_text="columns that were not used")),
                ("remarks", models.JSONField(default=list, help_text="how the file was read, and what it says of contact")),
                ("created", models.PositiveIntegerField(default=0, verbose_name="created")),
                ("updated", models.PositiveIntegerField(default=0)),
                ("unchanged", models.PositiveIntegerField(default=0)),
                ("refused", models.PositiveIntegerField(default=0)),
                ("refused_rows", models.TextField(blank=True, editable=False, help_text="as CSV, each with its reason")),
                ("changed_by", models.CharField(max_length=128)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "statuses_left",
                    models.TextField(blank=True, editable=False, help_text="leads that keep a status which is further on"),
                ),
            ],
            options={
                "verbose_name": "import of leads",
                "verbose_name_plural": "imports of leads",
                "ordering": ["-id"],
                "abstract": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="LeadReopeningWords",
            fields=[
                (
                    "reopening",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="followups.leadreopening",
                    ),
                ),
                ("reason", models.CharField(max_length=1000)),
            ],
            options={
                "verbose_name_plural": "lead reopening words",
            },
        ),
        migrations.CreateModel(
            name="OutcomeRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("changed_by", models.CharField(max_length=128)),
                (
                    "user",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("updated_at", models.DateTimeField(editable=False)),
                ("version", models.PositiveIntegerField(default=1, help_text="raised by each change")),
                ("created_at", models.DateTimeField(editable=False)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("REACHED", "Reached"),
                            ("NO_ANSWER", "No answer"),
                            ("LEFT_MESSAGE", "Left a message"),
                            ("REPLIED", "Replied"),
                            ("APPOINTMENT", "Appointment made"),
                            ("NOT_INTERESTED", "Not interested"),
                            ("WRONG_NUMBER", "Wrong number"),
                            ("OPTED_OUT", "Wants no more contact"),
                        ],
                        max_length=14,
                        unique=True,
                    ),
                ),
                (
                    "effect",
                    models.CharField(
                        choices=[
                            ("GO_ON", "Go on with the next step"),
                            ("PAUSE", "Put the open steps off by some days"),
                            ("STOP", "Cancel the open steps"),
                            ("OPT_OUT", "Record the opt-out, and cancel the open steps"),
                        ],
                        max_length=7,
                    ),
                ),
                ("pause_days", models.PositiveSmallIntegerField(default=0, help_text="of a pause, 1 to 365; else 0")),
                (
                    "lead_status",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("NEW", "New"),
                            ("CONTACTED", "Contacted"),
                            ("APPOINTMENT", "Appointment"),
                            ("UNDER_CONTRACT", "Under contract"),
                            ("NOT_INTERESTED", "Not interested"),
                            ("CLOSED", "Closed"),
                            ("DEAD", "Dead"),
                        ],
                        help_text="the status that the lead gets; none leaves it unchanged",
                        max_length=14,
                    ),
                ),
            ],
            options={
                "verbose_name": "outcome",
                "verbose_name_plural": "outcomes",
                "ordering": ["id"],
                "default_permissions": ("change", "view"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "outcome__in",
                                [
                                    "REACHED",
                                    "NO_ANSWER",
                                    "LEFT_MESSAGE",
                                    "REPLIED",
                                    "APPOINTMENT",
                                    "NOT_INTERESTED",
                                    "WRONG_NUMBER",
                                    "OPTED_OUT",
                                ],
                            )
                        ),
                        name="outcomerule_outcome",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "lead_status__in",
                                [
                                    "",
                                    "NEW",
                                    "CONTACTED",
                                    "APPOINTMENT",
                                    "UNDER_CONTRACT",
                                    "NOT_INTERESTED",
                                    "CLOSED",
                                    "DEAD",
                                ],
                            )
                        ),
                        name="outcomerule_lead_status",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("effect", "PAUSE"), ("pause_days__range", (1, 365))),
                            models.Q(models.Q(("effect", "PAUSE"), _negated=True), ("pause_days", 0)),
                            _connector="OR",
                        ),
                        name="outcomerule_pause_has_days",
                        violation_error_message="A pause has 1 to 365 days, any other effect 0.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PoolAgent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("changed_by", models.CharField(max_length=128)),
                (
                    "user",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("updated_at", models.DateTimeField(editable=False)),
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
                ("agent", models.CharField(help_text="the owner of the ladders: a user name", max_length=128)),
                (
                    "weight",
                    models.PositiveSmallIntegerField(
                        default=1, help_text="of two agents, one of weight 2 gets twice as many ladders"
                    ),
                ),
                ("paused_until", models.DateTimeField(blank=True, help_text="they get no ladder before then", null=True)),
                ("credit", models.IntegerField(default=0, editable=False)),
            ],
            options={
                "verbose_name": "agent in the pool",
                "verbose_name_plural": "agents in the pool",
                "ordering": ["province", "market", "agent"],
                "default_permissions": ("view", "add", "change", "delete"),
                "constraints": [
                    models.UniqueConstraint(fields=("province", "market", "agent"), name="poolagent_once"),
                    models.CheckConstraint(condition=models.Q(("weight__range", (1, 100))), name="poolagent_weight"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("province__in", ["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"])
                        ),
                        name="poolagent_province",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SlaNotice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("breaches", models.PositiveIntegerField(help_text="how many")),
                ("created_at", models.DateTimeField()),
                ("correlation_id", models.CharField(max_length=128)),
            ],
            options={
                "verbose_name": "look for breaches",
                "verbose_name_plural": "looks for breaches",
                "ordering": ["-id"],
                "default_permissions": ("view",),
                "indexes": [models.Index(fields=["created_at"], name="slanotice_created")],
            },
        ),
        migrations.CreateModel(
            name="SlaPolicy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("changed_by", models.CharField(max_length=128)),
                (
                    "user",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("updated_at", models.DateTimeField(editable=False)),
                ("version", models.PositiveIntegerField(default=1, help_text="raised by each change")),
                ("created_at", models.DateTimeField(editable=False)),
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
                (
                    "channel",
                    models.CharField(choices=[("SMS", "Text message"), ("CALL", "Call"), ("EMAIL", "E-mail")], max_length=5),
                ),
                ("enabled", models.BooleanField(default=True)),
                ("warn_after_minutes", models.PositiveIntegerField(help_text="later than that a task is at risk")),
                ("breach_after_minutes", models.PositiveIntegerField(help_text="later than that it is a breach")),
            ],
            options={
                "verbose_name": "SLA policy",
                "verbose_name_plural": "SLA policies",
                "ordering": ["province", "market", "channel"],
                "abstract": False,
                "default_permissions": ("change", "view"),
                "constraints": [
                    models.UniqueConstraint(fields=("province", "market", "channel"), name="slapolicy_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("province__in", ["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"])
                        ),
                        name="slapolicy_province",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["SMS", "CALL", "EMAIL"])), name="slapolicy_channel"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("breach_after_minutes__range", (1, 43200))), name="slapolicy_breach_in_range"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("warn_after_minutes__lte", models.F("breach_after_minutes"))),
                        name="slapolicy_warns_before_breach",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SlaBreach",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "task",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="breaches",
                        to="followups.followuptask",
                    ),
                ),
                ("due_at", models.DateTimeField()),
                (
                    "counted_from",
                    models.DateTimeField(help_text="the first permitted minute from the due time on, where one was known"),
                ),
                ("breached_at", models.DateTimeField(help_text="when the permitted time that the policy allows was over")),
                (
                    "late_for",
                    models.DurationField(
                        help_text="the permitted time by which it was late when it was done, else when it was found",
                        null=True,
                    ),
                ),
                ("found_at", models.DateTimeField()),
                (
                    "completed_at",
                    models.DateTimeField(help_text="of a task that was completed late before it was found", null=True),
                ),
                ("owner", models.CharField(max_length=128, null=True)),
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
                ("market", models.CharField(max_length=64)),
                (
                    "channel",
                    models.CharField(choices=[("SMS", "Text message"), ("CALL", "Call"), ("EMAIL", "E-mail")], max_length=5),
                ),
                ("step", models.PositiveSmallIntegerField()),
                (
                    "policy",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="followups.slapolicy",
                    ),
                ),
                ("policy_version", models.PositiveIntegerField()),
                ("breach_after_minutes", models.PositiveIntegerField()),
                (
                    "notice",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="rows", to="followups.slanotice"
                    ),
                ),
                ("correlation_id", models.CharField(max_length=128)),
            ],
            options={
                "verbose_name": "SLA breach",
                "verbose_name_plural": "SLA breaches",
                "ordering": ["-id"],
                "abstract": False,
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["owner", "-id"], name="slabreach_owner"),
                    models.Index(fields=["breached_at"], name="slabreach_breached_at"),
                ],
                "constraints": [models.UniqueConstraint(fields=("task", "due_at"), name="slabreach_once")],
            },
        ),
        migrations.CreateModel(
            name="SlaWatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "looked_until",
                    models.DateTimeField(help_text="tasks that were completed before have been looked at", null=True),
                ),
            ],
            options={
                "verbose_name": "SLA watch",
                "verbose_name_plural": "SLA watch",
                "default_permissions": ("view",),
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="slawatch_one_row")],
            },
        ),
        migrations.CreateModel(
            name="TaskEventWords",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="followups.taskevent",
                    ),
                ),
                ("reason", models.CharField(max_length=1000)),
            ],
            options={
                "verbose_name_plural": "task event words",
            },
        ),
        migrations.CreateModel(
            name="Vendor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("changed_by", models.CharField(max_length=128)),
                (
                    "user",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("updated_at", models.DateTimeField(editable=False)),
                ("name", models.CharField(max_length=128)),
                (
                    "registration_number",
                    models.CharField(help_text="its own, with the operator of the National DNCL", max_length=128),
                ),
                (
                    "registration_expires_on",
                    models.DateField(
                        help_text="the registration's last day, which counts until it ends in UTC",
                        validators=[
                            django.core.validators.MinValueValidator(
                                datetime.date(2000, 1, 1), "The day must lie between the years 2000 and 2099."
                            ),
                            django.core.validators.MaxValueValidator(
                                datetime.date(2099, 12, 31), "The day must lie between the years 2000 and 2099."
                            ),
                        ],
                    ),
                ),
                (
                    "contract_ends_on",
                    models.DateField(
                        blank=True,
                        help_text="the last day of our contract with it; empty: no end is agreed",
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(
                                datetime.date(2000, 1, 1), "The day must lie between the years 2000 and 2099."
                            ),
                            django.core.validators.MaxValueValidator(
                                datetime.date(2099, 12, 31), "The day must lie between the years 2000 and 2099."
                            ),
                        ],
                    ),
                ),
            ],
            options={
                "verbose_name": "vendor",
                "verbose_name_plural": "vendors",
                "ordering": ["name"],
                "default_permissions": ("view", "add", "change"),
                "constraints": [models.UniqueConstraint(fields=("name",), name="vendor_once")],
            },
        ),
        migrations.CreateModel(
            name="HistoricalVendorAgent",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("changed_by", models.CharField(max_length=128)),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("updated_at", models.DateTimeField(editable=False)),
                ("agent", models.CharField(help_text="the user name, as tasks name their owner", max_length=128)),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="followups.vendor",
                    ),
                ),
                ("history_id", models.AutoField(primary_key=True, serialize=False)),
                ("history_date", models.DateTimeField(db_index=True)),
                ("history_change_reason", models.CharField(max_length=100, null=True)),
                (
                    "history_type",
                    models.CharField(choices=[("+", "Created"), ("~", "Changed"), ("-", "Deleted")], max_length=1),
                ),
                (
                    "history_user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "historical agent of a vendor",
                "verbose_name_plural": "historical agents of vendors",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="VendorAgent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("changed_by", models.CharField(max_length=128)),
                (
                    "user",
                    models.ForeignKey(
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("updated_at", models.DateTimeField(editable=False)),
                ("agent", models.CharField(help_text="the user name, as tasks name their owner", max_length=128)),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="agents", to="followups.vendor"
                    ),
                ),
            ],
            options={
                "verbose_name": "agent of a vendor",
                "verbose_name_plural": "agents of vendors",
                "ordering": ["agent"],
                "default_permissions": ("view", "add", "change", "delete"),
                "constraints": [models.UniqueConstraint(fields=("agent",), name="vendoragent_once")],
            },
        ),
        migrations.CreateModel(
            name="HeldAct",
            fields=[
                ("actor", models.CharField(max_length=128)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("correlation_id", models.CharField(max_length=128)),
                ("created_at", models.DateTimeField()),
                (
                    "task",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="held",
                        serialize=False,
                        to="followups.followuptask",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("COMPLETE", "Outcome"), ("SNOOZE", "Snooze"), ("SKIP", "Skip")], max_length=8
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("REACHED", "Reached"),
                            ("NO_ANSWER", "No answer"),
                            ("LEFT_MESSAGE", "Left a message"),
                            ("REPLIED", "Replied"),
                            ("APPOINTMENT", "Appointment made"),
                            ("NOT_INTERESTED", "Not interested"),
                            ("WRONG_NUMBER", "Wrong number"),
                            ("OPTED_OUT", "Wants no more contact"),
                        ],
                        max_length=14,
                    ),
                ),
                ("until", models.DateTimeField(help_text="of a snooze", null=True)),
                (
                    "words",
                    models.CharField(blank=True, help_text="the note of an outcome, else the reason", max_length=1000),
                ),
                (
                    "tries",
                    models.PositiveSmallIntegerField(
                        db_default=0, default=0, help_text="how often doing it failed by a fault"
                    ),
                ),
                ("fault", models.CharField(blank=True, db_default="", help_text="the last fault's kind", max_length=128)),
            ],
            options={
                "verbose_name_plural": "held acts",
                "default_permissions": (),
                "indexes": [models.Index(fields=["created_at"], name="heldact_created")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("kind", "COMPLETE"),
                                (
                                    "outcome__in",
                                    [
                                        "REACHED",
                                        "NO_ANSWER",
                                        "LEFT_MESSAGE",
                                        "REPLIED",
                                        "APPOINTMENT",
                                        "NOT_INTERESTED",
                                        "WRONG_NUMBER",
                                        "OPTED_OUT",
                                    ],
                                ),
                                ("until__isnull", True),
                            ),
                            models.Q(("kind", "SNOOZE"), ("outcome", ""), ("until__isnull", False)),
                            models.Q(("kind", "SKIP"), ("outcome", ""), ("until__isnull", True)),
                            _connector="OR",
                        ),
                        name="heldact_has_what_its_kind_needs",
                    )
                ],
            },
        ),
    ]
