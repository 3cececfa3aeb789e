"""The table of stored runs of the runbook."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wholesale.plumbing.append_only import AppendOnlyModel
from wholesale.plumbing.signed import user_key
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH, NOTE_MAX_LENGTH


class RunbookRun(AppendOnlyModel):
    """A stored run: what every check of the runbook found, who stored it, and why. Never changed or deleted."""

    status = models.JSONField()
    ok_to_enable_go_live = models.BooleanField()
    changed_by = models.CharField(max_length=LABEL_MAX_LENGTH)
    user = user_key()
    reason = models.CharField(max_length=NOTE_MAX_LENGTH)
    correlation_id = models.CharField(max_length=LABEL_MAX_LENGTH)
    created_at = models.DateTimeField()

    class Meta(AppendOnlyModel.Meta):
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["correlation_id", "created_at", "id"], name="runbookrun_trace"),  # kpi.trace: of a request
        ]
        permissions = [("view_runbook", "Can read the runbook"), ("store_run", "Can store a run")]
        verbose_name = _("runbook run")
        verbose_name_plural = _("runbook runs")

    def __str__(self) -> str:
        return gettext("Run %(id)s") % {"id": self.pk}
