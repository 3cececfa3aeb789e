"""The table of the operator's closed days."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.policies import Governed
from wholesale.plumbing.days import WITHIN_RANGE
from wholesale.plumbing.mark import Governing
from wholesale.plumbing.showing import shown_day
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH, Province


class ClosedDay(Governing, Governed):
    """A day on which the operator contacts nobody, in one province or, if `province` is empty, in all."""

    province = models.CharField(
        max_length=2, choices=Province, blank=True, help_text=_("without one, the day is closed in every province")
    )
    day = models.DateField(validators=WITHIN_RANGE)
    name = models.CharField(max_length=LABEL_MAX_LENGTH)

    class Meta:
        ordering = ["day", "province"]
        default_permissions = ("view", "add", "change", "delete")
        constraints = [
            # Also the index for the gate's lookup.
            models.UniqueConstraint(fields=["day", "province"], name="governance_closedday_day")
        ]
        verbose_name = _("closed day")
        verbose_name_plural = _("closed days")

    def __str__(self) -> str:
        return ", ".join([self.name, shown_day(self.day), self.get_province_display() or gettext("everywhere")])
