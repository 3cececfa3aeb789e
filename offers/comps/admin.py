"""The admin pages of stored sales, to search, import and export, and of the priors of markets, to read."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from offers.comps.fields import COLUMNS
from offers.comps.lists import imports
from offers.comps.lists.exports import SaleResource
from offers.comps.lists.importer import SALES
from offers.comps.models import MarketPrior, Sale
from wholesale.plumbing.admin_base import GrowingAdmin, ReadOnlyAdmin
from wholesale.plumbing.admin_parts import SinceFilter, column, either, json_text, place_text
from wholesale.plumbing.importing.pages import ImportPages
from wholesale.plumbing.showing import shown_money


@admin.register(Sale)
class SaleAdmin(ImportPages, GrowingAdmin):
    """The admin pages of stored sales. A sale changes by importing it again."""

    resource_classes = (SaleResource,)
    importer = SALES
    begin_import, confirm_import = staticmethod(imports.begin_import), staticmethod(imports.confirm_import)
    columns_shown = [(_("Sales"), list(COLUMNS))]
    list_display = (
        "sale_id",
        "source",
        "place",
        "sold_on",
        "price_cad",
        "property_type",
        "living_area_sqft",
        "is_market_sale",
    )
    list_filter = ("arms_length", "province", "property_type", SinceFilter)
    list_select_related = False
    search_fields = ("sale_id__exact", "property_id__exact", "market__exact")
    search_help_text = _("Sale id, property or market, in full")
    actions_list = ("import_file",)
    fieldsets = (
        (_("Sale"), {"fields": (("sale_id", "source"), ("sold_on", "price_cad"), "is_market_sale")}),
        (_("Place"), {"fields": ("place", "property_id", "postal_code", ("latitude", "longitude"))}),
        (
            _("House"),
            {
                "fields": (
                    ("property_type", "condition"),
                    ("living_area_sqft", "lot_sqft"),
                    ("beds", "baths"),
                    "year_built",
                )
            },
        ),
        (_("Last change"), {"fields": (("changed_by", "user"), ("created_at", "updated_at"))}),
    )

    place = column(_("Place"), place_text)
    price_cad = column(_("Price"), lambda sale: shown_money(sale.price))
    is_market_sale = either(_("Arm's length"), lambda sale: sale.arms_length, (_("yes"), "success"), (_("no"), "warning"))


@admin.register(MarketPrior)
class MarketPriorAdmin(ReadOnlyAdmin):
    """The admin page of the priors of markets."""

    list_display = ("place", "as_of", "sales", "version", "fitted_at")
    list_filter = ("province",)
    list_select_related = False
    search_fields = ("market__exact",)
    fieldsets = (
        (_("Market"), {"fields": ("place", "as_of", "sales", "version", "fitted_at")}),
        (_("What its sales say"), {"fields": ("mean_shown", "covariance_shown")}),
    )

    place = column(_("Market"), place_text)
    mean_shown = column(_("Mean"), lambda prior: json_text(prior.mean))
    covariance_shown = column(_("Covariance"), lambda prior: json_text(prior.covariance))
