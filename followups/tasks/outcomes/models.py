"""The table of outcomes."""

from django.db import models
from django.db.models import Q

from followups.leads.models import Lead
from followups.tasks.outcomes.rules import PAUSE_DAYS_MAX, Effect, Outcome
from governance.policies import Policy


class OutcomeRule(Policy):
    """What one outcome does to the ladder and to the lead. There is a row for each outcome; none is added or taken away."""

    outcome = models.CharField(max_length=14, choices=Outcome, unique=True)
    effect = models.CharField(max_length=7, choices=Effect)
    pause_days = models.PositiveSmallIntegerField(default=0, help_text="of a pause, 1 to 365; else 0")
    lead_status = models.CharField(
        max_length=14, choices=Lead.Status, blank=True, help_text="to which the lead moves on; empty leaves it"
    )

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
        verbose_name = "outcome"

    def __str__(self) -> str:
        return self.get_outcome_display()
