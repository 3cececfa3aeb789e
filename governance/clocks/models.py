"""The table of market zones."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from governance.clocks.zones import ZONE_CHOICES
from governance.policies import Governed
from wholesale.plumbing.codes import place_name
from wholesale.plumbing.mark import Governing
from wholesale.plumbing.vocabulary import WORD_MAX_LENGTH, Province


class MarketZone(Governing, Governed):
    """A row with the time zone of a market and the market's other names. The main markets are seeded (DOMAIN 2.2)."""

    province = models.CharField(max_length=2, choices=Province)
    market = models.CharField(max_length=WORD_MAX_LENGTH)
    zone = models.CharField(max_length=40, choices=ZONE_CHOICES)
    other_names = models.JSONField(default=list, blank=True, help_text=_("the market's other names"))

    class Meta:
        ordering = ["province", "market"]
        default_permissions = ("view", "add", "change", "delete")
        constraints = [
            models.UniqueConstraint(fields=["province", "market"], name="governance_marketzone_place"),  # the gate's lookup
            models.CheckConstraint(condition=Q(province__in=Province.values), name="governance_marketzone_province"),
        ]
        verbose_name = _("market zone")
        verbose_name_plural = _("market zones")

    def __str__(self) -> str:
        return place_name(self.province, self.market)
