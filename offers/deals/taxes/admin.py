"""The admin pages of land transfer tax."""

from django.contrib import admin
from django.db import models
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from governance.policies_admin import PolicyAdmin
from offers.deals.taxes.models import TransferTax
from wholesale.plumbing.admin_parts import column


@admin.register(TransferTax)
class TransferTaxAdmin(PolicyAdmin):
    """The admin pages of land transfer tax: its schedules by place, class of land and date."""

    key_title = _("What is charged, where and from when")
    settings_fieldsets = (
        (_("When and on what land"), {"fields": (("until", "max_units"), "areas")}),
        (
            _("How much"),
            {"fields": ("method", "brackets", ("starts_within", "step"), ("fee", "minimum", "cap"))},
        ),
        (_("On what"), {"fields": (("base", "comparative_factor"), "by_share")}),
        (_("Province and municipality"), {"fields": (("combines", "municipal"), "municipal_above")}),
        (_("How it is known"), {"fields": ("certainty", "source", "note")}),
    )
    list_display = (
        "province",
        "municipality",
        "kind",
        "payer",
        "land",
        "from_date",
        "until",
        "enabled",
        "charge",
        "certainty",
        "updated_at",
    )
    charge = column(_("Charge"), lambda row: TransferTax._meta.get_field("brackets").span(row.brackets))
    list_filter = ("province", "kind", "certainty", "enabled")
    search_fields = ("municipality", "source", "note", "changed_by", "reason")
    search_help_text = _("Municipality, source, note, who changed it, or why")
    formfield_overrides = {models.DecimalField: {"widget": UnfoldAdminDecimalFieldWidget(attrs={"step": "any"})}}
