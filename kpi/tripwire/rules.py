"""Two methods that recognise a fall: the drop rule of the customer's guide, and a Bernoulli CUSUM. No database here."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import log

from django.db import models
from django.utils.translation import gettext_lazy as _

EVENTS_MAX = 5_000  # events in a window or a baseline; the simulation keeps them in memory for each of its runs
BASELINE_MIN = 200  # events that a CUSUM's baseline needs at least; better 500 or 1,000


class Statistic(models.TextChoices):
    """Which figure of a metric is watched."""

    SUCCESS_RATE = "SUCCESS_RATE", _("Share of successes, over rows with a success value")
    MEAN_VALUE = "MEAN_VALUE", _("Mean value, over rows with a value")
    VOLUME = "VOLUME", _("Number of rows in the last days, for metrics whose rows are always successes")


class Method(models.TextChoices):
    """The method by which a fall is recognised."""

    DROP = "DROP", _("The guide's rule: the last events against those before them")
    CUSUM = "CUSUM", _("A cumulative sum against a frozen, approved baseline")


class Action(models.TextChoices):
    """What a tripwire does at a fall."""

    THROTTLE = "THROTTLE", _("Switch the engine's risk policy off")
    KILL_SWITCH = "KILL_SWITCH", _("Engage the kill switch")


@dataclass(frozen=True, slots=True)
class FallVerdict:
    """The result of the drop rule. `drop_fraction` is negative if the metric rose, and None if the rule could not judge."""

    triggered: bool
    baseline: Fraction | None
    current: Fraction | None
    drop_fraction: Fraction | None
    note: str


def mean(values: Sequence[Decimal | bool]) -> Fraction | None:
    """Return the exact mean (of booleans, the share of True), so that no rounding hides a fall. None without values."""
    return Fraction(sum(values, Decimal(0))) / len(values) if values else None


def judge_drop(
    baseline: Fraction | None,
    current: Fraction | None,
    *,
    baseline_events: int,
    current_events: int | None,
    min_events: int,
    max_drop: Decimal,
) -> FallVerdict:
    """Apply the drop rule of the customer's guide: (baseline - current) / baseline >= max_drop is a fall (CONTRACT sec. 3).

    If the baseline or the window has fewer than `min_events` events, the rule does not judge. For the statistic VOLUME
    `current_events` is None, and the window needs no minimum, because few events are the fall itself.
    """
    too_few = baseline_events < min_events or (current_events is not None and current_events < min_events)
    if too_few or baseline is None or current is None:
        seen = f"{baseline_events} events before" + ("" if current_events is None else f", {current_events} in the window")
        return FallVerdict(False, baseline, current, None, f"not enough data: {seen}; {min_events} needed")
    if baseline <= 0:
        note = f"the baseline is {number(baseline)}: a fall is counted as a share of one above 0"
        return FallVerdict(False, baseline, current, None, note)
    drop = (baseline - current) / baseline
    triggered = drop >= Fraction(max_drop)
    limit = f"{percent(Fraction(max_drop))} {'or more triggers' if triggered else 'would trigger'}"
    return FallVerdict(triggered, baseline, current, drop, f"{fall(baseline, current)}; {limit}")


def fall(baseline: Fraction, current: Fraction) -> str:
    """Return a text that says how far `current` is below `baseline`. The baseline must be above 0."""
    share = (baseline - current) / baseline
    change = "no fall" if share <= 0 else f"{percent(share)} lower"
    return f"now {number(current)}, before {number(baseline)}: {change}"


def percent(share: Fraction) -> str:
    """Return a share as percent with at most 2 decimals, rounded down: rounding never makes a fall seem to reach a limit."""
    return f"{number(Fraction(int(share * 10_000), 100))}%"


def number(value: Fraction) -> str:
    """Return a number as text with at most 4 decimals."""
    return f"{float(value):,.4f}".rstrip("0").rstrip(".")


def jeffreys(successes: int, trials: int) -> Decimal:
    """Return the success rate to store in a baseline: (successes + 0.5) / (trials + 1), which is never 0 or 1."""
    return (Decimal(successes) + Decimal("0.5")) / (Decimal(trials) + 1)


@dataclass(frozen=True, slots=True)
class CusumSteps:
    """What a success or a failure adds to a CUSUM: the log likelihood ratio of the fallen rate to the baseline rate."""

    success: float
    failure: float


def cusum_steps(baseline_rate: float, design_drop: float) -> CusumSteps:
    """Return a CUSUM's steps for a baseline rate (between 0 and 1) and the fall (0..1) that the CUSUM is designed to see."""
    dropped = baseline_rate * (1 - design_drop)
    return CusumSteps(log(dropped / baseline_rate), log((1 - dropped) / (1 - baseline_rate)))


def cusum(start: float, outcomes: Iterable[bool], steps: CusumSteps) -> Iterator[float]:
    """Yield the CUSUM after each outcome, beginning at `start`: S = max(0, S + step)."""
    level = start
    for success in outcomes:
        level = max(0.0, level + (steps.success if success else steps.failure))
        yield level
