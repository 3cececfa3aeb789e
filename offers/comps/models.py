"""The tables of comparable sales: stored sales, the imports that bring them, and what the sales of each market say of it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from offers.bounds import ARV_MAX
from wholesale.plumbing.codes import place_name
from wholesale.plumbing.importing.models import ImportBatch
from wholesale.plumbing.setting_fields import money_field
from wholesale.plumbing.showing import shown_day
from wholesale.plumbing.signed import user_key
from wholesale.plumbing.vocabulary import ALL, LABEL_MAX_LENGTH, WORD_MAX_LENGTH, Province


class Sale(models.Model):
    """A sale of a house that a source reports, with what it knows of the house. None is a value that is not known."""

    class Condition(models.TextChoices):
        """The state of the house when it was sold."""

        RENOVATED = "RENOVATED", _("Renovated")
        GOOD = "GOOD", _("Good")
        AVERAGE = "AVERAGE", _("Average")
        POOR = "POOR", _("Poor")

    sale_id = models.CharField(max_length=LABEL_MAX_LENGTH, help_text=_("as its source names it"))
    source = models.CharField(max_length=LABEL_MAX_LENGTH, blank=True, help_text=_("who reports the sale, such as a board"))
    property_id = models.CharField(
        max_length=LABEL_MAX_LENGTH, blank=True, help_text=_("the house: a roll number, a parcel, or an address as written")
    )
    province = models.CharField(max_length=2, choices=Province)
    market = models.CharField(max_length=WORD_MAX_LENGTH, default=ALL)
    postal_code = models.CharField(max_length=16, blank=True)
    postal_area = models.CharField(max_length=3, blank=True, editable=False, help_text=_("the beginning of the postal code"))
    latitude = models.FloatField(null=True)
    longitude = models.FloatField(null=True)
    cell_y = models.IntegerField(null=True, editable=False, help_text=_("`offers.comps.cells`"))
    cell_x = models.IntegerField(null=True, editable=False)
    sold_on = models.DateField()
    price = money_field(help_text=_("CAD"))
    arms_length = models.BooleanField(
        default=True, help_text=_("a market sale: no family, no foreclosure, no part of a lot")
    )
    property_type = models.CharField(max_length=WORD_MAX_LENGTH, help_text=_("such as SFR"))
    living_area_sqft = models.PositiveIntegerField(null=True)
    lot_sqft = models.PositiveIntegerField(null=True)
    beds = models.PositiveSmallIntegerField(null=True)
    baths = models.DecimalField(max_digits=4, decimal_places=1, null=True)
    year_built = models.PositiveSmallIntegerField(null=True)
    condition = models.CharField(max_length=9, choices=Condition, blank=True)
    changed_by = models.CharField(max_length=LABEL_MAX_LENGTH)
    user = user_key()
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [
            ("import_sale", "Can import sales"),
            ("export_sale", "Can export sales"),
            ("estimate_arv", "Can estimate an after-repair value"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "sale_id"], name="sale_once"),
            models.CheckConstraint(condition=~Q(sale_id=""), name="sale_id_not_blank"),
            models.CheckConstraint(condition=Q(province__in=Province.values), name="sale_province"),
            models.CheckConstraint(condition=Q(price__gt=0, price__lte=ARV_MAX), name="sale_price"),
            models.CheckConstraint(
                condition=Q(condition__in=["", "RENOVATED", "GOOD", "AVERAGE", "POOR"]), name="sale_condition"
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True, cell_y__isnull=True, cell_x__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False, cell_y__isnull=False, cell_x__isnull=False)
                & Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="sale_place_whole",
                violation_error_message="A place needs its latitude and its longitude.",
            ),
            models.CheckConstraint(
                condition=(Q(living_area_sqft__isnull=True) | Q(living_area_sqft__gt=0))
                & (Q(lot_sqft__isnull=True) | Q(lot_sqft__gt=0)),
                name="sale_areas",
            ),
        ]
        indexes = [
            # The candidates of an estimate: those near a place, else of a postal area, else of a market, else of a province.
            models.Index(
                fields=["cell_y", "cell_x", "sold_on"],
                condition=Q(arms_length=True) & ~Q(condition="POOR"),
                name="sale_near",
            ),
            models.Index(
                fields=["postal_area", "sold_on"], condition=Q(arms_length=True) & ~Q(postal_area=""), name="sale_postal"
            ),
            models.Index(fields=["province", "market", "sold_on"], name="sale_market"),  # also of priors and studies
            models.Index(fields=["province", "sold_on"], name="sale_of_province"),
            models.Index(fields=["sale_id"], name="sale_by_id"),  # comps that an operator names, and the admin's search
            models.Index(fields=["property_id", "sold_on"], condition=~Q(property_id=""), name="sale_property"),  # what came
        ]
        verbose_name_plural = _("sales")

    def __str__(self) -> str:
        return self.sale_id


class SaleImport(ImportBatch):
    """An import of sales from a file: the stored file, its state, and the results."""

    class Meta(ImportBatch.Meta):
        verbose_name = _("import of sales")
        verbose_name_plural = _("imports of sales")


class MarketPrior(models.Model):
    """What the sales of a market from before a day say of the terms of the market model (`offers.comps.arv.market.TERMS`).

    An estimate begins with the newest one that is not later than its own day, so it never sees what was sold after it.
    """

    province = models.CharField(max_length=2, choices=Province)
    market = models.CharField(max_length=WORD_MAX_LENGTH, help_text=_("ALL: the whole province"))
    as_of = models.DateField(help_text=_("all of its sales are from before this day"))
    version = models.CharField(max_length=16, help_text=_("of the method"))
    sales = models.PositiveIntegerField(help_text=_("how many sales say it"))
    mean = models.JSONField()
    covariance = models.JSONField()
    fitted_at = models.DateTimeField()

    class Meta:
        ordering = ["-as_of", "province", "market"]
        default_permissions = ("view",)
        constraints = [
            # Also the index by which an estimate finds its prior.
            models.UniqueConstraint(fields=["province", "market", "version", "as_of"], name="marketprior_once"),
            models.CheckConstraint(condition=Q(province__in=Province.values), name="marketprior_province"),
        ]
        verbose_name = _("market prior")
        verbose_name_plural = _("market priors")

    def __str__(self) -> str:
        return gettext("%(place)s as of %(day)s") % {
            "place": place_name(self.province, self.market),
            "day": shown_day(self.as_of),
        }
