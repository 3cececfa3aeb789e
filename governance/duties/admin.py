"""The admin pages of legal duties."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from governance.duties.models import LegalDuty
from governance.policies_admin import PolicyAdmin


@admin.register(LegalDuty)
class LegalDutyAdmin(PolicyAdmin):
    """The admin pages of legal duties and their dates. The runbook warns before each date."""

    key_title = _("Duty")
    settings_fieldsets = ((_("Dates"), {"fields": (("due_on", "done_on"), "note")}),)
    list_display = ("__str__", "enabled", "due_on", "done_on", "changed_by", "updated_at")
    list_filter = ("kind", "enabled")
    search_fields = ("subject", "note", "changed_by", "reason")
    search_help_text = _("Subject, note, who changed it, or why")
