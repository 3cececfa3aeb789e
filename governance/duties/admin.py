"""The admin of duties with a date."""

from django.contrib import admin

from governance.duties.models import LegalDuty
from governance.duties.services import upsert_duty
from governance.policies_admin import PolicyAdmin, PolicyForm


class LegalDutyForm(PolicyForm):
    """A duty and its dates."""

    key = ("kind", "subject")

    class Meta:
        model = LegalDuty
        fields = ("kind", "subject", "enabled", "due_on", "done_on", "note")


@admin.register(LegalDuty)
class LegalDutyAdmin(PolicyAdmin):
    """Duties that the law sets dates for. The runbook warns before each date."""

    upsert = upsert_duty
    form = LegalDutyForm
    key_title = "Duty"
    settings_fieldsets = (("Dates", {"fields": (("due_on", "done_on"), "note")}),)
    list_display = ("__str__", "switched", "due_on", "done_on", "changed_by", "updated_at")
    list_filter = ("kind", "enabled")
    search_fields = ("subject", "note", "changed_by", "reason")
    search_help_text = "Subject, note, who changed it, or why"

    def settings_of(self, record: LegalDuty) -> dict[str, str]:
        return {
            **super().settings_of(record),
            "Due on": str(record.due_on or "none"),
            "Done on": str(record.done_on or "none"),
            "Note": record.note,
        }
