"""Ladder templates."""

from django.db import models
from django.db.models import Q

from governance.policies import PlacePolicy

MIN_GAP_MAX = 10_080  # minutes: a week


class LadderTemplate(PlacePolicy):
    """The steps of the ladders of a market. A ladder keeps the version it was made from; the history has each version."""

    steps = models.JSONField(help_text="in their order: delay_minutes, channel, script_en, script_fr")

    min_gap_minutes = models.PositiveSmallIntegerField(
        default=0, help_text="between the last contact of a person and a ladder's first step, or a contact without a step"
    )

    class Meta(PlacePolicy.Meta):
        constraints = [
            *PlacePolicy.Meta.constraints,
            models.CheckConstraint(condition=Q(min_gap_minutes__lte=MIN_GAP_MAX), name="laddertemplate_min_gap"),
        ]
        verbose_name = "ladder template"
