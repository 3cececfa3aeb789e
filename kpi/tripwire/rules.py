"""When a metric has fallen: the guide's drop rule, and a Bernoulli CUSUM. No database here."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from math import log

from django.db import models

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
class Verdict:
    """What the drop rule says. `baseline` and `current` are None when there is too little to judge."""

    triggered: bool
    baseline: Decimal | None
    current: Decimal | None
    drop_fraction: Decimal | None
    note: str


def judge_drop(
    baseline: Decimal | None,
    current: Decimal | None,
    *,
    baseline_events: int,
    current_events: int | None,
    min_events: int,
    max_drop: Decimal,
) -> Verdict:
    """The guide's rule: (baseline - current) / baseline >= max_drop triggers (CONTRACT section 3).

    Fewer than `min_events` in either is no verdict; `current_events` None means that few is itself the fall (VOLUME).
    """
    too_few = baseline_events < min_events or (current_events is not None and current_events < min_events)
    if too_few or baseline is None or current is None:
        seen = f"{baseline_events} events before" + ("" if current_events is None else f", {current_events} in the window")
        return Verdict(False, baseline, current, None, f"not enough data: {seen}, {min_events} needed")
    if baseline <= 0:
        return Verdict(False, baseline, current, None, "the baseline is 0: nothing can fall")
    drop = (baseline - current) / baseline
    triggered = drop >= max_drop
    verb = "triggers" if triggered else "would trigger"
    return Verdict(triggered, baseline, current, drop, f"{drop:.1%} below the baseline; {max_drop:.1%} {verb}")


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


def cusum(start: float, outcomes: Iterable[bool], steps: CusumSteps) -> Iterable[float]:
    """The sum after each outcome: S = max(0, S + step)."""
    level = start
    for success in outcomes:
        level = max(0.0, level + (steps.success if success else steps.failure))
        yield level
