"""The table of our subscriptions to the National Do Not Call List."""

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from governance.policies import Governed
from wholesale.plumbing.days import WITHIN_RANGE
from wholesale.plumbing.mark import Governing


class AreaCodeSubscription(Governing, Governed):
    """A subscription to the National DNCL for one area code. Numbers of an area code without a subscription in force are not
    called, unless they are exempt (CRTC: key telemarketing rules, page t1032; checked 2026-11-29)."""

    area_code = models.CharField(
        max_length=3, validators=[RegexValidator(r"^[2-9][0-9]{2}\Z", "Must be three digits, such as 416.")]
    )
    expires_on = models.DateField(
        validators=WITHIN_RANGE,
        help_text=_("its last day, which counts until it ends in UTC"),
    )

    class Meta:
        ordering = ["area_code"]
        default_permissions = ("view", "add", "change", "delete")
        constraints = [
            # Also the index for the gate's lookup.
            models.UniqueConstraint(fields=["area_code"], name="governance_areacodesubscription_once"),
        ]
        verbose_name = _("area code")
        verbose_name_plural = _("area codes")

    def __str__(self) -> str:
        return self.area_code
