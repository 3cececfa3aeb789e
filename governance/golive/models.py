"""The table of the go-live state, one row that every acting verb reads."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.policies import Governed


class GoLiveState(Governed):
    """The one row with the kill switch and go-live. If the row is missing, the kill switch counts as engaged."""

    go_live_enabled = models.BooleanField(default=False)
    kill_switch_engaged = models.BooleanField(default=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="golivestate_one_row")]
        default_permissions = ("view",)
        permissions = [
            ("engage_kill_switch", "Can engage the kill switch"),
            ("release_kill_switch", "Can release the kill switch"),
            ("enable_go_live", "Can enable go-live"),
            ("disable_go_live", "Can disable go-live"),
        ]
        verbose_name = _("go-live state")
        verbose_name_plural = _("go-live states")

    def __str__(self) -> str:
        return gettext("Kill switch engaged") if self.kill_switch_engaged else gettext("Kill switch released")
