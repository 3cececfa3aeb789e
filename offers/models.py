"""The tables of offer policies and offer evidence."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q

from governance.policies import PlacePolicy, each_province
from offers.math import ARV_MAX
from wholesale.plumbing.append_only import AppendOnlyModel
from wholesale.plumbing.setting_fields import Money, Rate, money_field
from wholesale.plumbing.signed import SignedModel
from wholesale.plumbing.vocabulary import WORD_MAX_LENGTH, Province


class OfferPolicy(PlacePolicy):
    """A policy that bounds offers in a market (customer's guide, pack J). The installed policies are off until enabled."""

    max_arv_multiplier = Rate(
        default=Decimal("0.70"),
        at_least=Decimal("0.0001"),
        label="Max ARV multiplier",
        help_text="fraction of the ARV, above 0 and at most 1",
        page_help="Fraction of the after-repair value, above 0 and at most 1: 0.70 is 70%.",
    )
    default_assignment_fee = Money(
        default=Decimal(10000),
        at_most=ARV_MAX,
        short="Assignment fee",
        help_text="CAD",
        page_help="CAD, kept with each offer.",
    )
    default_fees_buffer = Money(
        default=Decimal(2500),
        at_most=ARV_MAX,
        short="Fees buffer",
        help_text="CAD, taken off every offer",
        page_help="CAD, taken off every offer.",
    )

    seed_reason = "safe default, off"

    @classmethod
    def seeded(cls) -> list[dict[str, Any]]:
        return each_province()

    class Meta(PlacePolicy.Meta):
        constraints = [
            *PlacePolicy.Meta.constraints,
            models.CheckConstraint(
                condition=Q(max_arv_multiplier__gt=0, max_arv_multiplier__lte=1), name="offerpolicy_multiplier"
            ),
            models.CheckConstraint(
                condition=Q(default_assignment_fee__range=(0, ARV_MAX), default_fees_buffer__range=(0, ARV_MAX)),
                name="offerpolicy_fees",
                violation_error_message=f"Fees must be from 0 to {ARV_MAX:,} CAD.",
            ),
        ]
        verbose_name = "offer policy"
        verbose_name_plural = "offer policies"


class OfferEvidence(SignedModel, AppendOnlyModel):
    """An offer as it was computed, with the policy's values at that moment. Never changed or deleted."""

    policy = models.ForeignKey(OfferPolicy, on_delete=models.PROTECT, related_name="evidence", db_index=False)
    policy_version = models.PositiveIntegerField()
    province = models.CharField(max_length=2, choices=Province)
    market = models.CharField(max_length=WORD_MAX_LENGTH)
    max_arv_multiplier = models.DecimalField(max_digits=5, decimal_places=4)
    default_assignment_fee = money_field()
    arv = money_field(help_text="after-repair value, CAD")
    repairs = money_field(help_text="CAD")
    fees_buffer = money_field(help_text="CAD")
    mao = money_field(help_text="maximum allowable offer, CAD; may be negative")
    recommended_offer = money_field(help_text="CAD")
    comps_json = models.JSONField(null=True)
    assumptions_json = models.JSONField(null=True)

    class Meta(AppendOnlyModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(arv__gt=0, repairs__gte=0, fees_buffer__gte=0, recommended_offer__gte=0),
                name="offerevidence_amounts",
            ),
        ]
        indexes = [
            models.Index(fields=["correlation_id"], name="offerevidence_correlation"),  # evidence?correlation_id=
            models.Index(fields=["province", "market", "-id"], name="offerevidence_place"),  # evidence?province=&market=
        ]
        ordering = ["-id"]
        permissions = [("compute_offer", "Can compute an offer")]
        verbose_name = "offer evidence"
        verbose_name_plural = "offer evidence"

    def __str__(self) -> str:
        return f"Offer {self.pk} in {self.province} {self.market}"
