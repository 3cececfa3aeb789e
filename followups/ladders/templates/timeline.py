"""The steps of a ladder on a line by their delay. No database here.

A ladder has steps after minutes and after days. On a plain scale the first ones would lie on each other, so the line is
drawn by the logarithm of the delay, and points keep a distance.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from math import log1p
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from followups.ladders.templates.steps import delay_text
from governance.channels import Channel

FIRST, LAST = 4.0, 96.0  # percent of the line's width at which the first and the last point lie
NEAREST = 8.0  # percent between two points, if there is room
UNIT = 10  # minutes: below it the scale is nearly even
MARKS = (60, 1440, 10_080, 43_200)  # minutes: an hour, a day, a week, 30 days
ICONS = {Channel.CALL: "call", Channel.SMS: "sms", Channel.EMAIL: "mail"}


class StepPoint(NamedTuple):
    """A step on the line: its place in percent, and what is said of it."""

    number: int
    x: float
    channel: str
    icon: str
    delay: str
    hours: str  # when it may be done, local to the lead
    english: str
    french: str


class LineMark(NamedTuple):
    """A delay that is written above the line, and its place in percent."""

    x: float
    label: str


class LadderLine(NamedTuple):
    """A ladder as a line."""

    points: list[StepPoint]
    marks: list[LineMark]


def timeline(steps: Sequence[Mapping[str, Any]], hours: Mapping[str, str]) -> LadderLine:
    """The line of well-formed steps. `hours` says in words when each channel may be used in the template's place."""
    delays = [step["delay_minutes"] for step in steps]
    points = [
        StepPoint(
            number,
            x,
            str(Channel(step["channel"]).label),
            ICONS[Channel(step["channel"])],
            _("after %(delay)s") % {"delay": delay_text(delay)} if delay else _("at once"),
            hours[step["channel"]],
            step["script_en"],
            step["script_fr"],
        )
        for number, (step, delay, x) in enumerate(zip(steps, delays, placed(delays), strict=True), start=1)
    ]
    return LadderLine(points, list(_marks(max(delays))))


def placed(delays: Sequence[int]) -> list[float]:
    """Where steps with these delays (minutes, rising) lie on the line, in percent of its width."""
    longest = max(delays)
    near = min(NEAREST, (LAST - FIRST) / max(1, len(delays) - 1))
    places = [_place(delay, longest) for delay in delays]
    for left, right in pairwise(range(len(places))):  # from the left, each keeps its distance
        places[right] = max(places[right], places[left] + near)
    places[-1] = min(places[-1], LAST)
    for right, left in pairwise(reversed(range(len(places)))):  # back from the end, where that passed it
        places[left] = min(places[left], places[right] - near)
    return [round(place, 2) for place in places]


def _place(delay: int, longest: int) -> float:
    return FIRST + (LAST - FIRST) * (log1p(delay / UNIT) / log1p(longest / UNIT) if longest else 0)


def _marks(longest: int) -> Iterator[LineMark]:
    for minutes in MARKS:
        if minutes < longest:
            yield LineMark(round(_place(minutes, longest), 2), delay_text(minutes))
