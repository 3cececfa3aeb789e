"""The admin pages of market zones."""

import re
from typing import Any

from django import forms
from django.contrib import admin
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminExpandableTextareaWidget

from governance.clocks.models import MarketZone
from governance.clocks.services import (
    check_is_no_other_name,
    check_zone,
    checked_market,
    checked_names,
    remove_market_zone,
    set_market_zone,
)
from governance.clocks.zones import province_zones
from governance.governed_admin import GovernedForm, RemovableAdmin, Removal
from wholesale.plumbing.admin_parts import column
from wholesale.plumbing.codes import place_text

_BETWEEN_NAMES = re.compile(r"[,;\n]")


class MarketZoneForm(GovernedForm):
    """The form for a market's zone and its other names."""

    key = ("province", "market")

    other_names = forms.CharField(
        label=_("Other names"),
        required=False,
        widget=UnfoldAdminExpandableTextareaWidget(attrs={"placeholder": _("such as GTA, Metro Toronto")}),
        help_text=_(
            "Other names of the market, separated by commas. Leads that come in under one of these names are in this "
            "market, and so are those that are stored under it already."
        ),
    )

    class Meta:
        model = MarketZone
        fields = ("province", "market", "zone", "other_names")
        help_texts = {
            "market": _("As leads and policies name it. All of it must lie in the one zone."),
            "zone": _(
                "Its leads are contacted by this clock. Without a zone of its own a market has those of the lead's postal "
                "code, else all of its province's, and contact must be allowed in each."
            ),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["other_names"] = ", ".join(self.instance.other_names)
        if self.instance.pk:
            zone_field: Any = self.fields["zone"]
            zone_field.choices = [(zone.key, zone.key) for zone in province_zones(self.instance.province)]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "market" in cleaned:
            cleaned["market"] = checked_market(cleaned["market"])
        province = cleaned.get("province") or self.instance.province
        if province and cleaned.get("zone"):
            check_zone(province, cleaned["zone"])
        market = cleaned.get("market") or self.instance.market
        if province and market:
            check_is_no_other_name(province, market)
            names = [name for name in _BETWEEN_NAMES.split(cleaned.get("other_names", "")) if name.strip()]
            cleaned["other_names"] = checked_names(province, market, names)
        return cleaned


@admin.register(MarketZone)
class MarketZoneAdmin(RemovableAdmin):
    """The admin pages of market zones: the time zone and the other names of each market."""

    form = MarketZoneForm
    save_verb = set_market_zone
    remove_verb = remove_market_zone
    key_title = _("Market")
    settings_fieldsets = ((_("Clock"), {"fields": ("zone",)}), (_("Names"), {"fields": ("other_names",)}))
    list_display = ("place", "zone", "names", "changed_by", "reason", "updated_at")
    list_display_links = ("place",)
    list_filter = ("province", "zone")
    list_select_related = False
    search_fields = ("market", "other_names", "province", "zone", "changed_by", "reason")
    search_help_text = _("Market by any name, province, zone, who changed it, or why")

    place = column(_("Market"), place_text, ordering="market")
    names = column(_("Other names"), lambda row: ", ".join(row.other_names))

    def settings_of(self, record: Any) -> dict[str, str]:
        return {gettext("Zone"): record.zone, gettext("Other names"): self.names(record)}

    def removal(self, row: MarketZone) -> Removal:
        return Removal(
            title=gettext("Remove the zone of %(place_text)s") % {"place_text": place_text(row)},
            explanation=gettext(
                "Its other names are forgotten. Its leads then have the zones of their postal code, else all of "
                "%(province)s, and contact must be allowed in each."
            )
            % {"province": row.get_province_display()},
            button=gettext("Remove the zone"),
            done=gettext("%(place_text)s has no zone of its own any more.") % {"place_text": place_text(row)},
        )
