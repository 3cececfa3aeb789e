"""The table of offer evidence."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from offers.policies.models import OfferPolicy
from wholesale.plumbing.append_only import AppendOnlyModel
from wholesale.plumbing.codes import place_name
from wholesale.plumbing.setting_fields import money_field
from wholesale.plumbing.signed import SignedModel
from wholesale.plumbing.vocabulary import WORD_MAX_LENGTH, Province


class OfferEvidence(SignedModel, AppendOnlyModel):
    """An offer as it was computed, with the policy's values at that moment. Never changed or deleted."""

    policy = models.ForeignKey(OfferPolicy, on_delete=models.PROTECT, related_name="evidence", db_index=False)
    policy_version = models.PositiveIntegerField()
    province = models.CharField(max_length=2, choices=Province)
    market = models.CharField(max_length=WORD_MAX_LENGTH)
    max_arv_multiplier = models.DecimalField(max_digits=5, decimal_places=4)
    default_assignment_fee = money_field()
    arv = money_field(help_text=_("after-repair value, CAD"))
    repairs = money_field(help_text=_("CAD"))
    fees_buffer = money_field(help_text=_("CAD"))
    mao = money_field(help_text=_("maximum allowable offer, CAD; may be negative"))
    recommended_offer = money_field(help_text=_("CAD"))
    comps_json = models.JSONField(null=True)
    arv_json = models.JSONField(null=True, help_text=_("how the ARV was estimated; none where it was given"))
    assumptions_json = models.JSONField(null=True)
    deal_json = models.JSONField(null=True, help_text=_("the deal around the offer; none where it was not asked for"))
    advice_json = models.JSONField(null=True, help_text=_("what to offer first; none where it was not asked for"))

    class Meta(AppendOnlyModel.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(arv__gt=0, repairs__gte=0, fees_buffer__gte=0, recommended_offer__gte=0),
                name="offerevidence_amounts",
            ),
        ]
        indexes = [
            # evidence?correlation_id=, and kpi.trace
            models.Index(fields=["correlation_id", "created_at", "id"], name="offerevidence_correlation"),
            models.Index(fields=["province", "market", "-id"], name="offerevidence_place"),  # evidence?province=&market=
        ]
        ordering = ["-id"]
        permissions = [("compute_offer", "Can compute an offer")]
        verbose_name = _("offer computed")
        verbose_name_plural = _("offers computed")

    def __str__(self) -> str:
        place = place_name(self.province, self.market)
        return gettext("Offer computed, no. %(id)s: %(place)s") % {"id": self.pk, "place": place}
