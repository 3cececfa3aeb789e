"""The table of what the law of a province says about a deal."""

from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from governance.policies import Policy
from offers.deals.law.errors import InvalidRule
from offers.deals.law.files import installed
from offers.deals.law.rules import Rule
from offers.deals.law.words import ANSWER, CANADA, LawAnswer, Topic
from offers.deals.taxes.words import Grade
from wholesale.plumbing.codes import titled
from wholesale.plumbing.days import FIRST
from wholesale.plumbing.mark import Kept
from wholesale.plumbing.setting_fields import Choice, Day, Note, Rate, Switch, Word
from wholesale.plumbing.vocabulary import Province

PLACES = [(CANADA, "Canada"), *Province.choices]


class ProvinceRule(Policy):
    """What the law says of assigning a contract in a province, with its source. This is not legal advice.

    The row with the code ANSWER answers the topic's question. It is unknown until the operator's counsel answers it.
    """

    place = Choice(max_length=2, choices=PLACES)
    topic = Choice(max_length=10, choices=Topic)
    code = Word(default=ANSWER, page_help=_("ANSWER: the answer to the topic's question."))
    from_date = Day(
        null=False, blank=False, default=FIRST, help_text=format_lazy(_("first day; {first}: not known"), first=FIRST)
    )

    enabled = Switch(default=True, help_text=_("off: as if it were not there"))
    answer = Choice(max_length=7, choices=LawAnswer, default=LawAnswer.UNKNOWN)
    rate = Rate(
        max_digits=6,
        decimal_places=5,
        default=Decimal(0),
        zero=_("none"),
        help_text=_("of a tax: a fraction of the fee; 0: none"),
    )
    until = Day(empty=_("none"), help_text=_("last day"))
    statement = Note()
    source = Note(help_text=_("the text that says it"))
    certainty = Choice(max_length=8, choices=Grade, default=Grade.MEMORY)
    checked_on = Day(empty=_("never"), help_text=_("when the source was last read"))

    key = ("place", "topic", "code", "from_date")
    seed_reason = "read on 2026-11-29"

    class Meta:
        ordering = ["place", "topic", "code", "from_date"]
        default_permissions = ("view", "change")
        constraints = [
            # Also the index for the order of the list.
            models.UniqueConstraint(fields=["place", "topic", "code", "from_date"], name="provincerule_once"),
            models.CheckConstraint(condition=models.Q(place__in=[CANADA, *Province.values]), name="provincerule_place"),
        ]
        verbose_name = _("rule of a province")
        verbose_name_plural = _("rules of provinces")

    def __str__(self) -> str:
        return titled(self.get_place_display(), f"{self.get_topic_display()}, {self.code}")

    @classmethod
    def seeded(cls) -> list[dict[str, Any]]:
        return list(installed())

    def require_sound(self) -> None:
        """Refuse a last day before the first."""
        if self.until and self.until < self.from_date:
            raise InvalidRule(gettext_noop("The last day lies before the first."), attr="until")

    @property
    def rule(self) -> Rule:
        """The row as a plain value."""
        return Rule(**{name: getattr(self, name) for name in Rule._fields})


_RULES = Kept(lambda: tuple(row.rule for row in ProvinceRule.objects.filter(enabled=True)))


def rules(mark: int | None) -> tuple[Rule, ...]:
    """All rules that are on, under this mark."""
    return _RULES.at(mark)
