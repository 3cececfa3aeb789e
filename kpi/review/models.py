"""The table of kept reviews."""

from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from wholesale.plumbing.append_only import AppendOnlyModel
from wholesale.plumbing.showing import shown_day
from wholesale.plumbing.signed import SignedModel


class FridayReview(SignedModel, AppendOnlyModel):
    """The review of a week as it was on its Friday, and to how many people it was mailed. Never changed or deleted."""

    ends_on = models.DateField(unique=True, help_text=_("the Friday on which its week ends; one review a week"))
    since = models.DateTimeField()
    until = models.DateTimeField()
    content = models.JSONField(help_text=_("the figures, as GET /api/kpi/friday-review answers"))
    mailed_to = models.PositiveIntegerField(help_text=_("addresses; 0: no e-mail is set, or no operator has an address"))

    class Meta(AppendOnlyModel.Meta):
        ordering = ["-id"]
        verbose_name = _("kept review")
        verbose_name_plural = _("kept reviews")

    def __str__(self) -> str:
        return gettext("Friday review of %(day)s") % {"day": shown_day(self.ends_on)}
