"""The tiles of Today: a figure, its change against the span before, and its list. No database here."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from wholesale.plumbing.showing import shown_number, shown_rate, shown_span


@dataclass(frozen=True, slots=True)
class FigureTile:
    """A figure that links to a list (`link` may be empty). `change` is against the span before; `is_better` colours it."""

    title: str
    value: str
    change: str
    link: str = ""
    is_better: bool | None = None  # None: neither better nor worse

    @property
    def trend(self) -> str:
        """The name of the symbol beside the change."""
        return {True: "check", False: "warning", None: ""}[self.is_better]


def count_tile(title: str, now: int, before: int, link: str = "") -> FigureTile:
    """Return the tile of a number of which more is better."""
    if now == before:
        change = _("as many as before")
    elif not before:
        change = _("none before")
    else:
        change = _("%(change)s, %(before)s before") % {
            "change": _signed((now - before) / before, shown_rate),
            "before": shown_number(before),
        }
    return FigureTile(title, shown_number(now), change, link, None if now == before or not before else now > before)


def rate_tile(title: str, now: float | None, before: float | None, link: str = "") -> FigureTile:
    """Return the tile of a fraction (0..1) of which more is better. The change is in percentage points."""
    if now is None or before is None:
        return FigureTile(title, shown_rate(now), _none_to_compare(now, before), link)
    points = round((now - before) * 100, 1)
    change = _("%(points)s points, %(before)s before") % {
        "points": _signed(points, lambda value: shown_number(value, 1)),
        "before": shown_rate(before),
    }
    return FigureTile(title, shown_rate(now), change, link, None if not points else points > 0)


def minutes_tile(title: str, now: float | None, before: float | None, link: str = "") -> FigureTile:
    """Return the tile of a time in minutes, of which less is better."""
    value = shown_span(now)
    if now is None or before is None:
        return FigureTile(title, value, _none_to_compare(now, before), link)
    less = round(now) - round(before)
    change = _("the same as before")
    if less:
        change = _("%(change)s, %(before)s before") % {
            "change": ("+" if less > 0 else "-") + shown_span(abs(less)),
            "before": shown_span(before),
        }
    return FigureTile(title, value, change, link, None if not less else less < 0)


def _signed(change: float, shown: Callable[[float], str]) -> str:
    return f"+{shown(change)}" if change > 0 else shown(change)


def _none_to_compare(now: float | None, before: float | None) -> str:
    return _("nothing to measure") if now is None else _("nothing before to compare with")
