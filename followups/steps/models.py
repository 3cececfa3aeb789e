"""Ladder templates."""

from django.db import models
from django.db.models import Q

from governance.policies import PlacePolicy
from wholesale.plumbing.vocabulary import Province

MIN_GAP_MAX = 10_080  # minutes: a week


class LadderTemplate(PlacePolicy):
    """The steps of the ladders of a market. A ladder keeps the version it was made from; the history has each version."""

    class Kind(models.TextChoices):
        """Whose ladders are made from it. Who has no ground for the standard template's first step has the COLD one's."""

        STANDARD = "STANDARD", "Standard"
        COLD = "COLD", "Cold: for a lead without a ground for the first message"

    kind = models.CharField(max_length=8, choices=Kind, default=Kind.STANDARD)
    steps = models.JSONField(help_text="in their order: delay_minutes, channel, script_en, script_fr")

    min_gap_minutes = models.PositiveSmallIntegerField(
        default=0, help_text="between the last contact of a person and a ladder's first step, or a contact without a step"
    )

    class Meta(PlacePolicy.Meta):
        ordering = ["province", "market", "-kind"]
        constraints = [
            # Serves the lookup of a place's templates and the list's order too.
            models.UniqueConstraint(fields=["province", "market", "kind"], name="laddertemplate_once"),
            models.CheckConstraint(condition=Q(province__in=Province.values), name="followups_laddertemplate_province"),
            models.CheckConstraint(condition=Q(kind__in=["STANDARD", "COLD"]), name="laddertemplate_kind"),
            models.CheckConstraint(condition=Q(min_gap_minutes__lte=MIN_GAP_MAX), name="laddertemplate_min_gap"),
        ]
        verbose_name = "ladder template"

    def __str__(self) -> str:
        return f"{super().__str__()} {self.kind}"
