"""When a metric has fallen: the guide's drop rule, and a Bernoulli CUSUM. No database here."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import log

from django.db import models

EVENTS_MAX = 5_000  # of a window or a baseline: the simulation at save holds as many outcomes for each of its runs
BASELINE_MIN = 200  # events that a CUSUM's baseline must rest on; better 500 or 1,000


class Statistic(models.TextChoices):
    """What of a metric's rows is watched."""

    SUCCESS_RATE = "SUCCESS_RATE", "Share of successes, over rows with a success value"
    MEAN_VALUE = "MEAN_VALUE", "Mean value, over rows with a value"
    VOLUME = "VOLUME", "Number of rows in the last days, for metrics whose rows are always successes"


class Method(models.TextChoices):
    """How a fall is recognised."""

    DROP = "DROP", "The guide's rule: the last events against those before them"
    CUSUM = "CUSUM", "A cumulative sum against a frozen, approved baseline"


class Action(models.TextChoices):
    """What a trigger does."""

    THROTTLE = "THROTTLE", "Switch the engine's risk policy off"
    KILL_SWITCH = "KILL_SWITCH", "Engage the kill switch"


@dataclass(frozen=True, slots=True)
class FallVerdict:
    """What the drop rule says. `drop_fraction` is None without a verdict; it is negative where the metric rose."""

    triggered: bool
    baseline: Fraction | None
    current: Fraction | None
    drop_fraction: Fraction | None
    note: str


def mean(values: Sequence[Decimal | bool]) -> Fraction | None:
    """The mean, or the share of True; None of nothing. Exact, so that a fall of just the threshold is one."""
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
    """The guide's rule: (baseline - current) / baseline >= max_drop triggers (CONTRACT section 3).

    Fewer than `min_events` in either is no verdict; `current_events` None means that few is itself the fall (VOLUME).
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
    """How `current` stands to a baseline above 0, in words."""
    share = (baseline - current) / baseline
    change = "no fall" if share <= 0 else f"{percent(share)} lower"
    return f"now {number(current)}, before {number(baseline)}: {change}"


def percent(share: Fraction) -> str:
    """A share as percent with at most 2 decimals, rounded down: what is not reached yet never reads as if it were."""
    return f"{number(Fraction(int(share * 10_000), 100))}%"


def number(value: Fraction) -> str:
    """A number to read, with at most 4 decimals."""
    return f"{float(value):,.4f}".rstrip("0").rstrip(".")


def jeffreys(successes: int, trials: int) -> Decimal:
    """The rate that a frozen baseline takes: (s + 0.5) / (n + 1), never 0 nor 1."""
    return (Decimal(successes) + Decimal("0.5")) / (Decimal(trials) + 1)


@dataclass(frozen=True, slots=True)
class CusumSteps:
    """What one success or failure adds to the sum: the log likelihood ratio of the dropped rate to the baseline's."""

    success: float
    failure: float


def cusum_steps(baseline_rate: float, design_drop: float) -> CusumSteps:
    """The steps for a baseline rate in (0, 1) and the drop (fraction 0..1) that the chart is designed to find."""
    dropped = baseline_rate * (1 - design_drop)
    return CusumSteps(log(dropped / baseline_rate), log((1 - dropped) / (1 - baseline_rate)))


def cusum(start: float, outcomes: Iterable[bool], steps: CusumSteps) -> Iterator[float]:
    """The sum after each outcome: S = max(0, S + step)."""
    level = start
    for success in outcomes:
        level = max(0.0, level + (steps.success if success else steps.failure))
        yield level
