"""Regression policies, their states and their triggers."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from governance.policies import Policy
from kpi.tripwire.errors import BaselineMissing, NotARate, ThresholdsReversed
from kpi.tripwire.rules import EVENTS_MAX, Action, Method, Statistic
from wholesale.plumbing.act import Act
from wholesale.plumbing.codes import titled
from wholesale.plumbing.setting_fields import Choice, Metric, Number, Rate, Switch, Whole, Word
from wholesale.plumbing.signed import user_key
from wholesale.plumbing.spoken import code_words, known_words
from wholesale.plumbing.vocabulary import LABEL_MAX_LENGTH, NOTE_MAX_LENGTH, WORD_MAX_LENGTH, Province

_SMALLEST = Decimal("0.0001")


def events(default: int, **said: Any) -> Whole:
    """Return a model field for a number of events."""
    return Whole(default=default, within=(1, EVENTS_MAX), unit=_("events"), **said)


def threshold(default: int, **said: Any) -> Number:
    """Return a model field for a threshold: how high a CUSUM's sum may become."""
    said |= {"at_least": Decimal("0.01"), "at_most": Decimal(1000)}
    return Number(max_digits=6, decimal_places=2, default=Decimal(default), **said)


def figure_field() -> "models.DecimalField[Any, Any]":
    """Return a column for the watched figure: a rate, a mean or a number of events. It is null if nothing was measured."""
    return models.DecimalField(max_digits=20, decimal_places=6, null=True)


def policy_words(domain: str = "", metric: str = "", province: str = "") -> str:
    """Return what is watched and where, in words: a policy's key, or its `codes` in parts."""
    named = code_words(metric, "metric")
    what = gettext("%(domain)s: %(metric)s") % {
        "domain": code_words(domain, "domain"),
        "metric": named[:1].lower() + named[1:],
    }
    return ", ".join(filter(None, (what, known_words(province, "province"))))


