"""What the reads of other rooms take from the ladder templates."""

from collections.abc import Collection
from typing import NamedTuple

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from followups.ladders.templates.models import LadderTemplate
from followups.ladders.templates.steps import Step, parsed
from governance import policies
from wholesale.plumbing.vocabulary import ALL

Contacted = tuple[str, int]  # a channel, and the minutes that the contact waits for after the last one of the person


class Pattern(NamedTuple):
    """A template, with its steps as values and how each contacts the lead."""

    template: LadderTemplate
    steps: tuple[Step, ...]
    contacted: tuple[Contacted, ...]
    different: frozenset[Contacted]  # each of them once


class Patterns(NamedTuple):
    """The templates of a place."""

    standard: Pattern | None  # may be off
    cold: Pattern | None  # None where none is on


def patterns_of(province: str, market: str) -> Patterns:
    """The templates of a market. Of each kind it is the market's own, be it on or off, else its province's."""
    return patterns_in([(province, market)])[province, market]


def patterns_in(places: Collection[tuple[str, str]]) -> dict[tuple[str, str], Patterns]:
    """The same for many places (province, market), in one query."""
    rows = policies.candidates(LadderTemplate.objects.order_by(), places)
    patterns = {row.pk: _pattern(row) for row in rows}

    def chosen(kind: str) -> dict[tuple[str, str], Pattern | None]:
        effective = policies.effective_among([row for row in rows if row.kind == kind], places)
        return {place: patterns[row.pk] if row else None for place, row in effective.items()}

    standard, cold = chosen(LadderTemplate.Kind.STANDARD), chosen(LadderTemplate.Kind.COLD)
    return {place: Patterns(standard[place], _if_on(cold[place])) for place in places}


def _pattern(template: LadderTemplate) -> Pattern:
    """A later step need not ask for its gap: it falls due no sooner than that after the start, and so after the last
    contact."""
    steps = parsed(template.steps)
    contacted = [(step.channel, 0 if n else template.min_gap_minutes) for n, step in enumerate(steps)]
    return Pattern(template, steps, tuple(contacted), frozenset(contacted))


def _if_on(pattern: Pattern | None) -> Pattern | None:
    return pattern if pattern and pattern.template.enabled else None


def min_gap() -> Coalesce:
    """Of a row with a place: the minutes that the place wants between two contacts of one person.

    The market's own standard template says it, else its province's, be it on or off. Without one it is 0.
    """
    standard = LadderTemplate.objects.filter(kind=LadderTemplate.Kind.STANDARD, province=OuterRef("province")).order_by()
    of_market, of_province = standard.filter(market=OuterRef("market")), standard.filter(market=ALL)
    return Coalesce(Subquery(of_market.values("min_gap_minutes")), Subquery(of_province.values("min_gap_minutes")), 0)
