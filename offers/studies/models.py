"""The table of ratio studies."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from wholesale.plumbing.signed import SignedModel
from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH, WORD_MAX_LENGTH, Province


class RatioStudy(SignedModel):
    """A ratio study: which sales it estimates again from earlier ones, and what came of it."""

    class State(models.TextChoices):
        """The state of a study."""

        WAITING = "WAITING", _("Waiting for the worker")
        DONE = "DONE", pgettext_lazy("study", "Done")
        FAILED = "FAILED", _("Failed")

    province = models.CharField(max_length=2, choices=Province, blank=True, help_text=_("none: all of Canada"))
    market = models.CharField(max_length=WORD_MAX_LENGTH, blank=True, help_text=_("none: all markets"))
    since = models.DateField(null=True, blank=True, help_text=_("sold on or after"))
    until = models.DateField(null=True, blank=True, help_text=_("sold on or before"))
    most = models.PositiveIntegerField(help_text=_("sales at most, the newest ones"))
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    failure = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True)
    results = models.JSONField(null=True, help_text=_("figures by group, and what the charts show"))
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        default_permissions = ("view",)
        permissions = [("run_ratiostudy", "Can run a ratio study")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="DONE") | Q(results__isnull=False, finished_at__isnull=False), name="ratiostudy_done"
            ),
        ]
        verbose_name_plural = _("ratio studies")

    def __str__(self) -> str:
        return gettext("Ratio study %(id)s") % {"id": self.pk}
