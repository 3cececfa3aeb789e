"""The state that every acting verb stands on."""

from django.conf import settings
from django.db import models
from simple_history.models import HistoricalRecords

from wholesale.vocabulary import LABEL_MAX_LENGTH, NOTE_MAX_LENGTH


class GoLiveState(models.Model):
    """One row: are we live, and is the kill switch engaged. No row means engaged."""

    go_live_enabled = models.BooleanField(default=False)
    kill_switch_engaged = models.BooleanField(default=True)
    changed_by = models.CharField(max_length=LABEL_MAX_LENGTH)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+", editable=False)
    reason = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True)
    updated_at = models.DateTimeField()

    history = HistoricalRecords()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="golivestate_one_row")]
        default_permissions = ("view",)
        permissions = [
            ("engage_kill_switch", "Can engage the kill switch"),
            ("release_kill_switch", "Can release the kill switch"),
        ]
        verbose_name = "go-live state"

    def __str__(self) -> str:
        return "kill switch engaged" if self.kill_switch_engaged else "kill switch free"
