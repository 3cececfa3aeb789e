"""The table of land transfer tax."""

from dataclasses import fields
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_noop, pgettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from governance.policies import Policy
from offers.bounds import ARV_MAX
from offers.deals.taxes.brackets import Bracket, brackets_of
from offers.deals.taxes.errors import InvalidSchedule
from offers.deals.taxes.files import installed
from offers.deals.taxes.rules import Schedule
from offers.deals.taxes.words import Base, BracketMethod, Combines, Grade, Kind, Land, Municipal, Payer
from wholesale.plumbing.codes import place_name, titled
from wholesale.plumbing.days import FIRST
from wholesale.plumbing.mark import Kept
from wholesale.plumbing.setting_fields import Choice, Day, Money, Note, Number, SmallWhole, Switch, Word
from wholesale.plumbing.showing import shown_day, shown_money, shown_rate
from wholesale.plumbing.vocabulary import ALL, Province, normalise_word

MOST_UNITS = 1_000


class Brackets(Note):
    """A setting that is a list of brackets. A page writes it with amounts and rates as other pages do."""

    def said(self, value: str) -> str:
        try:
            brackets = brackets_of(value)
        except ValueError:
            return value
        return "; ".join(
            gettext("from %(start)s: %(charge)s") % {"start": shown_money(bracket.start), "charge": _charge(bracket)}
            for bracket in brackets
        )

    def span(self, value: str) -> str:
        """Return what the lowest and the highest bracket charge: a list has no room for all of them."""
        charges = [_charge(bracket) for bracket in brackets_of(value)]
        if len(charges) < 2:
            return charges[0] if charges else str(self.empty)
        return pgettext("interval", "%(low)s to %(high)s") % {"low": charges[0], "high": charges[-1]}


def _charge(bracket: Bracket) -> str:
    return shown_money(bracket.amount) if bracket.amount else shown_rate(bracket.rate, 4)


class TransferTax(Policy):
    """A schedule of land transfer tax: what is charged in a place from a day on, until the next schedule of its kind begins.

    It governs, so it is under the mark: an offer reads the schedules from the process and asks the database nothing.
    """

    province = Choice(max_length=2, choices=Province)
    municipality = Word(default=ALL, page_help=_("ALL: the province's own."))
    kind = Choice(max_length=12, choices=Kind, default=Kind.TAX)
    payer = Choice(max_length=12, choices=Payer, default=Payer.ANYONE)
    land = Choice(max_length=11, choices=Land, default=Land.ANY)
    from_date = Day(
        null=False,
        blank=False,
        default=FIRST,
        help_text=format_lazy(_("first day of closing; {first}: not known"), first=FIRST),
    )

    enabled = Switch(default=True, help_text=_("off: as if it were not there"))
    until = Day(empty=_("none"), help_text=_("last day of closing; empty: until the next schedule begins"))
    max_units = SmallWhole(
        default=0,
        at_most=MOST_UNITS,
        zero=_("any"),
        short=_("Residences at most"),
        help_text=_("residences on the land; 0: any number"),
    )
    method = Choice(max_length=8, choices=BracketMethod, default=BracketMethod.MARGINAL)
    brackets = Brackets(
        blank=True,
        empty=_("not known"),
        help_text=_("such as 0: 0.5%; 55000: 1%, or 0: $50; 100000: $150; empty: charged, and not known how much"),
    )
    starts_within = Switch(default=False, help_text=_("a value at the edge of two brackets is of the upper one"))
    step = Money(
        pgettext_lazy("rounding", "step"),
        default=Decimal(0),
        at_most=ARV_MAX,
        zero=_("none"),
        help_text=_("CAD; value in a bracket is rounded up to it"),
    )
    fee = Money(default=Decimal(0), at_most=ARV_MAX, zero=_("none"), help_text=_("CAD, once, on top"))
    minimum = Money(default=Decimal(0), at_most=ARV_MAX, zero=_("none"), help_text=_("CAD"))
    cap = Money(default=Decimal(0), at_most=ARV_MAX, zero=_("none"), help_text=_("CAD; 0: none"))
    base = Choice(max_length=8, choices=Base, default=Base.PRICE)
    comparative_factor = Number(
        max_digits=5,
        decimal_places=4,
        default=Decimal(0),
        at_least=Decimal(0),
        at_most=Decimal(9),
        zero=_("not known"),
        help_text=_("of the assessed value; 0: not known"),
    )
    by_share = Switch(default=False, help_text=_("only on the share of the buyers who pay it"))
    areas = Note(blank=True, empty=_("everywhere"), help_text=_("regional districts, with commas; empty: everywhere"))
    combines = Choice(max_length=8, choices=Combines, default=Combines.ADDS)
    municipal = Choice(max_length=6, choices=Municipal, default=Municipal.NONE)
    municipal_above = Money(
        default=Decimal(0), at_most=ARV_MAX, zero=_("none"), help_text=_("CAD; from which municipalities may differ")
    )
    certainty = Choice(max_length=8, choices=Grade, default=Grade.MEMORY)
    source = Note(help_text=_("the text that says it"))
    note = Note(blank=True)

    key = ("province", "municipality", "kind", "payer", "land", "from_date")
    seed_reason = "table of 2026-11-29"

    class Meta:
        ordering = ["province", "municipality", "kind", "payer", "land", "from_date"]
        default_permissions = ("view", "change")
        constraints = [
            # Also the index for the order of the list.
            models.UniqueConstraint(
                fields=["province", "municipality", "kind", "payer", "land", "from_date"], name="transfertax_once"
            ),
            models.CheckConstraint(condition=models.Q(province__in=Province.values), name="transfertax_province"),
        ]
        verbose_name = _("land transfer tax")
        verbose_name_plural = _("land transfer taxes")

    def __str__(self) -> str:
        day = gettext("not known") if self.from_date == FIRST else shown_day(self.from_date)
        since = gettext("%(tax)s from %(day)s") % {"tax": self.get_kind_display(), "day": day}
        return titled(place_name(self.province, self.municipality), since)

    @classmethod
    def seeded(cls) -> list[dict[str, Any]]:
        return list(installed())

    def require_sound(self) -> None:
        """Refuse brackets or areas that cannot be read, and a last day before the first."""
        try:
            brackets_of(self.brackets)
        except ValueError as error:
            raise InvalidSchedule(gettext_noop("It %(error)s."), attr="brackets", error=error) from None
        try:
            areas_of(self.areas)
        except ValueError as error:
            raise InvalidSchedule(gettext_noop("It %(error)s."), attr="areas", error=error) from None
        if self.until and self.until < self.from_date:
            raise InvalidSchedule(gettext_noop("The last day lies before the first."), attr="until")

    @property
    def schedule(self) -> Schedule:
        """The row as a plain value."""
        plain = {field.name: getattr(self, field.name) for field in fields(Schedule)}
        return Schedule(**{**plain, "brackets": brackets_of(self.brackets), "areas": areas_of(self.areas)})


def areas_of(text: str) -> tuple[str, ...]:
    """The districts of a text with commas, each in its one spelling."""
    return tuple(normalise_word(part) for part in text.split(",") if part.strip())


def _load() -> tuple[Schedule, ...]:
    return tuple(row.schedule for row in TransferTax.objects.filter(enabled=True))


_SCHEDULES = Kept(_load)


def schedules(mark: int | None) -> tuple[Schedule, ...]:
    """All schedules that are on, under this mark."""
    return _SCHEDULES.at(mark)
