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
            name="Buyer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("buyer_id", models.CharField(max_length=128, unique=True)),
                ("name", models.CharField(blank=True, max_length=128)),
                ("company", models.CharField(blank=True, max_length=128)),
                ("phone", models.CharField(blank=True, help_text="E.164, such as +14165550123", max_length=16)),
                ("second_phone", models.CharField(blank=True, help_text="E.164", max_length=16)),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("second_email", models.EmailField(blank=True, max_length=254, verbose_name="second e-mail")),
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
                        help_text="where the buyer lives",
                        max_length=2,
                    ),
                ),
                ("market", models.CharField(default="ALL", max_length=64)),
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
                ("language", models.CharField(choices=[("en", "English"), ("fr", "French")], default="en", max_length=2)),
                (
                    "status",
                    models.CharField(
                        choices=[("ACTIVE", "Active"), ("PAUSED", "Paused"), ("BLOCKED", "Blocked")],
                        default="ACTIVE",
                        max_length=7,
                    ),
                ),
                (
                    "funds_amount",
                    models.DecimalField(
                        blank=True, decimal_places=2, help_text="CAD, as the proof of funds says", max_digits=14, null=True
                    ),
                ),
                ("funds_proved_on", models.DateField(blank=True, help_text="the date of the proof of funds", null=True)),
                ("funds_expire_on", models.DateField(blank=True, help_text="the last day of the proof of funds", null=True)),
                ("source", models.CharField(blank=True, max_length=128)),
                ("notes", models.CharField(blank=True, max_length=1000)),
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
                "verbose_name_plural": "buyers",
                "ordering": ["-id"],
                "permissions": [
                    ("import_buyer", "Can import buyers"),
                    ("export_buyer", "Can export buyers"),
                    ("erase_buyer", "Can erase a buyer"),
                    ("export_buyer_file", "Can export what is on file about a buyer"),
                ],
                "default_permissions": ("view", "add", "change"),
                "indexes": [
                    models.Index(condition=models.Q(("phone", ""), _negated=True), fields=["phone"], name="buyer_phone"),
                    models.Index(
                        condition=models.Q(("second_phone", ""), _negated=True),
                        fields=["second_phone"],
                        name="buyer_second_phone",
                    ),
                    models.Index(condition=models.Q(("email", ""), _negated=True), fields=["email"], name="buyer_email"),
                    models.Index(
                        condition=models.Q(("second_email", ""), _negated=True),
                        fields=["second_email"],
                        name="buyer_second_email",
                    ),
                    models.Index(fields=["province", "market", "-id"], name="buyer_place"),
                ],
                "constraints": [
                    models.CheckConstraint(condition=models.Q(("buyer_id", ""), _negated=True), name="buyer_id_not_blank"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("province__in", ["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"])
                        ),
                        name="buyer_province",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("status__in", ["ACTIVE", "PAUSED", "BLOCKED"])), name="buyer_status"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("funds_amount__isnull", True),
                                ("funds_expire_on__isnull", True),
                                ("funds_proved_on__isnull", True),
                            ),
                            models.Q(
                                ("funds_amount__gt", 0),
                                ("funds_expire_on__isnull", False),
                                ("funds_proved_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="buyer_funds_whole",
                        violation_error_message="A proof of funds needs its amount, its date and its expiry.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("funds_amount__isnull", True),
                            ("funds_expire_on__gte", models.F("funds_proved_on")),
                            _connector="OR",
                        ),
                        name="buyer_funds_in_order",
                        violation_error_message="A proof of funds cannot expire before its date.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BuyBox",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "buyer",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="boxes", to="buyers.buyer"
                    ),
                ),
                ("name", models.CharField(blank=True, help_text="the box of a file's row has no name", max_length=128)),
                (
                    "property_types",
                    models.JSONField(blank=True, default=list, help_text="words such as SFR; none: any type"),
                ),
                ("min_price", models.DecimalField(blank=True, decimal_places=2, help_text="CAD", max_digits=14, null=True)),
                ("max_price", models.DecimalField(blank=True, decimal_places=2, help_text="CAD", max_digits=14, null=True)),
                (
                    "max_arv_share",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        help_text="of price and repairs, as a fraction of the ARV",
                        max_digits=5,
                        null=True,
                    ),
                ),
                (
                    "max_repairs",
                    models.DecimalField(blank=True, decimal_places=2, help_text="CAD", max_digits=14, null=True),
                ),
                ("min_beds", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("max_beds", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("min_baths", models.DecimalField(blank=True, decimal_places=1, max_digits=4, null=True)),
                ("max_baths", models.DecimalField(blank=True, decimal_places=1, max_digits=4, null=True)),
                ("min_area", models.PositiveIntegerField(blank=True, help_text="living area, square feet", null=True)),
                ("max_area", models.PositiveIntegerField(blank=True, help_text="living area, square feet", null=True)),
                ("min_lot", models.PositiveIntegerField(blank=True, help_text="square feet", null=True)),
                ("max_lot", models.PositiveIntegerField(blank=True, help_text="square feet", null=True)),
                ("min_year_built", models.PositiveSmallIntegerField(blank=True, null=True)),
                ("max_year_built", models.PositiveSmallIntegerField(blank=True, null=True)),
                (
                    "exit",
                    models.CharField(
                        blank=True, choices=[("FLIP", "Flip"), ("RENTAL", "Rental"), ("LAND", "Land")], max_length=6
                    ),
                ),
                (
                    "financing",
                    models.CharField(blank=True, choices=[("CASH", "Cash"), ("FINANCED", "Financed")], max_length=8),
                ),
            ],
            options={
                "verbose_name": "buy box",
                "verbose_name_plural": "buy boxes",
                "ordering": ["id"],
                "permissions": [("match_buyers", "Can rank the buyers for a deal")],
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("buyer", "name"), name="buybox_name"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("max_price__isnull", True),
                            ("min_price__isnull", True),
                            ("max_price__gte", models.F("min_price")),
                            _connector="OR",
                        ),
                        name="buybox_price",
                        violation_error_message="max_price must not be below min_price.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("max_beds__isnull", True),
                            ("min_beds__isnull", True),
                            ("max_beds__gte", models.F("min_beds")),
                            _connector="OR",
                        ),
                        name="buybox_beds",
                        violation_error_message="max_beds must not be below min_beds.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("max_baths__isnull", True),
                            ("min_baths__isnull", True),
                            ("max_baths__gte", models.F("min_baths")),
                            _connector="OR",
                        ),
                        name="buybox_baths",
                        violation_error_message="max_baths must not be below min_baths.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("max_area__isnull", True),
                            ("min_area__isnull", True),
                            ("max_area__gte", models.F("min_area")),
                            _connector="OR",
                        ),
                        name="buybox_area",
                        violation_error_message="max_area must not be below min_area.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("max_lot__isnull", True),
                            ("min_lot__isnull", True),
                            ("max_lot__gte", models.F("min_lot")),
                            _connector="OR",
                        ),
                        name="buybox_lot",
                        violation_error_message="max_lot must not be below min_lot.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("max_year_built__isnull", True),
                            ("min_year_built__isnull", True),
                            ("max_year_built__gte", models.F("min_year_built")),
                            _connector="OR",
                        ),
                        name="buybox_year_built",
                        violation_error_message="max_year_built must not be below min_year_built.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("max_arv_share__isnull", True),
                            models.Q(("max_arv_share__gt", 0), ("max_arv_share__lte", 1)),
                            _connector="OR",
                        ),
                        name="buybox_arv_share",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("exit__in", ["", "FLIP", "RENTAL", "LAND"])), name="buybox_exit"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("financing__in", ["", "CASH", "FINANCED"])), name="buybox_financing"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BuyerImport",
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
            ],
            options={
                "verbose_name": "import of buyers",
                "verbose_name_plural": "imports of buyers",
                "ordering": ["-id"],
                "abstract": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="BuyerLiquidityNode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("response_trials", models.FloatField(db_default=0, default=0, help_text="weights")),
                (
                    "response_successes",
                    models.FloatField(db_default=0, default=0, help_text="weights of the trials that succeeded"),
                ),
                ("response_squares", models.FloatField(db_default=0, default=0, help_text="squared weights")),
                ("response_days", models.FloatField(db_default=0, default=0, help_text="weights times days")),
                ("close_trials", models.FloatField(db_default=0, default=0, help_text="weights")),
                (
                    "close_successes",
                    models.FloatField(db_default=0, default=0, help_text="weights of the trials that succeeded"),
                ),
                ("close_squares", models.FloatField(db_default=0, default=0, help_text="squared weights")),
                ("close_days", models.FloatField(db_default=0, default=0, help_text="weights times days")),
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
                ("property_type", models.CharField(default="SFR", max_length=64)),
                ("buyer_count", models.PositiveIntegerField(default=0, help_text="distinct buyers with an event")),
                ("active_buyer_count", models.PositiveIntegerField(default=0, help_text="buyers who responded or bought")),
                (
                    "avg_response_rate",
                    models.DecimalField(decimal_places=4, default=0, help_text="fraction 0..1", max_digits=5),
                ),
                (
                    "avg_close_rate",
                    models.DecimalField(decimal_places=4, default=0, help_text="fraction 0..1", max_digits=5),
                ),
                ("updated_at", models.DateTimeField()),
                ("prior_response_mean", models.FloatField(db_default=0.5, default=0.5, help_text="fraction 0..1")),
                ("prior_response_strength", models.FloatField(db_default=2, default=2, help_text="in events")),
                ("prior_close_mean", models.FloatField(db_default=0.5, default=0.5, help_text="fraction 0..1")),
                ("prior_close_strength", models.FloatField(db_default=2, default=2, help_text="in events")),
            ],
            options={
                "verbose_name": "liquidity node",
                "verbose_name_plural": "liquidity nodes",
                "ordering": ["province", "market", "property_type"],
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(fields=("province", "market", "property_type"), name="buyerliquiditynode_place"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("province__in", ["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"])
                        ),
                        name="buyerliquiditynode_province",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("avg_close_rate__range", (0, 1)), ("avg_response_rate__range", (0, 1))),
                        name="buyerliquiditynode_rates",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BuyerFeedbackEvent",
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
                    "node",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="events",
                        to="buyers.buyerliquiditynode",
                    ),
                ),
                ("buyer_id", models.CharField(blank=True, help_text="the guide's string", max_length=128, null=True)),
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
                ("property_type", models.CharField(max_length=64)),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("RESPONDED", "Responded"),
                            ("NO_RESPONSE", "No response"),
                            ("BOUGHT", "Bought"),
                            ("PASSED", "Passed"),
                        ],
                        max_length=11,
                    ),
                ),
                ("deal_ref", models.CharField(blank=True, help_text="the deal that was offered", max_length=128, null=True)),
                (
                    "is_derived",
                    models.BooleanField(
                        db_default=False,
                        default=False,
                        help_text="whether the product recorded it because the buyer was silent",
                    ),
                ),
            ],
            options={
                "verbose_name": "buyer feedback event",
                "verbose_name_plural": "buyer feedback events",
                "ordering": ["-id"],
                "permissions": [
                    ("record_feedback", "Can record what a buyer did"),
                    ("record_any_feedback", "Can record it under another's name"),
                ],
                "abstract": False,
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["node", "buyer_id", "event"], name="buyerfeedbackevent_buyer"),
                    models.Index(
                        condition=models.Q(("buyer_id__isnull", False)),
                        fields=["buyer_id", "deal_ref"],
                        name="buyerfeedbackevent_deal",
                    ),
                    models.Index(fields=["correlation_id", "created_at", "id"], name="buyerfeedbackevent_correl"),
                    models.Index(
                        condition=models.Q(("deal_ref__isnull", False)),
                        fields=["deal_ref", "id"],
                        name="buyerfeedbackevent_of_deal",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("event__in", ["RESPONDED", "NO_RESPONSE", "BOUGHT", "PASSED"])),
                        name="buyerfeedbackevent_event",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_derived", False),
                            models.Q(("buyer_id__isnull", False), ("deal_ref__isnull", False), ("event", "NO_RESPONSE")),
                            _connector="OR",
                        ),
                        name="buyerfeedbackevent_derived",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("is_derived", True)),
                        fields=("buyer_id", "deal_ref"),
                        name="buyerfeedbackevent_silent_once",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BuyerRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("response_trials", models.FloatField(db_default=0, default=0, help_text="weights")),
                (
                    "response_successes",
                    models.FloatField(db_default=0, default=0, help_text="weights of the trials that succeeded"),
                ),
                ("response_squares", models.FloatField(db_default=0, default=0, help_text="squared weights")),
                ("response_days", models.FloatField(db_default=0, default=0, help_text="weights times days")),
                ("close_trials", models.FloatField(db_default=0, default=0, help_text="weights")),
                (
                    "close_successes",
                    models.FloatField(db_default=0, default=0, help_text="weights of the trials that succeeded"),
                ),
                ("close_squares", models.FloatField(db_default=0, default=0, help_text="squared weights")),
                ("close_days", models.FloatField(db_default=0, default=0, help_text="weights times days")),
                (
                    "buyer",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="records",
                        to="buyers.buyer",
                        to_field="buyer_id",
                    ),
                ),
            ],
            options={
                "verbose_name": "buyer's record",
                "verbose_name_plural": "buyers' records",
                "default_permissions": (),
                "constraints": [models.UniqueConstraint(fields=("buyer",), name="buyerrecord_buyer")],
            },
        ),
        migrations.CreateModel(
            name="DealSent",
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
                    "buyer",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="deals_sent",
                        to="buyers.buyer",
                        to_field="buyer_id",
                    ),
                ),
                ("deal_ref", models.CharField(max_length=128)),
                (
                    "channel",
                    models.CharField(choices=[("SMS", "Text message"), ("CALL", "Call"), ("EMAIL", "E-mail")], max_length=5),
                ),
                ("sent_at", models.DateTimeField()),
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
                        help_text="where the deal is",
                        max_length=2,
                    ),
                ),
                ("market", models.CharField(max_length=64)),
                ("property_type", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name": "deal sent",
                "verbose_name_plural": "deals sent",
                "ordering": ["-id"],
                "permissions": [("send_deal", "Can record that a deal was offered")],
                "abstract": False,
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["buyer", "deal_ref", "sent_at"], name="dealsent_buyer_deal"),
                    models.Index(fields=["sent_at"], name="dealsent_sent"),
                    models.Index(fields=["deal_ref", "id"], name="dealsent_deal"),
                    models.Index(fields=["correlation_id", "created_at", "id"], name="dealsent_trace"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("channel__in", ["SMS", "CALL", "EMAIL"])), name="dealsent_channel"
                    ),
                    models.CheckConstraint(condition=models.Q(("buyer__isnull", False)), name="dealsent_buyer"),
                ],
            },
        ),
        migrations.CreateModel(
            name="LiquidityPrior",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "level",
                    models.CharField(
                        choices=[("CANADA", "Canada"), ("PROVINCE", "Province"), ("MARKET", "Market"), ("BUYER", "Buyers")],
                        max_length=8,
                    ),
                ),
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
                    ),
                ),
                ("market", models.CharField(blank=True, max_length=64)),
                ("response_mean", models.FloatField(help_text="fraction 0..1")),
                ("response_strength", models.FloatField(help_text="in events")),
                ("close_mean", models.FloatField(help_text="fraction 0..1")),
                ("close_strength", models.FloatField(help_text="in events")),
                ("fitted_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "liquidity prior",
                "verbose_name_plural": "liquidity priors",
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(fields=("level", "province", "market"), name="liquidityprior_place")
                ],
            },
        ),
        migrations.CreateModel(
            name="BuyBoxPlace",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "box",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="places",
                        to="buyers.buybox",
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
            ],
            options={
                "verbose_name": "place of a buy box",
                "verbose_name_plural": "places of buy boxes",
                "ordering": ["province", "market"],
                "default_permissions": (),
                "indexes": [models.Index(fields=["province", "market", "box"], name="buyboxplace_place")],
                "constraints": [
                    models.UniqueConstraint(fields=("box", "province", "market"), name="buyboxplace_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("province__in", ["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"])
                        ),
                        name="buyboxplace_province",
                    ),
                ],
            },
        ),
    ]
