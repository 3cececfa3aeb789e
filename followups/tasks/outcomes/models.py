"""The table of outcomes."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from followups.leads.models import Lead
from followups.tasks.errors import OptOutStays, PauseNeedsDays
from followups.tasks.outcomes.rules import PAUSE_DAYS_MAX, SEEDED, SEEDED_STATUSES, Effect, Outcome
from governance.policies import Policy
from wholesale.plumbing.act import Act
from wholesale.plumbing.setting_fields import Choice, SmallWhole


class OutcomeRule(Policy):
    """What one outcome does to the ladder and to the lead. Each outcome has one row; rows are never added or removed."""

    outcome = Choice(max_length=14, choices=Outcome, unique=True)
    effect = Choice(max_length=7, choices=Effect, label="What it does")
    pause_days = SmallWhole(
        default=0,
        at_most=PAUSE_DAYS_MAX,
        label="Days of a pause",
        short=_("Days"),
        help_text=_("of a pause, 1 to 365; else 0"),
        page_help=format_lazy(_("1 to {pause_days_max} of a pause, else 0."), pause_days_max=PAUSE_DAYS_MAX),
    )
    lead_status = Choice(
        max_length=14,
        choices=Lead.Status,
        blank=True,
        label="The lead becomes",
        empty=_("unchanged"),
        help_text=_("the status that the lead gets; none leaves it unchanged"),
    )

    key = ("outcome",)

    class Meta:
        ordering = ["id"]
        default_permissions = ("change", "view")
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=Outcome.values), name="outcomerule_outcome"),
            models.CheckConstraint(condition=Q(lead_status__in=["", *Lead.Status.values]), name="outcomerule_lead_status"),
            models.CheckConstraint(
                condition=Q(effect=Effect.PAUSE, pause_days__range=(1, PAUSE_DAYS_MAX))
                | (~Q(effect=Effect.PAUSE) & Q(pause_days=0)),
                name="outcomerule_pause_has_days",
                violation_error_message=f"A pause has 1 to {PAUSE_DAYS_MAX} days, any other effect 0.",
            ),
        ]
        verbose_name = _("outcome")
        verbose_name_plural = _("outcomes")

    def __str__(self) -> str:
        return self.get_outcome_display()

    @classmethod
    def seeded(cls) -> list[dict[str, Any]]:
        return [
            {
                "outcome": outcome.value,
                "effect": effect.value,
                "pause_days": days,
                "lead_status": SEEDED_STATUSES.get(outcome, ""),
            }
            for outcome, (effect, days) in SEEDED.items()
        ]

    def prepared(self, changes: Mapping[str, Any], act: Act) -> Mapping[str, Any]:
        """Return the changes. If the effect is no pause and no days are given, the days are 0."""
        is_pause = changes.get("effect", self.effect) == Effect.PAUSE
        return changes if is_pause else {"pause_days": 0, **changes}

    def require_sound(self) -> None:
        """Refuse a rule that contradicts itself, or that ignores an opt-out.

        Raises:
            OptOutStays: OPTED_OUT has another effect than OPT_OUT.
            PauseNeedsDays: a pause has no days, or another effect has days.

        """
        if self.outcome == Outcome.OPTED_OUT and self.effect != Effect.OPT_OUT:
            raise OptOutStays(attr="effect")
        if (self.effect == Effect.PAUSE) is not (self.pause_days > 0):
            raise PauseNeedsDays(attr="pause_days")
