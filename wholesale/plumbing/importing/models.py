"""The base model of import batches. Each kind of rows has its own table of batches."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from wholesale.plumbing.signed import user_key
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH, NOTE_MAX_LENGTH


class ImportBatch(models.Model):
    """A batch: a file that somebody uploaded. It is checked first, and imported after a confirmation.

    The row keeps the file until it is imported, so that any process can do the work.
    """

    class State(models.TextChoices):
        """The state of a batch. A large file waits for the worker twice: for the check and for the import."""

        CHECKING = "CHECKING", _("Being checked")
        CHECKED = "CHECKED", _("Checked, nothing imported yet")
        IMPORTING = "IMPORTING", _("Being imported")
        DONE = "DONE", _("Imported")
        FAILED = "FAILED", _("Failed")

    file_name = models.CharField(max_length=NOTE_MAX_LENGTH)
    is_large = models.BooleanField(help_text=_("by the worker"))
    content = models.BinaryField(null=True, editable=False)
    state = models.CharField(max_length=9, choices=State, default=State.CHECKING)
    failure = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True)
    unknown_columns = models.JSONField(default=list, help_text=_("columns that were not used"))
    remarks = models.JSONField(default=list, help_text=_("how the file was read, and what it says of contact"))
    # The results of the check, and after the import its own.
    created = models.PositiveIntegerField(pgettext_lazy("rows", "created"), default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    refused_rows = models.TextField(blank=True, editable=False, help_text=_("as CSV, each with its reason"))
    changed_by = models.CharField(max_length=LABEL_MAX_LENGTH)
    user = user_key()
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True
        ordering = ["-id"]
        default_permissions = ("view",)

    def __str__(self) -> str:
        return self.file_name

    @property
    def is_ready(self) -> bool:
        """Whether the batch waits for a confirmation."""
        return self.state == self.State.CHECKED

    @property
    def left_out(self) -> str:
        """A line about values in accepted rows that are ignored. Empty if there are none."""
        return ""
