"""For which area codes we subscribe to the National Do Not Call List."""

from datetime import date

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models

from governance.policies import Governed

YEARS = "The day must lie between the years 2000 and 2099."


class AreaCodeSubscription(Governed):
    """A subscription to the National DNCL for one area code. Without one in force no number of it is called, unless the
    number is exempt (CRTC, key telemarketing rules, and t1032; checked 2026-11-29)."""

    area_code = models.CharField(
        max_length=3, validators=[RegexValidator(r"^[2-9][0-9]{2}\Z", "Must be three digits, such as 416.")]
    )
    expires_on = models.DateField(
        validators=[MinValueValidator(date(2000, 1, 1), YEARS), MaxValueValidator(date(2099, 12, 31), YEARS)],
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
