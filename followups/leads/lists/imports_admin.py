"""The admin of imports of leads."""

from django.contrib import admin

from followups.leads.lists.importer import LEADS
from followups.leads.lists.imports import retry_import
from followups.leads.lists.models import LeadImport
from wholesale.plumbing.importing.admin import ImportBatchAdmin


@admin.register(LeadImport)
class LeadImportAdmin(ImportBatchAdmin):
    """The admin pages of imports of leads. The list shows the newest first."""

    importer = LEADS
    retry = staticmethod(retry_import)
    import_permission = "followups.import_lead"
    asked_by = "followups_lead"
    left_fields = ("statuses_left",)
