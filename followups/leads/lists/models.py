"""The imported files of leads."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from wholesale.plumbing.importing.models import ImportBatch


class LeadImport(ImportBatch):
    """An import of leads from a file: the stored file, its state, and the results."""

    statuses_left = models.TextField(blank=True, editable=False, help_text=_("leads that keep a status which is further on"))

    class Meta(ImportBatch.Meta):
        verbose_name = _("import of leads")
        verbose_name_plural = _("imports of leads")

    @property
    def left_out(self) -> str:
        """The text about statuses that the import ignored because they would have moved a lead back."""
        return self.statuses_left
