"""For which area codes we subscribe to the National Do Not Call List."""

from django.core.validators import RegexValidator
from django.db import models

from governance.policies import Governed
from wholesale.plumbing.days import WITHIN_RANGE


class AreaCodeSubscription(Governed):
    """A subscription to the National DNCL for one area code. Without one in force no number of it is called, unless the
    number is exempt (CRTC, key telemarketing rules, and t1032; checked 2026-11-29)."""

    area_code = models.CharField(
        max_length=3, validators=[RegexValidator(r"^[2-9][0-9]{2}\Z", "Must be three digits, such as 416.")]
    )
    expires_on = models.DateField(
        validators=WITHIN_RANGE,
        help_text="its last day, which counts until it ends in UTC",
    )

    class Meta:
        ordering = ["area_code"]
        default_permissions = ("view", "add", "change", "delete")
        constraints = [
            # Serves the gate's lookup too.
            models.UniqueConstraint(fields=["area_code"], name="governance_areacodesubscription_once"),
        ]
        verbose_name = "area code subscription"

    def __str__(self) -> str:
        return self.area_code
