"""The only table of the demo."""

from typing import Any

from django.db import models
from django.db.models import F, Q


class Simulation(models.Model):
    """The simulation in this database: its arguments and the number of finished days. Without this row there is none."""

    seed = models.BigIntegerField()
    leads = models.PositiveIntegerField()
    days = models.PositiveIntegerField()
    until = models.DateTimeField(help_text="its last instant")
    days_done = models.PositiveIntegerField(default=0)
    fall_province = models.CharField(max_length=2, blank=True, default="", help_text="where acceptance falls")
    fall_day = models.PositiveIntegerField(default=0, help_text="from which day on, counted from 0")
    went_live = models.BooleanField(default=False, help_text="it enabled go-live, and disables it at its end")

    objects: "models.Manager[Any]" = models.Manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="simulation_one_row"),
            models.CheckConstraint(condition=Q(days_done__lte=F("days")), name="simulation_days_done"),
        ]
        default_permissions = ()
        verbose_name_plural = "simulations"

    def __str__(self) -> str:
        return f"seed {self.seed}, {self.leads:,} leads, {self.days} days"

    @property
    def is_finished(self) -> bool:
        """Whether all days of the simulation are in the database."""
        return self.days_done == self.days