class RegressionPolicy(Policy):
    """The policy that says how one metric is watched, in one province or in all of Canada, and what a fall does."""

    domain = Word()
    metric = Metric()
    province = Choice(
        max_length=2,
        choices=Province,
        null=True,
        blank=True,
        empty=_("all of Canada"),
        help_text=_("whose events are watched; none: all of Canada"),
        page_help=_("Whose events are watched. Left empty, those of all of Canada, also those that name no province."),
    )
    enabled = Switch(default=False, page_help=_("Only while it is on, a fall does something. It is judged in any case."))
    statistic = Choice(max_length=12, choices=Statistic, default=Statistic.SUCCESS_RATE, short=_("Watches"))
    method = Choice(max_length=5, choices=Method, default=Method.DROP)
    action = Choice(max_length=11, choices=Action, default=Action.THROTTLE, short=_("A fall does"))
    engine = Word(
        blank=True,
        empty=_("as the domain"),
        help_text=_("whose risk policy THROTTLE switches off; empty: the domain"),
        page_help=_("Whose risk policy a fall switches off. Left empty, the one named as the domain."),
    )
    window_events = events(
        50,
        label=_("Window"),
        help_text=_("DROP: how many of the newest events are compared with those before them"),
        page_help=_("How many of the newest events are compared with the events before them."),
    )
    baseline_events = events(
        200,
        label=_("Baseline"),
        help_text=_(
            "DROP: how many events before the window it is compared with; CUSUM: events of a baseline, better 1,000"
        ),
        page_help=_(
            "How many events before the window it is compared with. A cumulative sum's baseline is measured on as many, "
            "at least 200, better 1,000."
        ),
    )
    min_events_to_enforce = events(
        50,
        label=_("Minimum of events"),
        short=_("Minimum"),
        help_text=_("DROP: with fewer events in the window or in the baseline there is no verdict"),
        page_help=_(
            "With fewer events in the window or in the baseline there is no verdict. Where the number of events is watched: "
            "with fewer in the days before."
        ),
    )
    window_days = Whole(
        default=7,
        within=(1, 365),
        label=_("Days"),
        help_text=_("VOLUME: how many of the last days are compared with as many days before them"),
        page_help=_("How many days. The number of events in them is compared with that of as many days before."),
    )
    max_drop_fraction = Rate(
        default=Decimal("0.20"),
        at_least=_SMALLEST,
        label=_("Largest drop"),
        help_text=_("DROP: a fall of this fraction triggers"),
        page_help=_(
            "A fraction of the baseline: 0.20 triggers at a fall from 50% to 40%. It counts for the number of events too."
        ),
    )
    design_drop = Rate(
        default=Decimal("0.40"),
        at_least=_SMALLEST,
        at_most=1 - _SMALLEST,
        label=_("Designed for a drop of"),
        short=_("Designed for"),
        help_text=_("the fall that the policy is meant to find"),
        page_help=_(
            "A fraction below 1: the fall that it is meant to find. A cumulative sum is built for it. For the guide's rule "
            "it only says which fall the delay below is about."
        ),
    )
    amber_threshold = threshold(
        4, short=_("Amber"), help_text=_("CUSUM: look"), page_help=_("From this sum on it is worth a look; nothing is done.")
    )
    red_threshold = threshold(
        7,
        short=_("Red"),
        help_text=_("CUSUM: act"),
        page_help=_(
            "From this sum on it triggers, and stays so until somebody approves a new baseline. The higher, the fewer false "
            "alarms, and the later a fall is found."
        ),
    )
    baseline_rate = models.DecimalField(
        max_digits=7, decimal_places=6, null=True, editable=False, help_text=_("CUSUM: frozen, approved; fraction 0..1")
    )
    baseline_size = models.PositiveIntegerField(null=True, editable=False, help_text=_("events that it was measured on"))
    baseline_event_id = models.BigIntegerField(
        null=True, editable=False, help_text=_("the last of them: CUSUM starts after it")
    )
    expectation = models.JSONField(
        null=True, editable=False, help_text=_("of this version, simulated soon after it was saved")
    )

    key = ("domain", "metric", "province")
    hidden = ("baseline_event_id",)

    class Meta:
        constraints = [
            # Two constraints, because SQLite takes two rows without a province for different ones.
            models.UniqueConstraint(fields=["domain", "metric", "province"], name="regressionpolicy_province"),
            models.UniqueConstraint(
                fields=["domain", "metric"],
                condition=Q(province__isnull=True),
                name="regressionpolicy_canada",
                violation_error_message="Regression policy with this Domain and Metric for all of Canada already exists.",
            ),
            models.CheckConstraint(
                condition=Q(province__isnull=True) | Q(province__in=Province.values), name="regressionpolicy_a_province"
            ),
            models.CheckConstraint(
                condition=Q(max_drop_fraction__gt=0, max_drop_fraction__lte=1, design_drop__gt=0, design_drop__lt=1),
                name="regressionpolicy_drops",
                violation_error_message="Drops are above 0; the designed one is below 1.",
            ),
            models.CheckConstraint(
                condition=Q(amber_threshold__gt=0, red_threshold__gte=models.F("amber_threshold")),
                name="regressionpolicy_thresholds",
                violation_error_message="The amber threshold lies above the red one.",
            ),
            models.CheckConstraint(
                condition=~Q(method=Method.CUSUM)
                | Q(statistic=Statistic.SUCCESS_RATE) & (Q(enabled=False) | Q(baseline_rate__isnull=False)),
                name="regressionpolicy_cusum",
                violation_error_message="A CUSUM watches a success rate and, once enabled, has an approved baseline.",
            ),
        ]
        ordering = ["domain", "metric", "id"]
        default_permissions = ("change", "view")
        permissions = [
            ("evaluate_tripwire", "Can evaluate a tripwire"),
            ("record_kpi", "Can record a KPI event"),
            ("clear_tripwire", "Can clear a tripwire and undo its trigger"),
        ]
        verbose_name = _("regression policy")
        verbose_name_plural = _("regression policies")

    def __str__(self) -> str:
        return policy_words(*filter(None, (self.domain, self.metric, self.province)))

    @property
    def codes(self) -> str:
        """The key as stored texts, commands and checks name it: domain, metric, province."""
        return " ".join(filter(None, (self.domain, self.metric, self.province)))

    def prepared(self, changes: Mapping[str, Any], act: Act) -> Mapping[str, Any]:
        """Return the changes, with the stored expectation cleared: the worker simulates a new one after each change."""
        return {**changes, "expectation": None}

    def require_sound(self) -> None:
        """Refuse settings that contradict each other.

        Raises:
            NotARate: CUSUM with another statistic than SUCCESS_RATE.
            BaselineMissing: CUSUM enabled without an approved baseline.
            ThresholdsReversed: amber above red.

        """
        if self.method == Method.CUSUM and self.statistic != Statistic.SUCCESS_RATE:
            raise NotARate(attr="method")
        if self.method == Method.CUSUM and self.enabled and self.baseline_rate is None:
            raise BaselineMissing(attr="enabled")
        if self.amber_threshold > self.red_threshold:
            raise ThresholdsReversed(attr="amber_threshold")

    @property
    def throttled_engine(self) -> str:
        """The engine whose risk policy the action THROTTLE switches off."""
        return self.engine or self.domain

    @property
    def is_blind(self) -> bool:
        """Whether the policy requires more events than it looks at, so that it can never come to a verdict."""
        looks_at_events = self.method == Method.DROP and self.statistic != Statistic.VOLUME
        return looks_at_events and self.min_events_to_enforce > min(self.window_events, self.baseline_events)


