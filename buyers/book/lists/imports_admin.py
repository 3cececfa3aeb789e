"""The admin of imports of buyers."""

from django.contrib import admin

from buyers.book.lists.importer import BUYERS
from buyers.book.lists.imports import retry_import
from buyers.book.models import BuyerImport
from wholesale.plumbing.importing.admin import ImportBatchAdmin


@admin.register(BuyerImport)
class BuyerImportAdmin(ImportBatchAdmin):
    """The admin pages of imports of buyers. The list shows the newest first."""

    importer = BUYERS
    retry = staticmethod(retry_import)
    import_permission = "buyers.import_buyer"
    asked_by = "buyers_buyer"
