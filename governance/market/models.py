"""Contact policies."""

from django.db import models

from governance.policies import PlacePolicy


class MarketPolicy(PlacePolicy):
    """When, by which channel and from which lead score on a lead of this market may be contacted (guide, pack G)."""

    rules = models.JSONField(help_text="contact_windows_local, channels_allowed, min_lead_score_to_contact")

    class Meta(PlacePolicy.Meta):
        verbose_name = "market policy"
        verbose_name_plural = "market policies"
        permissions = [("ask_contact_gate", "Can ask whether a lead may be contacted")]