class RegressionState(models.Model):
    """The state of a regression policy after its last evaluation."""

    policy = models.OneToOneField(RegressionPolicy, on_delete=models.PROTECT, related_name="state", primary_key=True)
    triggered = models.BooleanField(default=False)
    amber = models.BooleanField(default=False, help_text=_("CUSUM: worth a look"))
    baseline = figure_field()
    current = figure_field()
    drop_fraction = figure_field()
    last_event_id = models.BigIntegerField(default=0, help_text=_("CUSUM: the last event that it is done with"))
    cusum = models.FloatField(default=0.0, help_text=_("CUSUM: the sum after that event"))
    note = models.CharField(max_length=NOTE_MAX_LENGTH, blank=True)
    action_taken = models.CharField(max_length=WORD_MAX_LENGTH, blank=True)
    evaluated_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("state of a tripwire")
        verbose_name_plural = _("states of tripwires")

    def __str__(self) -> str:
        return titled(str(self.policy), gettext("triggered") if self.triggered else gettext("quiet"))


class RegressionTrigger(models.Model):
    """One time that a tripwire acted: what it saw, what it did, and who undid it."""

    policy = models.ForeignKey(RegressionPolicy, on_delete=models.PROTECT, related_name="triggers")
    policy_version = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    baseline = figure_field()
    current = figure_field()
    drop_fraction = figure_field()
    note = models.CharField(max_length=NOTE_MAX_LENGTH)
    action_taken = models.CharField(max_length=WORD_MAX_LENGTH)
    engine = models.CharField(max_length=WORD_MAX_LENGTH, blank=True)
    mark = models.CharField(
        max_length=WORD_MAX_LENGTH, blank=True, help_text=_("of what it stopped: undone only while that still has it")
    )
    correlation_id = models.CharField(max_length=LABEL_MAX_LENGTH)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.CharField(max_length=LABEL_MAX_LENGTH, blank=True)
    undone_user = user_key()
    undo_reason = models.CharField(_("reason"), max_length=NOTE_MAX_LENGTH, blank=True)

    class Meta:
        # Serves the triggers of each policy that nobody has undone: the endpoint `state`, the runbook.
        indexes = [
            models.Index(fields=["policy", "-id"], condition=Q(undone_at__isnull=True), name="regressiontrigger_open"),
            models.Index(fields=["correlation_id", "created_at", "id"], name="regressiontrigger_trace"),  # kpi.trace
        ]
        ordering = ["-id"]
        default_permissions = ("view",)
        verbose_name = _("tripwire")
        verbose_name_plural = _("tripwires")

    def __str__(self) -> str:
        return gettext("Tripwire %(id)s") % {"id": self.pk}
