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
        ("buyers", "0001_initial"),
        ("followups", "0001_initial"),
        ("governance", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="OfferPolicy",
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
                (
                    "max_arv_multiplier",
                    models.DecimalField(
                        decimal_places=4,
                        default=Decimal("0.70"),
                        help_text="fraction of the ARV, above 0 and at most 1",
                        max_digits=5,
                    ),
                ),
                (
                    "default_assignment_fee",
                    models.DecimalField(decimal_places=2, default=Decimal("10000"), help_text="CAD", max_digits=14),
                ),
                (
                    "default_fees_buffer",
                    models.DecimalField(
                        decimal_places=2, default=Decimal("2500"), help_text="CAD, taken off every offer", max_digits=14
                    ),
                ),
                (
                    "compute_on_low",
                    models.BooleanField(
                        default=False,
                        help_text="computes on the lower bound of the estimated ARV, and refuses an offer that has none",
                    ),
                ),
                (
                    "refuse_few_comps",
                    models.BooleanField(
                        default=False, help_text="refuses an offer with fewer than 3 comps, or none that are known"
                    ),
                ),
                (
                    "refuse_wide_interval",
                    models.BooleanField(
                        default=False,
                        help_text="refuses an offer whose ARV has an interval wider than 25% of it, or none that is known",
                    ),
                ),
                (
                    "refuse_uninspected_repairs",
                    models.BooleanField(
                        default=False, help_text="refuses an offer whose repairs are above 15% of the ARV and not inspected"
                    ),
                ),
                (
                    "refuse_above_low",
                    models.BooleanField(
                        default=False,
                        help_text="refuses an offer above what the lower bound of the ARV allows, or without a lower bound",
                    ),
                ),
                (
                    "min_liquidity_score",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("50"),
                        help_text="no offer is sent where the market's liquidity score is below; 0: none",
                        max_digits=7,
                    ),
                ),
                (
                    "liquidity_gate",
                    models.CharField(
                        choices=[
                            ("score", "The guide's score"),
                            ("posterior_score", "What is known of the true rates (posterior score)"),
                        ],
                        default="score",
                        help_text="the liquidity score that must reach the threshold",
                        max_length=15,
                    ),
                ),
                (
                    "stake",
                    models.CharField(
                        choices=[("offer", "What is offered"), ("assignment_fee", "The assignment fee")],
                        default="offer",
                        help_text="what an offer reserves of the risk caps: what is offered (at first the recommended offer), or the fee",
                        max_length=14,
                    ),
                ),
                (
                    "expires_after_days",
                    models.PositiveSmallIntegerField(
                        default=7,
                        help_text="days after which an offer that is sent expires, unless it says otherwise",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(365),
                        ],
                    ),
                ),
            ],
            options={
                "verbose_name": "offer policy",
                "verbose_name_plural": "offer policies",
                "ordering": ["province", "market"],
                "abstract": False,
                "default_permissions": ("change", "view"),
                "constraints": [
                    models.UniqueConstraint(fields=("province", "market"), name="offers_offerpolicy_place"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("province__in", ["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"])
                        ),
                        name="offers_offerpolicy_province",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("max_arv_multiplier__gt", 0), ("max_arv_multiplier__lte", 1)),
                        name="offerpolicy_multiplier",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("default_assignment_fee__range", (0, Decimal("100000000"))),
                            ("default_fees_buffer__range", (0, Decimal("100000000"))),
                        ),
                        name="offerpolicy_fees",
                        violation_error_message="Fees must be from 0 to 100,000,000 CAD.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expires_after_days__range", (1, 365)),
                            ("liquidity_gate__in", ["score", "posterior_score"]),
                            ("min_liquidity_score__range", (0, Decimal("10000"))),
                            ("stake__in", ["offer", "assignment_fee"]),
                        ),
                        name="offerpolicy_life",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OfferEvidence",
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
                    "policy",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evidence",
                        to="offers.offerpolicy",
                    ),
                ),
                ("policy_version", models.PositiveIntegerField()),
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
                ("max_arv_multiplier", models.DecimalField(decimal_places=4, max_digits=5)),
                ("default_assignment_fee", models.DecimalField(decimal_places=2, max_digits=14)),
                ("arv", models.DecimalField(decimal_places=2, help_text="after-repair value, CAD", max_digits=14)),
                ("repairs", models.DecimalField(decimal_places=2, help_text="CAD", max_digits=14)),
                ("fees_buffer", models.DecimalField(decimal_places=2, help_text="CAD", max_digits=14)),
                (
                    "mao",
                    models.DecimalField(
                        decimal_places=2, help_text="maximum allowable offer, CAD; may be negative", max_digits=14
                    ),
                ),
                ("recommended_offer", models.DecimalField(decimal_places=2, help_text="CAD", max_digits=14)),
                ("comps_json", models.JSONField(null=True)),
                ("arv_json", models.JSONField(help_text="how the ARV was estimated; none where it was given", null=True)),
                ("assumptions_json", models.JSONField(null=True)),
                (
                    "deal_json",
                    models.JSONField(help_text="the deal around the offer; none where it was not asked for", null=True),
                ),
                (
                    "advice_json",
                    models.JSONField(help_text="what to offer first; none where it was not asked for", null=True),
                ),
            ],
            options={
                "verbose_name": "offer computed",
                "verbose_name_plural": "offers computed",
                "ordering": ["-id"],
                "permissions": [("compute_offer", "Can compute an offer")],
                "abstract": False,
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["correlation_id", "created_at", "id"], name="offerevidence_correlation"),
                    models.Index(fields=["province", "market", "-id"], name="offerevidence_place"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("arv__gt", 0), ("fees_buffer__gte", 0), ("recommended_offer__gte", 0), ("repairs__gte", 0)
                        ),
                        name="offerevidence_amounts",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Offer",
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
                    "evidence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="offers", to="offers.offerevidence"
                    ),
                ),
                (
                    "recommendation",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        help_text="the AI's advice on which it rests, judged when it is sent",
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="governance.heimdallrecommendation",
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
                ("market", models.CharField(max_length=64)),
                ("property_type", models.CharField(default="SFR", max_length=64)),
                (
                    "lead",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="offers",
                        to="followups.lead",
                        to_field="lead_id",
                    ),
                ),
                ("deal_ref", models.CharField(blank=True, help_text="the deal's name towards buyers", max_length=128)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("DRAFT", "Draft"),
                            ("SENT", "Sent"),
                            ("COUNTERED", "Countered"),
                            ("ACCEPTED", "Accepted"),
                            ("REJECTED", "Rejected"),
                            ("EXPIRED", "Expired"),
                            ("CONTRACTED", "Under contract"),
                            ("ASSIGNED", "Assigned"),
                            ("CLOSED", "Closed"),
                            ("FELL_THROUGH", "Fell through"),
                        ],
                        default="DRAFT",
                        max_length=12,
                    ),
                ),
                ("state_since", models.DateTimeField()),
                ("amount", models.DecimalField(decimal_places=2, help_text="what is on the table now, CAD", max_digits=14)),
                (
                    "arv",
                    models.DecimalField(
                        decimal_places=2, help_text="after-repair value of its evidence, CAD", max_digits=14
                    ),
                ),
                (
                    "fee",
                    models.DecimalField(
                        decimal_places=2, help_text="the assignment fee that we hope for, CAD", max_digits=14
                    ),
                ),
                (
                    "stake",
                    models.CharField(
                        blank=True,
                        choices=[("offer", "What is offered"), ("assignment_fee", "The assignment fee")],
                        help_text="what it puts at stake; none of a draft",
                        max_length=16,
                    ),
                ),
                ("drafted_at", models.DateTimeField()),
                ("sent_at", models.DateTimeField(null=True)),
                ("expires_at", models.DateTimeField(null=True)),
                ("answered_at", models.DateTimeField(null=True)),
                ("accepted_at", models.DateTimeField(null=True)),
                ("contracted_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(help_text="when it closed or fell through", null=True)),
                (
                    "buyer",
                    models.ForeignKey(
                        blank=True,
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="offers",
                        to="buyers.buyer",
                        to_field="buyer_id",
                    ),
                ),
                (
                    "reservation",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="governance.riskreservation",
                    ),
                ),
                (
                    "realized_profit",
                    models.DecimalField(decimal_places=2, help_text="CAD; below 0 for a loss", max_digits=14, null=True),
                ),
                ("realized_loss", models.DecimalField(decimal_places=2, help_text="CAD", max_digits=14, null=True)),
                ("last_seq", models.PositiveIntegerField(default=0, help_text="the seq of its last event")),
                ("acceptance_told_at", models.DateTimeField(null=True)),
                ("contract_told_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name_plural": "offers",
                "ordering": ["-id"],
                "permissions": [
                    ("draft_offer", "Can draft an offer and counter"),
                    ("send_offer", "Can send an offer, and assign its contract"),
                    ("record_offer", "Can record what became of an offer"),
                ],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(fields=["state", "-id"], name="offer_in_state"),
                    models.Index(fields=["state", "-state_since", "-id"], name="offer_on_board"),
                    models.Index(fields=["province", "market", "-id"], name="offer_place"),
                    models.Index(fields=["lead", "-id"], name="offer_lead"),
                    models.Index(
                        condition=models.Q(("deal_ref", ""), _negated=True),
                        fields=["deal_ref"],
                        name="offer_deal",
                        opclasses=["varchar_pattern_ops"],
                    ),
                    models.Index(
                        condition=models.Q(("answered_at__isnull", False)),
                        fields=["-answered_at", "-id"],
                        name="offer_answered",
                    ),
                    models.Index(
                        condition=models.Q(("state__in", ["COUNTERED", "SENT"])),
                        fields=["expires_at", "id"],
                        name="offer_expires",
                    ),
                    models.Index(
                        condition=models.Q(("acceptance_told_at__isnull", True), ("sent_at__isnull", False)),
                        fields=["sent_at", "id"],
                        name="offer_acceptance_untold",
                    ),
                    models.Index(
                        condition=models.Q(("accepted_at__isnull", False), ("contract_told_at__isnull", True)),
                        fields=["accepted_at", "id"],
                        name="offer_contract_untold",
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "state__in",
                                [
                                    "DRAFT",
                                    "SENT",
                                    "COUNTERED",
                                    "ACCEPTED",
                                    "REJECTED",
                                    "EXPIRED",
                                    "CONTRACTED",
                                    "ASSIGNED",
                                    "CLOSED",
                                    "FELL_THROUGH",
                                ],
                            )
                        ),
                        name="offer_state",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("amount__gt", 0), ("arv__gt", 0), ("fee__gte", 0)), name="offer_amounts"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("state__in", ["ACCEPTED", "ASSIGNED", "CONTRACTED", "COUNTERED", "SENT"]), _negated=True
                            ),
                            models.Q(
                                ("expires_at__isnull", False),
                                ("reservation__isnull", False),
                                ("sent_at__isnull", False),
                                ("stake__in", ["offer", "assignment_fee"]),
                            ),
                            _connector="OR",
                        ),
                        name="offer_open_is_whole",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state__in", ["ASSIGNED"]), _negated=True), ("buyer__isnull", False), _connector="OR"
                        ),
                        name="offer_assigned_to_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OfferEvent",
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
                    "offer",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="events", to="offers.offer"
                    ),
                ),
                ("seq", models.PositiveIntegerField(help_text="1 for the offer's first transition")),
                (
                    "from_state",
                    models.CharField(
                        choices=[
                            ("DRAFT", "Draft"),
                            ("SENT", "Sent"),
                            ("COUNTERED", "Countered"),
                            ("ACCEPTED", "Accepted"),
                            ("REJECTED", "Rejected"),
                            ("EXPIRED", "Expired"),
                            ("CONTRACTED", "Under contract"),
                            ("ASSIGNED", "Assigned"),
                            ("CLOSED", "Closed"),
                            ("FELL_THROUGH", "Fell through"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "to_state",
                    models.CharField(
                        choices=[
                            ("DRAFT", "Draft"),
                            ("SENT", "Sent"),
                            ("COUNTERED", "Countered"),
                            ("ACCEPTED", "Accepted"),
                            ("REJECTED", "Rejected"),
                            ("EXPIRED", "Expired"),
                            ("CONTRACTED", "Under contract"),
                            ("ASSIGNED", "Assigned"),
                            ("CLOSED", "Closed"),
                            ("FELL_THROUGH", "Fell through"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "amount",
                    models.DecimalField(decimal_places=2, help_text="what was on the table then, CAD", max_digits=14),
                ),
                (
                    "asked",
                    models.DecimalField(
                        decimal_places=2, help_text="of a counter: what the seller asked for, CAD", max_digits=14, null=True
                    ),
                ),
                ("at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=1000)),
                (
                    "documents",
                    models.JSONField(default=list, help_text="references of documents, such as a contract's number"),
                ),
            ],
            options={
                "verbose_name": "offer event",
                "verbose_name_plural": "offer events",
                "ordering": ["-id"],
                "abstract": False,
                "default_permissions": ("view",),
                "indexes": [models.Index(fields=["correlation_id", "at", "id"], name="offerevent_trace")],
                "constraints": [
                    models.UniqueConstraint(fields=("offer", "seq"), name="offerevent_seq"),
                    models.CheckConstraint(condition=models.Q(("seq__gt", 0)), name="offerevent_seq_counts"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("from_state", "ACCEPTED"), ("to_state", "CONTRACTED")),
                            models.Q(("from_state", "ACCEPTED"), ("to_state", "FELL_THROUGH")),
                            models.Q(("from_state", "ASSIGNED"), ("to_state", "ASSIGNED")),
                            models.Q(("from_state", "ASSIGNED"), ("to_state", "CLOSED")),
                            models.Q(("from_state", "ASSIGNED"), ("to_state", "FELL_THROUGH")),
                            models.Q(("from_state", "CONTRACTED"), ("to_state", "ASSIGNED")),
                            models.Q(("from_state", "CONTRACTED"), ("to_state", "CLOSED")),
                            models.Q(("from_state", "CONTRACTED"), ("to_state", "FELL_THROUGH")),
                            models.Q(("from_state", "COUNTERED"), ("to_state", "ACCEPTED")),
                            models.Q(("from_state", "COUNTERED"), ("to_state", "COUNTERED")),
                            models.Q(("from_state", "COUNTERED"), ("to_state", "EXPIRED")),
                            models.Q(("from_state", "COUNTERED"), ("to_state", "FELL_THROUGH")),
                            models.Q(("from_state", "COUNTERED"), ("to_state", "REJECTED")),
                            models.Q(("from_state", "DRAFT"), ("to_state", "FELL_THROUGH")),
                            models.Q(("from_state", "DRAFT"), ("to_state", "SENT")),
                            models.Q(("from_state", "EXPIRED"), ("to_state", "ACCEPTED")),
                            models.Q(("from_state", "SENT"), ("to_state", "ACCEPTED")),
                            models.Q(("from_state", "SENT"), ("to_state", "COUNTERED")),
                            models.Q(("from_state", "SENT"), ("to_state", "EXPIRED")),
                            models.Q(("from_state", "SENT"), ("to_state", "FELL_THROUGH")),
                            models.Q(("from_state", "SENT"), ("to_state", "REJECTED")),
                            _connector="OR",
                        ),
                        name="offerevent_transition",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoricalOfferPolicy",
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
                (
                    "max_arv_multiplier",
                    models.DecimalField(
                        decimal_places=4,
                        default=Decimal("0.70"),
                        help_text="fraction of the ARV, above 0 and at most 1",
                        max_digits=5,
                    ),
                ),
                (
                    "default_assignment_fee",
                    models.DecimalField(decimal_places=2, default=Decimal("10000"), help_text="CAD", max_digits=14),
                ),
                (
                    "default_fees_buffer",
                    models.DecimalField(
                        decimal_places=2, default=Decimal("2500"), help_text="CAD, taken off every offer", max_digits=14
                    ),
                ),
                (
                    "compute_on_low",
                    models.BooleanField(
                        default=False,
                        help_text="computes on the lower bound of the estimated ARV, and refuses an offer that has none",
                    ),
                ),
                (
                    "refuse_few_comps",
                    models.BooleanField(
                        default=False, help_text="refuses an offer with fewer than 3 comps, or none that are known"
                    ),
                ),
                (
                    "refuse_wide_interval",
                    models.BooleanField(
                        default=False,
                        help_text="refuses an offer whose ARV has an interval wider than 25% of it, or none that is known",
                    ),
                ),
                (
                    "refuse_uninspected_repairs",
                    models.BooleanField(
                        default=False, help_text="refuses an offer whose repairs are above 15% of the ARV and not inspected"
                    ),
                ),
                (
                    "refuse_above_low",
                    models.BooleanField(
                        default=False,
                        help_text="refuses an offer above what the lower bound of the ARV allows, or without a lower bound",
                    ),
                ),
                (
                    "min_liquidity_score",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("50"),
                        help_text="no offer is sent where the market's liquidity score is below; 0: none",
                        max_digits=7,
                    ),
                ),
                (
                    "liquidity_gate",
                    models.CharField(
                        choices=[
                            ("score", "The guide's score"),
                            ("posterior_score", "What is known of the true rates (posterior score)"),
                        ],
                        default="score",
                        help_text="the liquidity score that must reach the threshold",
                        max_length=15,
                    ),
                ),
                (
                    "stake",
                    models.CharField(
                        choices=[("offer", "What is offered"), ("assignment_fee", "The assignment fee")],
                        default="offer",
                        help_text="what an offer reserves of the risk caps: what is offered (at first the recommended offer), or the fee",
                        max_length=14,
                    ),
                ),
                (
                    "expires_after_days",
                    models.PositiveSmallIntegerField(
                        default=7,
                        help_text="days after which an offer that is sent expires, unless it says otherwise",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(365),
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
                "verbose_name": "historical offer policy",
                "verbose_name_plural": "historical offer policies",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalProvinceRule",
            fields=[
                ("id", models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name="ID")),
                ("changed_by", models.CharField(max_length=128)),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("updated_at", models.DateTimeField(editable=False)),
                ("version", models.PositiveIntegerField(default=1, help_text="raised by each change")),
                (
                    "place",
                    models.CharField(
                        choices=[
                            ("CA", "Canada"),
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
                (
                    "topic",
                    models.CharField(
                        choices=[
                            ("LICENCE", "Is a licence needed?"),
                            ("ASSIGNMENT", "May the contract be assigned?"),
                            ("FEE_TAX", "Sales tax on the assignment fee"),
                            ("GAIN_TAX", "Tax on the gain"),
                            ("BUYER", "Who may buy"),
                        ],
                        max_length=10,
                    ),
                ),
                ("code", models.CharField(default="ANSWER", max_length=64)),
                (
                    "from_date",
                    models.DateField(
                        blank=True,
                        default=datetime.date(2000, 1, 1),
                        help_text="first day; 2000-01-01: not known",
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
                ("enabled", models.BooleanField(default=True, help_text="off: as if it were not there")),
                (
                    "answer",
                    models.CharField(
                        choices=[("UNKNOWN", "Unknown"), ("YES", "Yes"), ("NO", "No")], default="UNKNOWN", max_length=7
                    ),
                ),
                (
                    "rate",
                    models.DecimalField(
                        decimal_places=5,
                        default=Decimal("0"),
                        help_text="of a tax: a fraction of the fee; 0: none",
                        max_digits=6,
                    ),
                ),
                (
                    "until",
                    models.DateField(
                        blank=True,
                        help_text="last day",
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
                ("statement", models.CharField(max_length=1000)),
                ("source", models.CharField(help_text="the text that says it", max_length=1000)),
                (
                    "certainty",
                    models.CharField(
                        choices=[
                            ("OFFICIAL", "Official text"),
                            ("COPY", "Copies and secondary pages"),
                            ("MEMORY", "From memory"),
                        ],
                        default="MEMORY",
                        max_length=8,
                    ),
                ),
                (
                    "checked_on",
                    models.DateField(
                        blank=True,
                        help_text="when the source was last read",
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
                "verbose_name": "historical rule of a province",
                "verbose_name_plural": "historical rules of provinces",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="HistoricalTransferTax",
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
                ("municipality", models.CharField(default="ALL", max_length=64)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("TAX", "Land transfer tax, or the fee for the title"),
                            ("SURCHARGE", "Surcharge for who buys"),
                            ("REGISTRATION", "Fee for registering the deed"),
                            ("INCREASE", "Fee on the increase in value since the last transfer"),
                            ("MORTGAGE", "Fee for registering the mortgage"),
                        ],
                        default="TAX",
                        max_length=12,
                    ),
                ),
                (
                    "payer",
                    models.CharField(
                        choices=[
                            ("ANYONE", "Every buyer"),
                            ("FOREIGN", "A foreign buyer"),
                            ("NON_RESIDENT", "A buyer who lives outside the province"),
                        ],
                        default="ANYONE",
                        max_length=12,
                    ),
                ),
                (
                    "land",
                    models.CharField(
                        choices=[
                            ("ANY", "Any land"),
                            ("RESIDENTIAL", "Residential land"),
                            ("OTHER", "Land of no residential schedule"),
                        ],
                        default="ANY",
                        max_length=11,
                    ),
                ),
                (
                    "from_date",
                    models.DateField(
                        blank=True,
                        default=datetime.date(2000, 1, 1),
                        help_text="first day of closing; 2000-01-01: not known",
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
                ("enabled", models.BooleanField(default=True, help_text="off: as if it were not there")),
                (
                    "until",
                    models.DateField(
                        blank=True,
                        help_text="last day of closing; empty: until the next schedule begins",
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
                    "max_units",
                    models.PositiveSmallIntegerField(default=0, help_text="residences on the land; 0: any number"),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("MARGINAL", "Each rate to its part of the value"),
                            ("WHOLE", "The rate of the value's bracket to the whole value"),
                        ],
                        default="MARGINAL",
                        max_length=8,
                    ),
                ),
                (
                    "brackets",
                    models.CharField(
                        blank=True,
                        help_text="such as 0: 0.5%; 55000: 1%, or 0: $50; 100000: $150; empty: charged, and not known how much",
                        max_length=1000,
                    ),
                ),
                (
                    "starts_within",
                    models.BooleanField(default=False, help_text="a value at the edge of two brackets is of the upper one"),
                ),
                (
                    "step",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0"),
                        help_text="CAD; value in a bracket is rounded up to it",
                        max_digits=14,
                        verbose_name="step",
                    ),
                ),
                (
                    "fee",
                    models.DecimalField(
                        decimal_places=2, default=Decimal("0"), help_text="CAD, once, on top", max_digits=14
                    ),
                ),
                ("minimum", models.DecimalField(decimal_places=2, default=Decimal("0"), help_text="CAD", max_digits=14)),
                (
                    "cap",
                    models.DecimalField(decimal_places=2, default=Decimal("0"), help_text="CAD; 0: none", max_digits=14),
                ),
                (
                    "base",
                    models.CharField(
                        choices=[
                            ("PRICE", "The price"),
                            ("ASSESSED", "The greater of the price and the assessed value"),
                            ("MARKET", "The greater of the price and the market value"),
                            ("GREATEST", "The greatest of the price, the assessed and the market value"),
                        ],
                        default="PRICE",
                        max_length=8,
                    ),
                ),
                (
                    "comparative_factor",
                    models.DecimalField(
                        decimal_places=4, default=Decimal("0"), help_text="of the assessed value; 0: not known", max_digits=5
                    ),
                ),
                ("by_share", models.BooleanField(default=False, help_text="only on the share of the buyers who pay it")),
                (
                    "areas",
                    models.CharField(
                        blank=True, help_text="regional districts, with commas; empty: everywhere", max_length=1000
                    ),
                ),
                (
                    "combines",
                    models.CharField(
                        choices=[("ADDS", "Beside the province's"), ("REPLACES", "In place of the province's")],
                        default="ADDS",
                        max_length=8,
                    ),
                ),
                (
                    "municipal",
                    models.CharField(
                        choices=[
                            ("NONE", "None has its own"),
                            ("LISTED", "Only those with a schedule here have their own"),
                            ("ABOVE", "Each may have its own above an amount"),
                            ("EVERY", "Each has its own"),
                        ],
                        default="NONE",
                        max_length=6,
                    ),
                ),
                (
                    "municipal_above",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0"),
                        help_text="CAD; from which municipalities may differ",
                        max_digits=14,
                    ),
                ),
                (
                    "certainty",
                    models.CharField(
                        choices=[
                            ("OFFICIAL", "Official text"),
                            ("COPY", "Copies and secondary pages"),
                            ("MEMORY", "From memory"),
                        ],
                        default="MEMORY",
                        max_length=8,
                    ),
                ),
                ("source", models.CharField(help_text="the text that says it", max_length=1000)),
                ("note", models.CharField(blank=True, max_length=1000)),
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
                "verbose_name": "historical land transfer tax",
                "verbose_name_plural": "historical land transfer taxes",
                "ordering": ("-history_date", "-history_id"),
                "get_latest_by": ("history_date", "history_id"),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name="MarketPrior",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
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
                ("market", models.CharField(help_text="ALL: the whole province", max_length=64)),
                ("as_of", models.DateField(help_text="all of its sales are from before this day")),
                ("version", models.CharField(help_text="of the method", max_length=16)),
                ("sales", models.PositiveIntegerField(help_text="how many sales say it")),
                ("mean", models.JSONField()),
                ("covariance", models.JSONField()),
                ("fitted_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "market prior",
                "verbose_name_plural": "market priors",
                "ordering": ["-as_of", "province", "market"],
                "default_permissions": ("view",),
                "constraints": [
                    models.UniqueConstraint(fields=("province", "market", "version", "as_of"), name="marketprior_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("province__in", ["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"])
                        ),
                        name="marketprior_province",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="OfferEventWords",
            fields=[
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="words",
                        serialize=False,
                        to="offers.offerevent",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("documents", models.JSONField(default=list)),
            ],
            options={
                "verbose_name_plural": "offer event words",
            },
        ),
        migrations.CreateModel(
            name="ProvinceRule",
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
                    "place",
                    models.CharField(
                        choices=[
                            ("CA", "Canada"),
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
                (
                    "topic",
                    models.CharField(
                        choices=[
                            ("LICENCE", "Is a licence needed?"),
                            ("ASSIGNMENT", "May the contract be assigned?"),
                            ("FEE_TAX", "Sales tax on the assignment fee"),
                            ("GAIN_TAX", "Tax on the gain"),
                            ("BUYER", "Who may buy"),
                        ],
                        max_length=10,
                    ),
                ),
                ("code", models.CharField(default="ANSWER", max_length=64)),
                (
                    "from_date",
                    models.DateField(
                        blank=True,
                        default=datetime.date(2000, 1, 1),
                        help_text="first day; 2000-01-01: not known",
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
                ("enabled", models.BooleanField(default=True, help_text="off: as if it were not there")),
                (
                    "answer",
                    models.CharField(
                        choices=[("UNKNOWN", "Unknown"), ("YES", "Yes"), ("NO", "No")], default="UNKNOWN", max_length=7
                    ),
                ),
                (
                    "rate",
                    models.DecimalField(
                        decimal_places=5,
                        default=Decimal("0"),
                        help_text="of a tax: a fraction of the fee; 0: none",
                        max_digits=6,
                    ),
                ),
                (
                    "until",
                    models.DateField(
                        blank=True,
                        help_text="last day",
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
                ("statement", models.CharField(max_length=1000)),
                ("source", models.CharField(help_text="the text that says it", max_length=1000)),
                (
                    "certainty",
                    models.CharField(
                        choices=[
                            ("OFFICIAL", "Official text"),
                            ("COPY", "Copies and secondary pages"),
                            ("MEMORY", "From memory"),
                        ],
                        default="MEMORY",
                        max_length=8,
                    ),
                ),
                (
                    "checked_on",
                    models.DateField(
                        blank=True,
                        help_text="when the source was last read",
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
                "verbose_name": "rule of a province",
                "verbose_name_plural": "rules of provinces",
                "ordering": ["place", "topic", "code", "from_date"],
                "default_permissions": ("view", "change"),
                "constraints": [
                    models.UniqueConstraint(fields=("place", "topic", "code", "from_date"), name="provincerule_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "place__in",
                                ["CA", "AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"],
                            )
                        ),
                        name="provincerule_place",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RatioStudy",
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
                        help_text="none: all of Canada",
                        max_length=2,
                    ),
                ),
                ("market", models.CharField(blank=True, help_text="none: all markets", max_length=64)),
                ("since", models.DateField(blank=True, help_text="sold on or after", null=True)),
                ("until", models.DateField(blank=True, help_text="sold on or before", null=True)),
                ("most", models.PositiveIntegerField(help_text="sales at most, the newest ones")),
                (
                    "state",
                    models.CharField(
                        choices=[("WAITING", "Waiting for the worker"), ("DONE", "Done"), ("FAILED", "Failed")],
                        default="WAITING",
                        max_length=7,
                    ),
                ),
                ("failure", models.CharField(blank=True, max_length=1000)),
                ("results", models.JSONField(help_text="figures by group, and what the charts show", null=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name_plural": "ratio studies",
                "ordering": ["-id"],
                "permissions": [("run_ratiostudy", "Can run a ratio study")],
                "default_permissions": ("view",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "DONE"), _negated=True),
                            models.Q(("finished_at__isnull", False), ("results__isnull", False)),
                            _connector="OR",
                        ),
                        name="ratiostudy_done",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Sale",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sale_id", models.CharField(help_text="as its source names it", max_length=128)),
                ("source", models.CharField(blank=True, help_text="who reports the sale, such as a board", max_length=128)),
                (
                    "property_id",
                    models.CharField(
                        blank=True, help_text="the house: a roll number, a parcel, or an address as written", max_length=128
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
                ("postal_code", models.CharField(blank=True, max_length=16)),
                (
                    "postal_area",
                    models.CharField(blank=True, editable=False, help_text="the beginning of the postal code", max_length=3),
                ),
                ("latitude", models.FloatField(null=True)),
                ("longitude", models.FloatField(null=True)),
                ("cell_y", models.IntegerField(editable=False, help_text="`offers.comps.cells`", null=True)),
                ("cell_x", models.IntegerField(editable=False, null=True)),
                ("sold_on", models.DateField()),
                ("price", models.DecimalField(decimal_places=2, help_text="CAD", max_digits=14)),
                (
                    "arms_length",
                    models.BooleanField(
                        default=True, help_text="a market sale: no family, no foreclosure, no part of a lot"
                    ),
                ),
                ("property_type", models.CharField(help_text="such as SFR", max_length=64)),
                ("living_area_sqft", models.PositiveIntegerField(null=True)),
                ("lot_sqft", models.PositiveIntegerField(null=True)),
                ("beds", models.PositiveSmallIntegerField(null=True)),
                ("baths", models.DecimalField(decimal_places=1, max_digits=4, null=True)),
                ("year_built", models.PositiveSmallIntegerField(null=True)),
                (
                    "condition",
                    models.CharField(
                        blank=True,
                        choices=[("RENOVATED", "Renovated"), ("GOOD", "Good"), ("AVERAGE", "Average"), ("POOR", "Poor")],
                        max_length=9,
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
                "verbose_name_plural": "sales",
                "ordering": ["-id"],
                "permissions": [
                    ("import_sale", "Can import sales"),
                    ("export_sale", "Can export sales"),
                    ("estimate_arv", "Can estimate an after-repair value"),
                ],
                "default_permissions": ("view",),
                "indexes": [
                    models.Index(
                        condition=models.Q(("arms_length", True), models.Q(("condition", "POOR"), _negated=True)),
                        fields=["cell_y", "cell_x", "sold_on"],
                        name="sale_near",
                    ),
                    models.Index(
                        condition=models.Q(("arms_length", True), models.Q(("postal_area", ""), _negated=True)),
                        fields=["postal_area", "sold_on"],
                        name="sale_postal",
                    ),
                    models.Index(fields=["province", "market", "sold_on"], name="sale_market"),
                    models.Index(fields=["province", "sold_on"], name="sale_of_province"),
                    models.Index(fields=["sale_id"], name="sale_by_id"),
                    models.Index(
                        condition=models.Q(("property_id", ""), _negated=True),
                        fields=["property_id", "sold_on"],
                        name="sale_property",
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("source", "sale_id"), name="sale_once"),
                    models.CheckConstraint(condition=models.Q(("sale_id", ""), _negated=True), name="sale_id_not_blank"),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("province__in", ["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"])
                        ),
                        name="sale_province",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("price__gt", 0), ("price__lte", Decimal("100000000"))), name="sale_price"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("condition__in", ["", "RENOVATED", "GOOD", "AVERAGE", "POOR"])),
                        name="sale_condition",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("cell_x__isnull", True),
                                ("cell_y__isnull", True),
                                ("latitude__isnull", True),
                                ("longitude__isnull", True),
                            ),
                            models.Q(
                                ("cell_x__isnull", False),
                                ("cell_y__isnull", False),
                                ("latitude__isnull", False),
                                ("longitude__isnull", False),
                                ("latitude__range", (-90, 90)),
                                ("longitude__range", (-180, 180)),
                            ),
                            _connector="OR",
                        ),
                        name="sale_place_whole",
                        violation_error_message="A place needs its latitude and its longitude.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("living_area_sqft__isnull", True), ("living_area_sqft__gt", 0), _connector="OR"),
                            models.Q(("lot_sqft__isnull", True), ("lot_sqft__gt", 0), _connector="OR"),
                        ),
                        name="sale_areas",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SaleImport",
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
                "verbose_name": "import of sales",
                "verbose_name_plural": "imports of sales",
                "ordering": ["-id"],
                "abstract": False,
                "default_permissions": ("view",),
            },
        ),
        migrations.CreateModel(
            name="TransferTax",
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
                ("municipality", models.CharField(default="ALL", max_length=64)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("TAX", "Land transfer tax, or the fee for the title"),
                            ("SURCHARGE", "Surcharge for who buys"),
                            ("REGISTRATION", "Fee for registering the deed"),
                            ("INCREASE", "Fee on the increase in value since the last transfer"),
                            ("MORTGAGE", "Fee for registering the mortgage"),
                        ],
                        default="TAX",
                        max_length=12,
                    ),
                ),
                (
                    "payer",
                    models.CharField(
                        choices=[
                            ("ANYONE", "Every buyer"),
                            ("FOREIGN", "A foreign buyer"),
                            ("NON_RESIDENT", "A buyer who lives outside the province"),
                        ],
                        default="ANYONE",
                        max_length=12,
                    ),
                ),
                (
                    "land",
                    models.CharField(
                        choices=[
                            ("ANY", "Any land"),
                            ("RESIDENTIAL", "Residential land"),
                            ("OTHER", "Land of no residential schedule"),
                        ],
                        default="ANY",
                        max_length=11,
                    ),
                ),
                (
                    "from_date",
                    models.DateField(
                        blank=True,
                        default=datetime.date(2000, 1, 1),
                        help_text="first day of closing; 2000-01-01: not known",
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
                ("enabled", models.BooleanField(default=True, help_text="off: as if it were not there")),
                (
                    "until",
                    models.DateField(
                        blank=True,
                        help_text="last day of closing; empty: until the next schedule begins",
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
                    "max_units",
                    models.PositiveSmallIntegerField(default=0, help_text="residences on the land; 0: any number"),
                ),
                (
                    "method",
                    models.CharField(
                        choices=[
                            ("MARGINAL", "Each rate to its part of the value"),
                            ("WHOLE", "The rate of the value's bracket to the whole value"),
                        ],
                        default="MARGINAL",
                        max_length=8,
                    ),
                ),
                (
                    "brackets",
                    models.CharField(
                        blank=True,
                        help_text="such as 0: 0.5%; 55000: 1%, or 0: $50; 100000: $150; empty: charged, and not known how much",
                        max_length=1000,
                    ),
                ),
                (
                    "starts_within",
                    models.BooleanField(default=False, help_text="a value at the edge of two brackets is of the upper one"),
                ),
                (
                    "step",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0"),
                        help_text="CAD; value in a bracket is rounded up to it",
                        max_digits=14,
                        verbose_name="step",
                    ),
                ),
                (
                    "fee",
                    models.DecimalField(
                        decimal_places=2, default=Decimal("0"), help_text="CAD, once, on top", max_digits=14
                    ),
                ),
                ("minimum", models.DecimalField(decimal_places=2, default=Decimal("0"), help_text="CAD", max_digits=14)),
                (
                    "cap",
                    models.DecimalField(decimal_places=2, default=Decimal("0"), help_text="CAD; 0: none", max_digits=14),
                ),
                (
                    "base",
                    models.CharField(
                        choices=[
                            ("PRICE", "The price"),
                            ("ASSESSED", "The greater of the price and the assessed value"),
                            ("MARKET", "The greater of the price and the market value"),
                            ("GREATEST", "The greatest of the price, the assessed and the market value"),
                        ],
                        default="PRICE",
                        max_length=8,
                    ),
                ),
                (
                    "comparative_factor",
                    models.DecimalField(
                        decimal_places=4, default=Decimal("0"), help_text="of the assessed value; 0: not known", max_digits=5
                    ),
                ),
                ("by_share", models.BooleanField(default=False, help_text="only on the share of the buyers who pay it")),
                (
                    "areas",
                    models.CharField(
                        blank=True, help_text="regional districts, with commas; empty: everywhere", max_length=1000
                    ),
                ),
                (
                    "combines",
                    models.CharField(
                        choices=[("ADDS", "Beside the province's"), ("REPLACES", "In place of the province's")],
                        default="ADDS",
                        max_length=8,
                    ),
                ),
                (
                    "municipal",
                    models.CharField(
                        choices=[
                            ("NONE", "None has its own"),
                            ("LISTED", "Only those with a schedule here have their own"),
                            ("ABOVE", "Each may have its own above an amount"),
                            ("EVERY", "Each has its own"),
                        ],
                        default="NONE",
                        max_length=6,
                    ),
                ),
                (
                    "municipal_above",
                    models.DecimalField(
                        decimal_places=2,
                        default=Decimal("0"),
                        help_text="CAD; from which municipalities may differ",
                        max_digits=14,
                    ),
                ),
                (
                    "certainty",
                    models.CharField(
                        choices=[
                            ("OFFICIAL", "Official text"),
                            ("COPY", "Copies and secondary pages"),
                            ("MEMORY", "From memory"),
                        ],
                        default="MEMORY",
                        max_length=8,
                    ),
                ),
                ("source", models.CharField(help_text="the text that says it", max_length=1000)),
                ("note", models.CharField(blank=True, max_length=1000)),
            ],
            options={
                "verbose_name": "land transfer tax",
                "verbose_name_plural": "land transfer taxes",
                "ordering": ["province", "municipality", "kind", "payer", "land", "from_date"],
                "default_permissions": ("view", "change"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("province", "municipality", "kind", "payer", "land", "from_date"), name="transfertax_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("province__in", ["AB", "BC", "MB", "NB", "NL", "NS", "NT", "NU", "ON", "PE", "QC", "SK", "YT"])
                        ),
                        name="transfertax_province",
                    ),
                ],
            },
        ),
    ]
