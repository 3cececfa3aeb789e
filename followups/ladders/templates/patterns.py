"""Ladder templates as other rooms read them: their steps as values, and the gap of a place."""

from typing import NamedTuple

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from followups.ladders.templates.models import LadderTemplate
from followups.ladders.templates.steps import Step, parsed
from wholesale.plumbing.mark import Kept
from wholesale.plumbing.vocabulary import ALL

Contacted = tuple[str, int]  # a channel, and the minutes that must have passed since the person's last contact


class Pattern(NamedTuple):
    """A template, its steps as values, and the channel and gap of each step."""

    template: LadderTemplate
    steps: tuple[Step, ...]
    contacted: tuple[Contacted, ...]
    different: frozenset[Contacted]  # `contacted` without repeats


class Patterns(NamedTuple):
    """The two templates of a place: the standard one, and the cold one."""

    standard: Pattern | None  # None if there is none; it may be off
    cold: Pattern | None  # None if there is none, or it is off


def patterns_of(mark: int | None, province: str, market: str) -> Patterns:
    """The effective template of each kind for a market, under this mark. A cold template that is off is left out (None)."""
    patterns = _KEPT.at(mark)

    def effective(kind: str) -> Pattern | None:
        return patterns.get((province, market, kind)) or patterns.get((province, ALL, kind))

    cold = effective(LadderTemplate.Kind.COLD)
    return Patterns(effective(LadderTemplate.Kind.STANDARD), cold if cold and cold.template.enabled else None)


def _pattern(template: LadderTemplate) -> Pattern:
    """Build the pattern of a template. Only the first step is given its gap: a later step falls due at least its gap after
    the ladder's start, so its gap is over by then."""
    steps = parsed(template.steps)
    contacted = [(step.channel, 0 if n else template.min_gap_minutes) for n, step in enumerate(steps)]
    return Pattern(template, steps, tuple(contacted), frozenset(contacted))


_KEPT = Kept(lambda: {(row.province, row.market, row.kind): _pattern(row) for row in LadderTemplate.objects.order_by()})


def min_gap() -> Coalesce:
    """The minutes that must lie between two contacts of one person, as an SQL expression for rows with a place.

    They come from the market's standard template, on or off, or else from the province's. If there is neither, they are 0.
    """
    standard = LadderTemplate.objects.filter(kind=LadderTemplate.Kind.STANDARD, province=OuterRef("province")).order_by()
    of_market, of_province = standard.filter(market=OuterRef("market")), standard.filter(market=ALL)
    return Coalesce(Subquery(of_market.values("min_gap_minutes")), Subquery(of_province.values("min_gap_minutes")), 0)
