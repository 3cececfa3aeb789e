"""The brackets of a schedule as one line of text, such as `0: 0.5%; 55000: 1%` or `0: $50; 100000: $150`."""

import re
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

_PART = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,2})?): *(?:\$([0-9]{1,9}(?:\.[0-9]{1,2})?)|([0-9]{1,3}(?:\.[0-9]{1,6})?)%)")


class Bracket(NamedTuple):
    """From which value in CAD on, the rate as a fraction, and an amount in CAD, of which one is 0."""

    start: Decimal
    rate: Decimal
    amount: Decimal


def brackets_of(text: str) -> tuple[Bracket, ...]:
    """The brackets of a text, the lowest first. An empty text has none.

    Raises:
        ValueError: the text is no list of brackets, or they do not begin at 0 and rise.

    """
    brackets = tuple(_bracket(part.strip()) for part in text.split(";")) if text.strip() else ()
    starts = [bracket.start for bracket in brackets]
    if starts and (starts[0] != 0 or any(low >= high for low, high in pairwise(starts))):
        raise ValueError("must begin at 0 and rise")
    return brackets


def _bracket(part: str) -> Bracket:
    found = _PART.fullmatch(part)
    if found is None:
        raise ValueError(f"has no such part as {part!r}; write 55000: 1%, or 0: $50")
    start, amount, rate = found.groups()
    return Bracket(Decimal(start), Decimal(rate or 0) / 100, Decimal(amount or 0))
