"""The model of ladder templates."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from followups.ladders.errors import QuebecWanting
from followups.ladders.templates.cold_steps import COLD_STEPS
from followups.ladders.templates.guide_steps import GUIDE_STEPS
from followups.ladders.templates.speech import wanting_in_quebec
from followups.ladders.templates.steps import normalised, require_call_first
from governance.policies import PlacePolicy, each_province
from wholesale.plumbing.act import Act
from wholesale.plumbing.codes import titled
from wholesale.plumbing.setting_fields import Choice, Document, SmallWhole, Switch
from wholesale.plumbing.vocabulary import Province

MIN_GAP_MAX = 10_080  # minutes: a week


class LadderTemplate(PlacePolicy):
    """The steps of a market's new ladders. A ladder keeps the version it was made from; the history has each version."""

    class Kind(models.TextChoices):
        """Which leads a template is for. COLD: known leads without a ground for the STANDARD template's first step."""

        STANDARD = "STANDARD", _("Standard")
        COLD = "COLD", _("Cold: for a lead without a ground for the first message")

    kind = Choice(
        max_length=8,
        choices=Kind,
        default=Kind.STANDARD,
        page_help=_("Cold: for a known lead who gave no ground for the standard template's first step, a message."),
    )
    enabled = Switch(
        default=False,
        page_help=_(
            "Off: no ladder is made from it; existing ladders go on. Without a standard template no ladder starts. "
            "Without a cold one every lead gets the standard steps."
        ),
    )
    steps = Document(help_text=_("in their order: delay_minutes, channel, script_en, script_fr"))
    min_gap_minutes = SmallWhole(
        default=0,
        at_most=MIN_GAP_MAX,
        label="Minutes between two contacts",
        help_text=_("between the last contact of a person and a ladder's first step, or a contact without a step"),
        page_help=_(
            "The minutes that must pass after a person's last contact before a ladder's first step, or a contact "
            "without a step. A later step waits for its delay less the one before, at most 4 hours. Empty: as it is."
        ),
    )

    key = ("province", "market", "kind")

    class Meta(PlacePolicy.Meta):
        ordering = ["province", "market", "-kind"]
        constraints = [
            # Also serves the lookup of a place's templates, and the order of the list.
            models.UniqueConstraint(fields=["province", "market", "kind"], name="laddertemplate_once"),
            models.CheckConstraint(condition=Q(province__in=Province.values), name="followups_laddertemplate_province"),
            models.CheckConstraint(condition=Q(kind__in=["STANDARD", "COLD"]), name="laddertemplate_kind"),
            models.CheckConstraint(condition=Q(min_gap_minutes__lte=MIN_GAP_MAX), name="laddertemplate_min_gap"),
        ]
        verbose_name = _("ladder template")
        verbose_name_plural = _("ladder templates")

    def __str__(self) -> str:
        return titled(super().__str__(), gettext("cold") if self.kind == self.Kind.COLD else gettext("standard"))

    @classmethod
    def seeded(cls) -> list[dict[str, Any]]:
        """The seeds: for each province a standard template, with the steps of the customer's guide, and a cold one."""
        kinds = ((cls.Kind.STANDARD, GUIDE_STEPS), (cls.Kind.COLD, COLD_STEPS))
        return [row for kind, steps in kinds for row in each_province(kind=kind.value, enabled=True, steps=steps)]

    def prepared(self, changes: Mapping[str, Any], act: Act) -> Mapping[str, Any]:
        """Return the changes of a template, with its steps checked and as they are stored.

        Raises:
            InvalidSteps: the steps are not well formed, or those of a COLD template do not begin with a call.

        """
        if "steps" not in changes:
            return changes
        steps = normalised(changes["steps"])
        if self.kind == self.Kind.COLD:
            require_call_first(steps)
        return {**changes, "steps": steps}

    def require_sound(self) -> None:
        """Refuse texts that the law of Quebec does not allow.

        Raises:
            QuebecWanting: the template is on in Quebec, and its texts do not say what the law wants there.

        """
        if self.enabled and (wanting := wanting_in_quebec(self.steps, self.province)):
            raise QuebecWanting(wanting)
