"""The imported files of leads."""

from django.db import models

from wholesale.plumbing.importing.models import ImportBatch


class LeadImport(ImportBatch):
    """An import of leads from a file: the stored file, its state, and the results."""

    statuses_left = models.TextField(blank=True, editable=False, help_text="leads that keep a status which is further on")

    class Meta(ImportBatch.Meta):
        verbose_name = "import of leads"
        verbose_name_plural = "imports of leads"

    @property
    def left_out(self) -> str:
        """The text about statuses that the import ignored because they would have moved a lead back."""
        return self.statuses_left
