"""The table of offer policies."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.policies import PlacePolicy, each_province
from offers.bounds import ARV_MAX
from wholesale.plumbing.setting_fields import Choice, Money, Number, Rate, SmallWhole, Switch

# The codes of the warnings by which a policy may refuse; `refuse_` and the code is the name of the setting.
JUDGED = ("few_comps", "wide_interval", "uninspected_repairs", "above_low")

LIQUIDITY_MAX = Decimal(10_000)
EXPIRES_AFTER_MAX = 365


class LiquidityGate(models.TextChoices):
    """Which liquidity score of a market gates its offers."""

    SCORE = "score", _("The guide's score")
    POSTERIOR_SCORE = "posterior_score", _("What is known of the true rates (posterior score)")


class Stake(models.TextChoices):
    """What an offer puts at stake."""

    OFFER = "offer", _("What is offered")
    ASSIGNMENT_FEE = "assignment_fee", _("The assignment fee")


class OfferPolicy(PlacePolicy):
    """A policy that bounds offers in a market (customer's guide, pack J). The installed policies are off until enabled."""

    max_arv_multiplier = Rate(
        default=Decimal("0.70"),
        at_least=Decimal("0.0001"),
        label="Max ARV multiplier",
        help_text=_("fraction of the ARV, above 0 and at most 1"),
        page_help=_("Fraction of the after-repair value, above 0 and at most 1: 0.70 is 70%."),
    )
    default_assignment_fee = Money(
        default=Decimal(10000),
        at_most=ARV_MAX,
        short=_("Assignment fee"),
        help_text=_("CAD"),
        page_help=_("CAD, kept with each offer."),
    )
    default_fees_buffer = Money(
        default=Decimal(2500),
        at_most=ARV_MAX,
        short=_("Fees buffer"),
        help_text=_("CAD, taken off every offer"),
        page_help=_("CAD, taken off every offer."),
    )
    compute_on_low = Switch(
        default=False,
        label="Compute on the lower bound",
        short=_("On the lower bound"),
        help_text=_("computes on the lower bound of the estimated ARV, and refuses an offer that has none"),
        page_help=_("Offers rest on the lower bound of the estimated ARV. An offer without an estimate is refused."),
    )
    refuse_few_comps = Switch(
        default=False,
        label="Refuse few comps",
        help_text=_("refuses an offer with fewer than 3 comps, or none that are known"),
    )
    refuse_wide_interval = Switch(
        default=False,
        label="Refuse a wide interval",
        help_text=_("refuses an offer whose ARV has an interval wider than 25% of it, or none that is known"),
    )
    refuse_uninspected_repairs = Switch(
        default=False,
        label="Refuse uninspected repairs",
        help_text=_("refuses an offer whose repairs are above 15% of the ARV and not inspected"),
    )
    refuse_above_low = Switch(
        default=False,
        label="Refuse what the lower bound forbids",
        short=_("Refuse above the lower bound"),
        help_text=_("refuses an offer above what the lower bound of the ARV allows, or without a lower bound"),
    )
    min_liquidity_score = Number(
        max_digits=7,
        decimal_places=2,
        default=Decimal(50),
        at_least=Decimal(0),
        at_most=LIQUIDITY_MAX,
        label="Minimum liquidity score",
        short=_("Minimum liquidity"),
        zero=_("none"),
        help_text=_("no offer is sent where the market's liquidity score is below; 0: none"),
        page_help=_("No offer is sent where the market's liquidity score is below. 0: no threshold."),
    )
    liquidity_gate = Choice(
        max_length=15,
        choices=LiquidityGate,
        default=LiquidityGate.SCORE,
        label="Liquidity score to reach",
        help_text=_("the liquidity score that must reach the threshold"),
        page_help=_("The liquidity score that must reach the threshold."),
    )
    stake = Choice(
        max_length=14,
        choices=Stake,
        default=Stake.OFFER,
        label="At stake",
        help_text=_("what an offer reserves of the risk caps: what is offered (at first the recommended offer), or the fee"),
        page_help=_("What an offer reserves of the risk caps: what is offered, at first the recommended offer, or the fee."),
    )
    expires_after_days = SmallWhole(
        default=7,
        within=(1, EXPIRES_AFTER_MAX),
        unit=_("days"),
        label="Expires after",
        help_text=_("days after which an offer that is sent expires, unless it says otherwise"),
        page_help=_("Days after which an offer that is sent expires, unless it says otherwise."),
    )

    seed_reason = "safe default, off"

    @property
    def refused(self) -> frozenset[str]:
        """The codes of the warnings by which this policy refuses."""
        values = vars(self)
        return frozenset(code for code in JUDGED if values[f"refuse_{code}"])

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
            models.CheckConstraint(
                condition=Q(
                    min_liquidity_score__range=(0, LIQUIDITY_MAX),
                    liquidity_gate__in=LiquidityGate.values,
                    stake__in=Stake.values,
                    expires_after_days__range=(1, EXPIRES_AFTER_MAX),
                ),
                name="offerpolicy_life",
            ),
        ]
        verbose_name = _("offer policy")
        verbose_name_plural = _("offer policies")
