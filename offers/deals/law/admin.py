"""The admin pages of what the law of a province says."""

from django.contrib import admin
from django.db import models
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminDecimalFieldWidget

from governance.policies_admin import PolicyAdmin
from offers.deals.law.models import ProvinceRule


@admin.register(ProvinceRule)
class ProvinceRuleAdmin(PolicyAdmin):
    """The admin pages of what the law says of assigning a contract. Counsel's answer goes into the row ANSWER."""

    key_title = _("Where and about what")
    settings_fieldsets = (
        (_("What it says"), {"fields": ("answer", "statement", "rate", "until")}),
        (_("How it is known"), {"fields": ("certainty", "source", "checked_on")}),
    )
    list_display = ("place", "topic", "code", "from_date", "enabled", "answer", "certainty", "checked_on", "updated_at")
    list_filter = ("place", "topic", "answer", "certainty")
    search_fields = ("code", "statement", "source", "changed_by", "reason")
    search_help_text = _("Code, statement, source, who changed it, or why")
    formfield_overrides = {models.DecimalField: {"widget": UnfoldAdminDecimalFieldWidget(attrs={"step": "any"})}}
