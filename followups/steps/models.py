"""Ladder templates."""

from django.db import models

from governance.policies import PlacePolicy


class LadderTemplate(PlacePolicy):
    """The steps of the ladders of a market. A ladder keeps the version it was made from; the history has each version."""

    steps = models.JSONField(help_text="in their order: delay_minutes, channel, script_en, script_fr")

    class Meta(PlacePolicy.Meta):
        verbose_name = "ladder template"
