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
            name="KPIEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("occurred_at", models.DateTimeField()),
                ("domain", models.CharField(max_length=64)),
                ("metric", models.CharField(max_length=64)),
                ("success", models.BooleanField(null=True)),
                ("value", models.DecimalField(decimal_places=4, max_digits=18, null=True)),
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
                        max_length=2,
                        null=True,
                    ),
                ),
                ("market", models.CharField(blank=True, max_length=64, null=True)),
                ("subject_type", models.CharField(blank=True, help_text="what the row is about", max_length=64)),
                ("subject_id", models.CharField(blank=True, max_length=128)),
                ("correlation_id", models.CharField(max_length=128)),
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
                ("detail", models.JSONField(default=dict)),
                (
                    "lead_id",
                    models.CharField(blank=True, help_text="of the lead that it is about", max_length=128, null=True),
                ),
            ],
            options={
                "verbose_name": "KPI event",
                "verbose_name_plural": "KPI events",
                "ordering": ["-id"],
                "permissions": [("view_trace", "Can read what happened in a request, by its correlation id")],
                "abstract": False,
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["domain", "metric", "-id"], name="kpievent_metric"),
                    models.Index(fields=["domain", "metric", "province", "-id"], name="kpievent_province"),
                    models.Index(fields=["correlation_id", "occurred_at", "id"], name="kpievent_correlation"),
                    models.Index(fields=["occurred_at"], name="kpievent_occurred_at"),
                    models.Index(fields=["domain", "occurred_at", "id"], name="kpievent_domain_time"),
                    models.Index(fields=["province", "occurred_at", "id"], name="kpievent_province_time"),
                    models.Index(fields=["subject_id"], name="kpievent_subject"),
                ],
            },
        ),
        migrations.CreateModel(
            name="RegressionPolicy",
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
                ("domain", models.CharField(max_length=64)),
                ("metric", models.CharField(max_length=64)),
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
                        help_text="whose events are watched; none: all of Canada",
                        max_length=2,
                        null=True,
                    ),
                ),
                ("enabled", models.BooleanField(default=False)),
                (
                    "statistic",
                    models.CharField(
                        choices=[
                            ("SUCCESS_RATE", "Share of successes, over rows with a success value"),
                            ("MEAN_VALUE", "Mean value, over rows with a value"),
                            ("VOLUME", "Number of rows in the last days, for metrics whose rows are always successes"),
                        ],
                        default="SUCCESS_RATE",
                        max_length=12,
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("DROP", "The guide's rule: the last events against those before them"),
                            ("CUSUM", "A cumulative sum against a frozen, approved baseline"),
                        ],
                        default="DROP",
                        max_length=5,
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("THROTTLE", "Switch the engine's risk policy off"),
                            ("KILL_SWITCH", "Engage the kill switch"),
                        ],
                        default="THROTTLE",
                        max_length=11,
                    ),
                ),
                (
                    "engine",
                    models.CharField(
                        blank=True, help_text="whose risk policy THROTTLE switches off; empty: the domain", max_length=64
                    ),
                ),
                (
                    "window_events",
                    models.PositiveIntegerField(
                        default=50,
                        help_text="DROP: how many of the newest events are compared with those before them",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5000),
                        ],
                    ),
                ),
                (
                    "baseline_events",
                    models.PositiveIntegerField(
                        default=200,
                        help_text="DROP: how many events before the window it is compared with; CUSUM: events of a baseline, better 1,000",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5000),
                        ],
                    ),
                ),
                (
                    "min_events_to_enforce",
                    models.PositiveIntegerField(
                        default=50,
                        help_text="DROP: with fewer events in the window or in the baseline there is no verdict",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5000),
                        ],
                    ),
                ),
                (
                    "window_days",
                    models.PositiveIntegerField(
                        default=7,
                        help_text="VOLUME: how many of the last days are compared with as many days before them",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(365),
                        ],
                    ),
                ),
                (
                    "max_drop_fraction",
                    models.DecimalField(
                        decimal_places=4,
                        default=Decimal("0.20"),
                        help_text="DROP: a fall of this fraction triggers",
                        max_digits=5,
                    ),
                ),
                (
                    "design_drop",
                    models.DecimalField(
                        decimal_places=4,
                        default=Decimal("0.40"),
                        help_text="the fall that the policy is meant to find",
                        max_digits=5,
                    ),
                ),
                (
                    "amber_threshold",
                    models.DecimalField(decimal_places=2, default=Decimal("4"), help_text="CUSUM: look", max_digits=6),
                ),
                (
                    "red_threshold",
                    models.DecimalField(decimal_places=2, default=Decimal("7"), help_text="CUSUM: act", max_digits=6),
                ),
                (
                    "baseline_rate",
                    models.DecimalField(
                        decimal_places=6,
                        editable=False,
                        help_text="CUSUM: frozen, approved; fraction 0..1",
                        max_digits=7,
                        null=True,
                    ),
                ),
                (
                    "baseline_size",
                    models.PositiveIntegerField(editable=False, help_text="events that it was measured on", null=True),
                ),
                (
                    "baseline_event_id",
                    models.BigIntegerField(editable=False, help_text="the last of them: CUSUM starts after it", null=True),
                ),
                (
                    "expectation",
                    models.JSONField(
                        editable=False, help_text="of this version, simulated soon after it was saved", null=True
                    ),
                ),
            ],
            options={
                "verbose_name": "regression policy",
                "verbose_name_plural": "regression policies",
                "ordering": ["domain", "metric", "id"],
                "permissions": [
                    ("evaluate_tripwire", "Can evaluate a tripwire"),
                    ("record_kpi", "Can record a KPI event"),
                    ("clear_tripwire", "Can clear a tripwire and undo its trigger"),
                ],
                "default_permissions": ("change", "view"),
                "constraints": [
                    models.UniqueConstraint(fields=("domain", "metric", "province"), name="regressionpolicy_province"),
                    models.UniqueConstraint(
                        condition=models.Q(("province__isnull", True)),
                        fields=("domain", "metric"),
                        name="regressionpolicy_canada",
                        violation_error_message="Regression policy with this Domain and Metric for all of Canada already exists.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("province__isnull", True),
                            ("province__in", ["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"]),
                            _connector="OR",
                        ),
                        name="regressionpolicy_a_province",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("design_drop__gt", 0),
                            ("design_drop__lt", 1),
                            ("max_drop_fraction__gt", 0),
                            ("max_drop_fraction__lte", 1),
                        ),
                        name="regressionpolicy_drops",
                        violation_error_message="Drops are above 0; the designed one is below 1.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amber_threshold__gt", 0), ("red_threshold__gte", models.F("amber_threshold"))),
                        name="regressionpolicy_thresholds",
                        violation_error_message="The amber threshold lies above the red one.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("method", "CUSUM"), _negated=True),
                            models.Q(
                                ("statistic", "SUCCESS_RATE"),
                                models.Q(("enabled", False), ("baseline_rate__isnull", False), _connector="OR"),
                            ),
                            _connector="OR",
                        ),
                        name="regressionpolicy_cusum",
                        violation_error_message="A CUSUM watches a success rate and, once enabled, has an approved baseline.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="FridayReview",
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
                ("ends_on", models.DateField(help_text="the Friday on which its week ends; one review a week", unique=True)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("content", models.JSONField(help_text="the figures, as GET /api/kpi/friday-review answers")),
                (
                    "mailed_to",
                    models.PositiveIntegerField(help_text="addresses; 0: no e-mail is set, or no operator has an address"),
                ),
            ],
            options={
                "verbose_name": "kept review",
                "verbose_name_plural": "kept reviews",
                "ordering": ["-id"],
                "abstract": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="HistoricalRegressionPolicy",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("changed_by", models.CharField(max_length=128)),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("updated_at", models.DateTimeField(editable=False)),
                ("version", models.PositiveIntegerField(default=1, help_text="raised by each change")),
                ("domain", models.CharField(max_length=64)),
                ("metric", models.CharField(max_length=64)),
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
                        help_text="whose events are watched; none: all of Canada",
                        max_length=2,
                        null=True,
                    ),
                ),
                ("enabled", models.BooleanField(default=False)),
                (
                    "statistic",
                    models.CharField(
                        choices=[
                            ("SUCCESS_RATE", "Share of successes, over rows with a success value"),
                            ("MEAN_VALUE", "Mean value, over rows with a value"),
                            ("VOLUME", "Number of rows in the last days, for metrics whose rows are always successes"),
                        ],
                        default="SUCCESS_RATE",
                        max_length=12,
                    ),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("DROP", "The guide's rule: the last events against those before them"),
                            ("CUSUM", "A cumulative sum against a frozen, approved baseline"),
                        ],
                        default="DROP",
                        max_length=5,
                    ),
                ),
                (
                    "action",
                    models.CharField(
                        choices=[
                            ("THROTTLE", "Switch the engine's risk policy off"),
                            ("KILL_SWITCH", "Engage the kill switch"),
                        ],
                        default="THROTTLE",
                        max_length=11,
                    ),
                ),
                (
                    "engine",
                    models.CharField(
                        blank=True, help_text="whose risk policy THROTTLE switches off; empty: the domain", max_length=64
                    ),
                ),
                (
                    "window_events",
                    models.PositiveIntegerField(
                        default=50,
                        help_text="DROP: how many of the newest events are compared with those before them",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5000),
                        ],
                    ),
                ),
                (
                    "baseline_events",
                    models.PositiveIntegerField(
                        default=200,
                        help_text="DROP: how many events before the window it is compared with; CUSUM: events of a baseline, better 1,000",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5000),
                        ],
                    ),
                ),
                (
                    "min_events_to_enforce",
                    models.PositiveIntegerField(
                        default=50,
                        help_text="DROP: with fewer events in the window or in the baseline there is no verdict",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5000),
                        ],
                    ),
                ),
                (
                    "window_days",
                    models.PositiveIntegerField(
                        default=7,
                        help_text="VOLUME: how many of the last days are compared with as many days before them",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(365),
                        ],
                    ),
                ),
                (
                    "max_drop_fraction",
                    models.DecimalField(
                        decimal_places=4,
                        default=Decimal("0.20"),
                        help_text="DROP: a fall of this fraction triggers",
                        max_digits=5,
                    ),
                ),
                (
                    "design_drop",
                    models.DecimalField(
                        decimal_places=4,
                        default=Decimal("0.40"),
                        help_text="the fall that the policy is meant to find",
                        max_digits=5,
                    ),
                ),
                (
                    "amber_threshold",
                    models.DecimalField(decimal_places=2, default=Decimal("4"), help_text="CUSUM: look", max_digits=6),
                ),
                (
                    "red_threshold",
                    models.DecimalField(decimal_places=2, default=Decimal("7"), help_text="CUSUM: act", max_digits=6),
                ),
                (
                    "baseline_rate",
                    models.DecimalField(
                        decimal_places=6,
                        editable=False,
                        help_text="CUSUM: frozen, approved; fraction 0..1",
                        max_digits=7,
                        null=True,
                    ),
                ),
                (
                    "baseline_size",
                    models.PositiveIntegerField(editable=False, help_text="events that it was measured on", null=True),
                ),
                (
                    "baseline_event_id",
                    models.BigIntegerField(editable=False, help_text="the last of them: CUSUM starts after it", null=True),
                ),
                (
                    "expectation",
                    models.JSONField(
                        editable=False, help_text="of this version, simulated soon after it was saved", null=True
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
                "verbose_name": "historical regression policy",
                "verbose_name_plural": "historical regression policies",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="KPIEventWords",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="kpi.kpievent",
                    ),
                ),
                ("detail", models.JSONField()),
            ],
            options={
                "verbose_name_plural": "kpi event words",
            },
        ),
        migrations.CreateModel(
            name="RegressionState",
            fields=[
                (
                    "policy",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="state",
                        serialize=False,
                        to="kpi.regressionpolicy",
                    ),
                ),
                ("triggered", models.BooleanField(default=False)),
                ("amber", models.BooleanField(default=False, help_text="CUSUM: worth a look")),
                ("baseline", models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                ("current", models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                ("drop_fraction", models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                ("last_event_id", models.BigIntegerField(default=0, help_text="CUSUM: the last event that it is done with")),
                ("cusum", models.FloatField(default=0.0, help_text="CUSUM: the sum after that event")),
                ("note", models.CharField(blank=True, max_length=1000)),
                ("action_taken", models.CharField(blank=True, max_length=64)),
                ("evaluated_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "state of a tripwire",
                "verbose_name_plural": "states of tripwires",
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="RegressionTrigger",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "policy",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="triggers", to="kpi.regressionpolicy"
                    ),
                ),
                ("policy_version", models.PositiveIntegerField()),
                ("created_at", models.DateTimeField()),
                ("baseline", models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                ("current", models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                ("drop_fraction", models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                ("note", models.CharField(max_length=1000)),
                ("action_taken", models.CharField(max_length=64)),
                ("engine", models.CharField(blank=True, max_length=64)),
                (
                    "mark",
                    models.CharField(
                        blank=True, help_text="of what it stopped: undone only while that still has it", max_length=64
                    ),
                ),
                ("correlation_id", models.CharField(max_length=128)),
                ("undone_at", models.DateTimeField(null=True)),
                ("undone_by", models.CharField(blank=True, max_length=128)),
                (
                    "undone_user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="signed in as",
                    ),
                ),
                ("undo_reason", models.CharField(blank=True, max_length=1000, verbose_name="reason")),
            ],
            options={
                "verbose_name": "tripwire",
                "verbose_name_plural": "tripwires",
                "ordering": ["-id"],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("undone_at__isnull", True)),
                        fields=["policy", "-id"],
                        name="regressiontrigger_open",
                    ),
                    models.Index(fields=["correlation_id", "created_at", "id"], name="regressiontrigger_trace"),
                ],
            },
        ),
    ]
