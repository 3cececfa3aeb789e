"""The admin of imports of sales."""

from django.contrib import admin

from offers.comps.lists.importer import SALES
from offers.comps.lists.imports import retry_import
from offers.comps.models import SaleImport
from wholesale.plumbing.importing.admin import ImportBatchAdmin


@admin.register(SaleImport)
class SaleImportAdmin(ImportBatchAdmin):
    """The admin pages of imports of sales. The list shows the newest first."""

    importer = SALES
    retry = staticmethod(retry_import)
    import_permission = "offers.import_sale"
    asked_by = "offers_sale"
