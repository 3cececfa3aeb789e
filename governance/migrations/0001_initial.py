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
    ]

    operations = [
        migrations.CreateModel(
            name="ContactPoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("PHONE", "Phone number"),
                            ("EMAIL", "E-mail address"),
                            ("LEAD", "Lead"),
                            ("BUYER", "Buyer"),
                        ],
                        max_length=5,
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("value", models.CharField(max_length=254, null=True)),
            ],
            options={
                "verbose_name": "contact point",
                "verbose_name_plural": "contact points",
                "permissions": [("erase_contactpoint", "Can erase a phone number or an e-mail address")],
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="ContactRecord",
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
                    "point",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="records",
                        to="governance.contactpoint",
                    ),
                ),
                (
                    "entry",
                    models.CharField(
                        choices=[
                            ("CONSENT", "Consent"),
                            ("OPT_OUT", "Opt-out"),
                            ("DO_NOT_CALL", "Internal do-not-call list"),
                            ("LIFT", "Opt-out lifted: it was a mistake"),
                            ("SCRUB", "Checked against the National Do Not Call List"),
                            ("ERASED", "Number or address erased"),
                            ("HOLD", "Held: a doubtful message waits for a person"),
                            ("RELEASE", "No longer held: a person decided on the message"),
                            ("ENDED", "Contract ended"),
                            ("USED", "Referral used: a message went out"),
                        ],
                        max_length=11,
                        verbose_name="entry",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[("SMS", "Text message"), ("CALL", "Call"), ("EMAIL", "E-mail")],
                        help_text="without one, the line is about every channel",
                        max_length=5,
                    ),
                ),
                (
                    "basis",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("EXPRESS", "Express consent"),
                            ("PURCHASE_BY_LEAD", "The lead bought or leased from us"),
                            ("CONTRACT", "Written contract with us, in force or ended"),
                            ("INQUIRY", "Inquiry or application"),
                            ("PUBLICATION", "Conspicuous publication of the address, in a business role"),
                            ("DISCLOSED", "The address was given to us, in a business role"),
                            ("REFERRAL", "Referral: the first message only"),
                            ("BUSINESS", "Retired: purchase, lease or contract"),
                        ],
                        max_length=16,
                        verbose_name="ground",
                    ),
                ),
                ("effective_at", models.DateTimeField(help_text="when it was obtained, said or checked")),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                (
                    "evidence",
                    models.CharField(blank=True, help_text="where the proof is: a form, a recording", max_length=1000),
                ),
                ("reason", models.CharField(blank=True, max_length=1000)),
            ],
            options={
                "verbose_name": "consent or opt-out",
                "verbose_name_plural": "consents and opt-outs",
                "ordering": ["-id"],
                "permissions": [
                    ("record_consent", "Can record a consent or a scrub"),
                    ("record_opt_out", "Can record an opt-out"),
                    ("lift_opt_out", "Can lift an opt-out that was a mistake"),
                ],
                "abstract": False,
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["point", "id"], name="contactrecord_point"),
                    models.Index(fields=["correlation_id", "created_at", "id"], name="contactrecord_trace"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "entry__in",
                                [
                                    "CONSENT",
                                    "OPT_OUT",
                                    "DO_NOT_CALL",
                                    "LIFT",
                                    "SCRUB",
                                    "ERASED",
                                    "HOLD",
                                    "RELEASE",
                                    "ENDED",
                                    "USED",
                                ],
                            )
                        ),
                        name="contactrecord_entry",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("entry", "CONSENT"), _negated=True),
                            models.Q(models.Q(("basis", ""), _negated=True), models.Q(("channel", ""), _negated=True)),
                            _connector="OR",
                        ),
                        name="contactrecord_consent_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("entry", "ENDED"), _negated=True),
                            models.Q(models.Q(("channel", ""), _negated=True), ("expires_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="contactrecord_end_is_whole",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LastContact",
            fields=[
                ("digest", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("contacted_at", models.DateTimeField()),
                ("answered_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name_plural": "last contacts",
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="ConsentProof",
            fields=[
                (
                    "record",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="proof",
                        serialize=False,
                        to="governance.contactrecord",
                    ),
                ),
                ("wording", models.CharField(blank=True, help_text="as it was shown or read out", max_length=4000)),
                ("purpose", models.CharField(blank=True, help_text="what the person agreed to receive", max_length=1000)),
                ("on_behalf_of", models.CharField(blank=True, help_text="who asked, and for whom", max_length=1000)),
                (
                    "withdrawal_statement",
                    models.CharField(
                        blank=True, help_text="how the request said that the consent can be withdrawn", max_length=1000
                    ),
                ),
                (
                    "given_how",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("WEB_FORM", "Web form"),
                            ("PAPER", "On paper"),
                            ("EMAIL", "E-mail"),
                            ("TEXT", "Text message"),
                            ("SPOKEN", "Spoken, and recorded"),
                            ("IN_PERSON", "In person"),
                            ("OTHER", "Otherwise"),
                        ],
                        max_length=9,
                    ),
                ),
                (
                    "given_where",
                    models.CharField(blank=True, help_text="a web address, a place, a file or a recording", max_length=1000),
                ),
                ("referrer_name", models.CharField(blank=True, help_text="in full", max_length=128)),
                (
                    "referrer_to_lead",
                    models.CharField(blank=True, help_text="the referrer's relationship with the person", max_length=1000),
                ),
                (
                    "referrer_to_us",
                    models.CharField(blank=True, help_text="the referrer's relationship with us", max_length=1000),
                ),
            ],
            options={
                "verbose_name_plural": "consent proofs",
            },
        ),
        migrations.CreateModel(
            name="ContactRecordWords",
            fields=[
                (
                    "record",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="governance.contactrecord",
                    ),
                ),
                ("evidence", models.CharField(blank=True, max_length=1000)),
                ("reason", models.CharField(blank=True, max_length=1000)),
            ],
            options={
                "verbose_name_plural": "contact record words",
            },
        ),
        migrations.CreateModel(
            name="GoLiveState",
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
                ("go_live_enabled", models.BooleanField(default=False)),
                ("kill_switch_engaged", models.BooleanField(default=True)),
            ],
            options={
                "verbose_name": "go-live state",
                "verbose_name_plural": "go-live states",
                "permissions": [
                    ("engage_kill_switch", "Can engage the kill switch"),
                    ("release_kill_switch", "Can release the kill switch"),
                    ("enable_go_live", "Can enable go-live"),
                    ("disable_go_live", "Can disable go-live"),
                ],
                "default_permissions": ("view",),
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="golivestate_one_row")],
            },
        ),
        migrations.CreateModel(
            name="HeimdallPolicy",
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
                ("domain", models.CharField(max_length=64, unique=True)),
                ("min_confidence_prod", models.DecimalField(decimal_places=4, help_text="fraction 0..1", max_digits=5)),
                ("min_sandbox_trials", models.PositiveIntegerField()),
                ("min_sandbox_success_rate", models.DecimalField(decimal_places=4, help_text="fraction 0..1", max_digits=5)),
                ("prod_use_enabled", models.BooleanField(default=False)),
                (
                    "use_lower_bound",
                    models.BooleanField(
                        default=False,
                        help_text="judge the lower end of the success rate's 95% interval: 40 of 50 counts as 0.67",
                    ),
                ),
                (
                    "trial_window_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="the age in days up to which trials count",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(3650),
                        ],
                    ),
                ),
                (
                    "recommendation_hours",
                    models.PositiveSmallIntegerField(
                        default=24,
                        help_text="the age in hours up to which a recommendation may be used",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(8760),
                        ],
                    ),
                ),
            ],
            options={
                "verbose_name": "charter",
                "verbose_name_plural": "charters",
                "ordering": ["domain"],
                "permissions": [
                    ("run_trial", "Can record a sandbox trial"),
                    ("recommend", "Can record an AI's recommendation"),
                ],
                "default_permissions": ("change", "view"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("min_confidence_prod__range", (0, 1)), ("min_sandbox_success_rate__range", (0, 1))
                        ),
                        name="heimdallpolicy_rates",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("recommendation_hours__range", (1, 8760)), ("trial_window_days__range", (1, 3650))
                        ),
                        name="heimdallpolicy_spans",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HeimdallRecommendation",
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
                ("domain", models.CharField(max_length=64)),
                ("confidence", models.DecimalField(decimal_places=4, max_digits=5)),
                ("recommendation", models.JSONField()),
                ("evidence", models.JSONField(null=True)),
                ("prod_eligible", models.BooleanField()),
                ("gate_reason", models.CharField(max_length=64)),
                ("policy_version", models.PositiveIntegerField(null=True)),
            ],
            options={
                "verbose_name": "recommendation",
                "verbose_name_plural": "recommendations",
                "ordering": ["-id"],
                "abstract": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="HeimdallEvent",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("TRIAL", "Sandbox trial"),
                            ("RECOMMENDED", "Recommendation"),
                            ("USED", "Used in production"),
                            ("REFUSED", "Refused at use"),
                        ],
                        max_length=11,
                    ),
                ),
                ("domain", models.CharField(max_length=64)),
                ("confidence", models.DecimalField(decimal_places=4, max_digits=5, null=True)),
                ("success", models.BooleanField(help_text="of a trial", null=True)),
                (
                    "recommendation",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="governance.heimdallrecommendation",
                    ),
                ),
                ("message", models.CharField(blank=True, max_length=1000)),
            ],
            options={
                "verbose_name": "Heimdall event",
                "verbose_name_plural": "Heimdall events",
                "ordering": ["-id"],
                "abstract": False,
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["domain", "-id"], name="heimdallevent_domain"),
                    models.Index(fields=["correlation_id", "created_at", "id"], name="heimdallevent_trace"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["TRIAL", "RECOMMENDED", "USED", "REFUSED"])),
                        name="heimdallevent_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HeimdallScorecard",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("domain", models.CharField(max_length=64)),
                ("day", models.DateField()),
                ("trials", models.PositiveIntegerField(default=0)),
                ("successes", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "scorecard",
                "verbose_name_plural": "scorecards",
                "ordering": ["-day", "domain"],
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(fields=("domain", "day"), name="heimdallscorecard_domain_day"),
                    models.CheckConstraint(
                        condition=models.Q(("successes__lte", models.F("trials"))), name="heimdallscorecard_successes"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalAreaCodeSubscription",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("changed_by", models.CharField(max_length=128)),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("updated_at", models.DateTimeField(editable=False)),
                (
                    "area_code",
                    models.CharField(
                        max_length=3,
                        validators=[
                            django.core.validators.RegexValidator("^[2-9][0-9]{2}\\Z", "Must be three digits, such as 416.")
                        ],
                    ),
                ),
                (
                    "expires_on",
                    models.DateField(
                        help_text="its last day, which counts until it ends in UTC",
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
                "verbose_name": "historical area code",
                "verbose_name_plural": "historical area codes",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalClosedDay",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("changed_by", models.CharField(max_length=128)),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("updated_at", models.DateTimeField(editable=False)),
                (
                    "province",
                    models.CharField(
                        blank=True,
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
                        help_text="without one, the day is closed in every province",
                        max_length=2,
                    ),
                ),
                (
                    "day",
                    models.DateField(
                        validators=[
                            django.core.validators.MinValueValidator(
                                datetime.date(2000, 1, 1), "The day must lie between the years 2000 and 2099."
                            ),
                            django.core.validators.MaxValueValidator(
                                datetime.date(2099, 12, 31), "The day must lie between the years 2000 and 2099."
                            ),
                        ]
                    ),
                ),
                ("name", models.CharField(max_length=128)),
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
                "verbose_name": "historical closed day",
                "verbose_name_plural": "historical closed days",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalGoLiveState",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("changed_by", models.CharField(max_length=128)),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("updated_at", models.DateTimeField(editable=False)),
                ("go_live_enabled", models.BooleanField(default=False)),
                ("kill_switch_engaged", models.BooleanField(default=True)),
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
                "verbose_name": "historical go-live state",
                "verbose_name_plural": "historical go-live states",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalHeimdallPolicy",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("changed_by", models.CharField(max_length=128)),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("updated_at", models.DateTimeField(editable=False)),
                ("version", models.PositiveIntegerField(default=1, help_text="raised by each change")),
                ("domain", models.CharField(db_index=True, max_length=64)),
                ("min_confidence_prod", models.DecimalField(decimal_places=4, help_text="fraction 0..1", max_digits=5)),
                ("min_sandbox_trials", models.PositiveIntegerField()),
                ("min_sandbox_success_rate", models.DecimalField(decimal_places=4, help_text="fraction 0..1", max_digits=5)),
                ("prod_use_enabled", models.BooleanField(default=False)),
                (
                    "use_lower_bound",
                    models.BooleanField(
                        default=False,
                        help_text="judge the lower end of the success rate's 95% interval: 40 of 50 counts as 0.67",
                    ),
                ),
                (
                    "trial_window_days",
                    models.PositiveSmallIntegerField(
                        default=30,
                        help_text="the age in days up to which trials count",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(3650),
                        ],
                    ),
                ),
                (
                    "recommendation_hours",
                    models.PositiveSmallIntegerField(
                        default=24,
                        help_text="the age in hours up to which a recommendation may be used",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(8760),
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
                "verbose_name": "historical charter",
                "verbose_name_plural": "historical charters",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalLegalDuty",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("changed_by", models.CharField(max_length=128)),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("updated_at", models.DateTimeField(editable=False)),
                ("version", models.PositiveIntegerField(default=1, help_text="raised by each change")),
                (
                    "kind",
                    models.CharField(
                        choices=[("SCRUB", "New version of the National DNCL"), ("TRAINING", "Training of the callers")],
                        max_length=12,
                    ),
                ),
                (
                    "subject",
                    models.CharField(blank=True, help_text="the agent whose duty it is; empty: every agent", max_length=128),
                ),
                (
                    "due_on",
                    models.DateField(
                        blank=True,
                        help_text="the last day; empty: not known, and the runbook warns",
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
                    "done_on",
                    models.DateField(
                        blank=True,
                        help_text="when it was last done",
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
                ("note", models.CharField(blank=True, help_text="where the proof is", max_length=1000)),
                (
                    "enabled",
                    models.BooleanField(
                        default=True, help_text="off: the duty no longer exists, such as that of a vendor who left"
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
                "verbose_name": "historical legal duty",
                "verbose_name_plural": "historical legal duties",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalMarketPolicy",
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
                ("enabled", models.BooleanField(default=False)),
                ("rules", models.JSONField(help_text="contact_windows_local, channels_allowed, min_lead_score_to_contact")),
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
                "verbose_name": "historical market policy",
                "verbose_name_plural": "historical market policies",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalMarketZone",
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
                ("market", models.CharField(max_length=64)),
                (
                    "zone",
                    models.CharField(
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
                        max_length=40,
                    ),
                ),
                ("other_names", models.JSONField(blank=True, default=list, help_text="the market's other names")),
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
                "verbose_name": "historical market zone",
                "verbose_name_plural": "historical market zones",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalOrganisation",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("changed_by", models.CharField(max_length=128)),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("updated_at", models.DateTimeField(editable=False)),
                ("version", models.PositiveIntegerField(default=1, help_text="raised by each change")),
                ("name", models.CharField(blank=True, help_text="as messages name the sender", max_length=128)),
                ("mailing_address", models.CharField(blank=True, max_length=1000)),
                ("contact", models.CharField(blank=True, help_text="a phone number, e-mail or web address", max_length=128)),
                (
                    "consent",
                    models.CharField(
                        choices=[("enforce", "Refuse"), ("warn", "Allow, with a warning")],
                        default="enforce",
                        max_length=7,
                        verbose_name="consent for text and e-mail",
                    ),
                ),
                (
                    "identity",
                    models.CharField(
                        choices=[("enforce", "Refuse"), ("warn", "Allow, with a warning")],
                        default="enforce",
                        max_length=7,
                        verbose_name="identification in text and e-mail",
                    ),
                ),
                (
                    "scrub",
                    models.CharField(
                        choices=[("enforce", "Refuse"), ("warn", "Allow, with a warning")],
                        default="enforce",
                        max_length=7,
                        verbose_name="registration and scrub for calls",
                    ),
                ),
                (
                    "lenient_reason",
                    models.CharField(blank=True, editable=False, help_text="why a setting only warns", max_length=1000),
                ),
                (
                    "registration_number",
                    models.CharField(blank=True, max_length=128, verbose_name="National DNCL registration"),
                ),
                (
                    "registration_expires_on",
                    models.DateField(
                        blank=True,
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
                    "digest_key_mark",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="the mark of the CONTACT_DIGEST_KEY of the first contact point",
                        max_length=64,
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
                "verbose_name": "historical organisation",
                "verbose_name_plural": "historical organisations",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalRiskPolicy",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("changed_by", models.CharField(max_length=128)),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("updated_at", models.DateTimeField(editable=False)),
                ("version", models.PositiveIntegerField(default=1, help_text="raised by each change")),
                ("engine", models.CharField(db_index=True, max_length=64)),
                (
                    "max_daily_loss",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0"),
                        help_text="CAD a day; a loss that reaches it stops the engine until the next day; 0: no cap",
                        max_digits=14,
                    ),
                ),
                (
                    "max_daily_exposure",
                    models.DecimalField(
                        decimal_places=2, default=Decimal("0"), help_text="CAD reserved a day; 0: no cap", max_digits=14
                    ),
                ),
                (
                    "max_open_risk",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0"),
                        help_text="CAD reserved and not settled, whatever the day; 0: no cap",
                        max_digits=14,
                    ),
                ),
                ("max_actions_per_day", models.PositiveIntegerField(default=0, help_text="reservations a day; 0: no cap")),
                ("enabled", models.BooleanField(default=False)),
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
                "verbose_name": "historical risk policy",
                "verbose_name_plural": "historical risk policies",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="LegalDuty",
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
                        choices=[("SCRUB", "New version of the National DNCL"), ("TRAINING", "Training of the callers")],
                        max_length=12,
                    ),
                ),
                (
                    "subject",
                    models.CharField(blank=True, help_text="the agent whose duty it is; empty: every agent", max_length=128),
                ),
                (
                    "due_on",
                    models.DateField(
                        blank=True,
                        help_text="the last day; empty: not known, and the runbook warns",
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
                    "done_on",
                    models.DateField(
                        blank=True,
                        help_text="when it was last done",
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
                ("note", models.CharField(blank=True, help_text="where the proof is", max_length=1000)),
                (
                    "enabled",
                    models.BooleanField(
                        default=True, help_text="off: the duty no longer exists, such as that of a vendor who left"
                    ),
                ),
            ],
            options={
                "verbose_name": "legal duty",
                "verbose_name_plural": "legal duties",
                "ordering": ["kind", "subject"],
                "default_permissions": ("view", "change"),
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "subject"), name="legalduty_once"),
                    models.CheckConstraint(condition=models.Q(("kind__in", ("SCRUB", "TRAINING"))), name="legalduty_kind"),
                ],
            },
        ),
        migrations.CreateModel(
            name="MarketPolicy",
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
                ("enabled", models.BooleanField(default=False)),
                ("rules", models.JSONField(help_text="contact_windows_local, channels_allowed, min_lead_score_to_contact")),
            ],
            options={
                "verbose_name": "market policy",
                "verbose_name_plural": "market policies",
                "ordering": ["province", "market"],
                "permissions": [("ask_contact_gate", "Can ask whether a lead may be contacted")],
                "abstract": False,
                "default_permissions": ("change", "view"),
                "constraints": [
                    models.UniqueConstraint(fields=("province", "market"), name="governance_marketpolicy_place"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("province__in", ["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"])
                        ),
                        name="governance_marketpolicy_province",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="MarketZone",
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
                ("market", models.CharField(max_length=64)),
                (
                    "zone",
                    models.CharField(
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
                        max_length=40,
                    ),
                ),
                ("other_names", models.JSONField(blank=True, default=list, help_text="the market's other names")),
            ],
            options={
                "verbose_name": "market zone",
                "verbose_name_plural": "market zones",
                "ordering": ["province", "market"],
                "default_permissions": ("view", "add", "change", "delete"),
                "constraints": [
                    models.UniqueConstraint(fields=("province", "market"), name="governance_marketzone_place"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("province__in", ["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"])
                        ),
                        name="governance_marketzone_province",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Organisation",
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
                ("name", models.CharField(blank=True, help_text="as messages name the sender", max_length=128)),
                ("mailing_address", models.CharField(blank=True, max_length=1000)),
                ("contact", models.CharField(blank=True, help_text="a phone number, e-mail or web address", max_length=128)),
                (
                    "consent",
                    models.CharField(
                        choices=[("enforce", "Refuse"), ("warn", "Allow, with a warning")],
                        default="enforce",
                        max_length=7,
                        verbose_name="consent for text and e-mail",
                    ),
                ),
                (
                    "identity",
                    models.CharField(
                        choices=[("enforce", "Refuse"), ("warn", "Allow, with a warning")],
                        default="enforce",
                        max_length=7,
                        verbose_name="identification in text and e-mail",
                    ),
                ),
                (
                    "scrub",
                    models.CharField(
                        choices=[("enforce", "Refuse"), ("warn", "Allow, with a warning")],
                        default="enforce",
                        max_length=7,
                        verbose_name="registration and scrub for calls",
                    ),
                ),
                (
                    "lenient_reason",
                    models.CharField(blank=True, editable=False, help_text="why a setting only warns", max_length=1000),
                ),
                (
                    "registration_number",
                    models.CharField(blank=True, max_length=128, verbose_name="National DNCL registration"),
                ),
                (
                    "registration_expires_on",
                    models.DateField(
                        blank=True,
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
                    "digest_key_mark",
                    models.CharField(
                        blank=True,
                        editable=False,
                        help_text="the mark of the CONTACT_DIGEST_KEY of the first contact point",
                        max_length=64,
                    ),
                ),
            ],
            options={
                "verbose_name": "organisation",
                "verbose_name_plural": "organisations",
                "default_permissions": ("view", "change"),
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("id", 1)), name="governance_organisation_one_row"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("lenient_reason", ""), _negated=True),
                            models.Q(("consent", "enforce"), ("identity", "enforce"), ("scrub", "enforce")),
                            _connector="OR",
                        ),
                        name="governance_organisation_leniency_has_reason",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RiskDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("engine", models.CharField(max_length=64)),
                ("day", models.DateField()),
                (
                    "exposure_used",
                    models.DecimalField(
                        decimal_places=2, default=Decimal("0"), help_text="CAD reserved on this day", max_digits=20
                    ),
                ),
                (
                    "open_risk_reserved",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0"),
                        help_text="the part of it that is not settled yet, CAD",
                        max_digits=20,
                    ),
                ),
                (
                    "realized_loss",
                    models.DecimalField(
                        decimal_places=2, default=Decimal("0"), help_text="CAD of loss settled on this day", max_digits=20
                    ),
                ),
                ("actions_count", models.PositiveIntegerField(default=0, help_text="reservations of this day")),
                (
                    "is_open",
                    models.GeneratedField(
                        db_persist=True,
                        expression=models.Q(("open_risk_reserved__gt", 0)),
                        output_field=models.BooleanField(),
                    ),
                ),
            ],
            options={
                "verbose_name": "ledger of risk",
                "verbose_name_plural": "ledgers of risk",
                "ordering": ["-day", "engine"],
                "default_permissions": ("view",),
                "indexes": [models.Index(condition=models.Q(("is_open", True)), fields=["engine"], name="riskday_is_open")],
                "constraints": [
                    models.UniqueConstraint(fields=("engine", "day"), name="riskday_engine_day"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("exposure_used__gte", 0), ("open_risk_reserved__gte", 0), ("realized_loss__gte", 0)
                        ),
                        name="riskday_amounts",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RiskPolicy",
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
                ("engine", models.CharField(max_length=64, unique=True)),
                (
                    "max_daily_loss",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0"),
                        help_text="CAD a day; a loss that reaches it stops the engine until the next day; 0: no cap",
                        max_digits=14,
                    ),
                ),
                (
                    "max_daily_exposure",
                    models.DecimalField(
                        decimal_places=2, default=Decimal("0"), help_text="CAD reserved a day; 0: no cap", max_digits=14
                    ),
                ),
                (
                    "max_open_risk",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0"),
                        help_text="CAD reserved and not settled, whatever the day; 0: no cap",
                        max_digits=14,
                    ),
                ),
                ("max_actions_per_day", models.PositiveIntegerField(default=0, help_text="reservations a day; 0: no cap")),
                ("enabled", models.BooleanField(default=False)),
            ],
            options={
                "verbose_name": "risk policy",
                "verbose_name_plural": "risk policies",
                "ordering": ["engine"],
                "permissions": [("reserve_risk", "Can reserve risk"), ("settle_risk", "Can settle a reservation")],
                "default_permissions": ("change", "view"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("max_daily_exposure__gte", 0), ("max_daily_loss__gte", 0), ("max_open_risk__gte", 0)
                        ),
                        name="riskpolicy_caps",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RiskReservation",
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
                ("engine", models.CharField(max_length=64)),
                ("day", models.DateField(help_text="the business day on which it was made")),
                ("amount", models.DecimalField(decimal_places=2, default=Decimal("0"), help_text="CAD", max_digits=14)),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("metadata", models.JSONField(default=dict)),
                ("settled_at", models.DateTimeField(null=True)),
                ("realized_loss", models.DecimalField(decimal_places=2, help_text="CAD", max_digits=14, null=True)),
                ("settled_by", models.CharField(blank=True, max_length=128)),
                (
                    "settled_user",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("settle_reason", models.CharField(blank=True, max_length=1000, verbose_name="reason")),
            ],
            options={
                "verbose_name": "reservation of risk",
                "verbose_name_plural": "reservations of risk",
                "ordering": ["-id"],
                "permissions": [
                    ("release_reservation", "Can release a reservation that was never settled"),
                    ("settle_above_reservation", "Can settle a loss above its reservation"),
                    ("correct_loss", "Can correct a booked loss"),
                ],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("settled_at__isnull", True)),
                        fields=["engine", "amount", "id"],
                        name="riskreservation_open",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("amount__gt", 0)), name="riskreservation_amount"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("realized_loss__isnull", True), ("settled_at__isnull", True)),
                            models.Q(("realized_loss__gte", 0), ("settled_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="riskreservation_settled_with_loss",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RiskEvent",
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
                    "kind",
                    models.CharField(
                        choices=[
                            ("RESERVED", "Reserved"),
                            ("CHANGED", "Amount changed"),
                            ("DENIED", "Denied"),
                            ("SETTLED", "Settled"),
                            ("RELEASED", "Released by an operator"),
                            ("CORRECTED", "Loss corrected by an operator"),
                        ],
                        max_length=9,
                    ),
                ),
                ("engine", models.CharField(max_length=64)),
                ("day", models.DateField(help_text="the business day of the event; for a correction, the day of the loss")),
                (
                    "amount",
                    models.DecimalField(
                        decimal_places=2, default=Decimal("0"), help_text="CAD asked for, or reserved", max_digits=14
                    ),
                ),
                (
                    "realized_loss",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0"),
                        help_text="CAD; for a correction, the difference",
                        max_digits=14,
                    ),
                ),
                (
                    "reservation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="governance.riskreservation",
                    ),
                ),
                ("message", models.CharField(blank=True, max_length=1000)),
                ("reason", models.CharField(blank=True, max_length=1000)),
            ],
            options={
                "verbose_name": "risk event",
                "verbose_name_plural": "risk events",
                "ordering": ["-id"],
                "abstract": False,
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["engine", "-id"], name="riskevent_engine"),
                    models.Index(fields=["correlation_id", "created_at", "id"], name="riskevent_trace"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["RESERVED", "CHANGED", "DENIED", "SETTLED", "RELEASED", "CORRECTED"])
                        ),
                        name="riskevent_kind",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RunbookRun",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("status", models.JSONField()),
                ("ok_to_enable_go_live", models.BooleanField()),
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
                ("reason", models.CharField(max_length=1000)),
                ("correlation_id", models.CharField(max_length=128)),
                ("created_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "runbook run",
                "verbose_name_plural": "runbook runs",
                "ordering": ["-id"],
                "permissions": [("view_runbook", "Can read the runbook"), ("store_run", "Can store a run")],
                "abstract": False,
                "default_permissions": ("view",),
                "indexes": [models.Index(fields=["correlation_id", "created_at", "id"], name="runbookrun_trace")],
            },
        ),
        migrations.CreateModel(
            name="AreaCodeSubscription",
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
                    "area_code",
                    models.CharField(
                        max_length=3,
                        validators=[
                            django.core.validators.RegexValidator("^[2-9][0-9]{2}\\Z", "Must be three digits, such as 416.")
                        ],
                    ),
                ),
                (
                    "expires_on",
                    models.DateField(
                        help_text="its last day, which counts until it ends in UTC",
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
                "verbose_name": "area code",
                "verbose_name_plural": "area codes",
                "ordering": ["area_code"],
                "default_permissions": ("view", "add", "change", "delete"),
                "constraints": [models.UniqueConstraint(fields=("area_code",), name="governance_areacodesubscription_once")],
            },
        ),
        migrations.CreateModel(
            name="ClosedDay",
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
                        blank=True,
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
                        help_text="without one, the day is closed in every province",
                        max_length=2,
                    ),
                ),
                (
                    "day",
                    models.DateField(
                        validators=[
                            django.core.validators.MinValueValidator(
                                datetime.date(2000, 1, 1), "The day must lie between the years 2000 and 2099."
                            ),
                            django.core.validators.MaxValueValidator(
                                datetime.date(2099, 12, 31), "The day must lie between the years 2000 and 2099."
                            ),
                        ]
                    ),
                ),
                ("name", models.CharField(max_length=128)),
            ],
            options={
                "verbose_name": "closed day",
                "verbose_name_plural": "closed days",
                "ordering": ["day", "province"],
                "default_permissions": ("view", "add", "change", "delete"),
                "constraints": [models.UniqueConstraint(fields=("day", "province"), name="governance_closedday_day")],
            },
        ),
    ]
