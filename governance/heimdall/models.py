"""The tables of Heimdall: charters, scorecards, recommendations and events."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.policies import Policy
from wholesale.plumbing.append_only import AppendOnlyModel
from wholesale.plumbing.codes import titled
from wholesale.plumbing.setting_fields import Rate, SmallWhole, Switch, Whole, Word
from wholesale.plumbing.showing import shown_day
from wholesale.plumbing.signed import SignedModel
from wholesale.plumbing.spoken import code_words
from wholesale.plumbing.vocabulary import NOTE_MAX_LENGTH, WORD_MAX_LENGTH

TRIAL_WINDOW_DAYS_MAX = 3650  # ten years
RECOMMENDATION_HOURS_MAX = 8760  # a year


def rate_field(**kwargs: Any) -> "models.DecimalField[Any, Any]":
    """A model field for a fraction from 0 to 1."""
    return models.DecimalField(max_digits=5, decimal_places=4, **kwargs)


class HeimdallPolicy(Policy):
    """The charter of a domain: what AI advice must show before production may use it."""

    domain = Word(unique=True)
    min_confidence_prod = Rate(
        label="Minimum confidence",
        help_text=_("fraction 0..1"),
        page_help=_("From 0 to 1: how sure the AI must be of a piece of advice."),
    )
    min_sandbox_trials = Whole(
        label="Minimum of trials in the sandbox",
        short=_("Minimum trials"),
        page_help=_("How many trials must have been made in the days below."),
    )
    min_sandbox_success_rate = Rate(
        label="Minimum success rate in the sandbox",
        short=_("Minimum success rate"),
        help_text=_("fraction 0..1"),
        page_help=_("From 0 to 1: 0.80 is 80% of the trials."),
    )
    prod_use_enabled = Switch(
        default=False,
        label="Production use",
        page_help=_("Only while it is on, production uses advice of this domain, however good the advice is."),
    )
    use_lower_bound = Switch(
        default=False,
        label="Judge the lower bound",
        help_text=_("judge the lower end of the success rate's 95% interval: 40 of 50 counts as 0.67"),
        page_help=_(
            "Judge the lower end of the success rate's 95% interval instead of the rate itself: 40 successes of 50 "
            "count as 67%, not 80%."
        ),
    )
    trial_window_days = SmallWhole(
        default=30,
        within=(1, TRIAL_WINDOW_DAYS_MAX),
        unit=_("days"),
        label="Trials count for",
        help_text=_("the age in days up to which trials count"),
        page_help=_("Days. Older trials do not count."),
    )
    recommendation_hours = SmallWhole(
        default=24,
        within=(1, RECOMMENDATION_HOURS_MAX),
        unit=_("hours"),
        label="A recommendation lasts",
        help_text=_("the age in hours up to which a recommendation may be used"),
        page_help=_("Hours after which a recommendation may not be used any more."),
    )

    key = ("domain",)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(min_confidence_prod__range=(0, 1), min_sandbox_success_rate__range=(0, 1)),
                name="heimdallpolicy_rates",
            ),
            models.CheckConstraint(
                condition=Q(
                    trial_window_days__range=(1, TRIAL_WINDOW_DAYS_MAX),
                    recommendation_hours__range=(1, RECOMMENDATION_HOURS_MAX),
                ),
                name="heimdallpolicy_spans",
            ),
        ]
        ordering = ["domain"]
        default_permissions = ("change", "view")
        permissions = [("run_trial", "Can record a sandbox trial"), ("recommend", "Can record an AI's recommendation")]
        verbose_name = _("charter")
        verbose_name_plural = _("charters")

    def __str__(self) -> str:
        return self.domain


class HeimdallScorecard(models.Model):
    """The sandbox trials of one domain on one day (UTC)."""

    domain = models.CharField(max_length=WORD_MAX_LENGTH)
    day = models.DateField()
    trials = models.PositiveIntegerField(default=0)
    successes = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            # Also the index for counting over a window of days.
            models.UniqueConstraint(fields=["domain", "day"], name="heimdallscorecard_domain_day"),
            models.CheckConstraint(condition=Q(successes__lte=F("trials")), name="heimdallscorecard_successes"),
        ]
        ordering = ["-day", "domain"]
        default_permissions = ("view",)
        verbose_name = _("scorecard")
        verbose_name_plural = _("scorecards")

    def __str__(self) -> str:
        return f"{code_words(self.domain, 'domain')}, {shown_day(self.day)}"


class HeimdallRecommendation(SignedModel, AppendOnlyModel):
    """An AI's advice, and whether the gate let production use it when it was given. The gate judges it again at each use."""

    domain = models.CharField(max_length=WORD_MAX_LENGTH)
    confidence = rate_field()
    recommendation = models.JSONField()
    evidence = models.JSONField(null=True)
    prod_eligible = models.BooleanField()
    gate_reason = models.CharField(max_length=WORD_MAX_LENGTH)
    policy_version = models.PositiveIntegerField(null=True)

    class Meta(AppendOnlyModel.Meta):
        ordering = ["-id"]
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")

    def __str__(self) -> str:
        eligible = gettext("eligible for production") if self.prod_eligible else gettext("not eligible for production")
        return titled(code_words(self.domain, "domain"), eligible)


class HeimdallEventKind(models.TextChoices):
    """The kinds of Heimdall events."""

    TRIAL = "TRIAL", _("Sandbox trial")
    RECOMMENDED = "RECOMMENDED", _("Recommendation")
    USED = "USED", _("Used in production")
    REFUSED = "REFUSED", _("Refused at use")


class HeimdallEvent(SignedModel, AppendOnlyModel):
    """An event of a domain: a trial, a recommendation, or a recommendation's use or refusal. Never changed or deleted."""

    kind = models.CharField(max_length=11, choices=HeimdallEventKind)
    domain = models.CharField(max_length=WORD_MAX_LENGTH)
    confidence = rate_field(null=True)
    success = models.BooleanField(null=True, help_text=_("of a trial"))
    recommendation = models.ForeignKey(
        HeimdallRecommendation, null=True, on_delete=models.PROTECT, related_name="events", db_index=False
    )
    message = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True)

    class Meta(AppendOnlyModel.Meta):
        constraints = [models.CheckConstraint(condition=Q(kind__in=HeimdallEventKind.values), name="heimdallevent_kind")]
        indexes = [
            models.Index(fields=["domain", "-id"], name="heimdallevent_domain"),  # the admin's list by domain
            models.Index(fields=["correlation_id", "created_at", "id"], name="heimdallevent_trace"),  # kpi.trace
        ]
        ordering = ["-id"]
        verbose_name = _("Heimdall event")
        verbose_name_plural = _("Heimdall events")

    def __str__(self) -> str:
        return titled(code_words(self.domain, "domain"), self.get_kind_display().lower())
