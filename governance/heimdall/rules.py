"""The rules of the gate of AI advice, as pure functions. No database here."""

from decimal import Decimal
from math import sqrt
from typing import Protocol

from governance.decisions import Decision

_Z = 1.959964  # of the standard normal: a two-sided interval of 95%


class Charter(Protocol):
    """A protocol: what AI advice must show before production may use it. Rates are fractions 0..1. See `HeimdallPolicy`."""

    prod_use_enabled: bool
    min_confidence_prod: Decimal
    min_sandbox_trials: int
    min_sandbox_success_rate: Decimal
    use_lower_bound: bool


def wilson_lower_bound(successes: int, trials: int) -> float:
    """The lower end of Wilson's 95% interval of a success rate. 40 of 50 gives 0.67; no trials give 0."""
    if trials == 0:
        return 0.0
    rate, z2 = successes / trials, _Z * _Z
    centre = rate + z2 / (2 * trials)
    spread = _Z * sqrt(rate * (1 - rate) / trials + z2 / (4 * trials * trials))
    return max(0.0, (centre - spread) / (1 + z2 / trials))  # a rounding error below 0 is 0


def judge(charter: Charter | None, *, confidence: Decimal, trials: int, successes: int) -> Decision:
    """Judge whether production may use an AI's advice. The answer names the first reason against it. If there is no
    charter, production may not use it (CONTRACT section 3)."""
    if charter is None or not charter.prod_use_enabled:
        return Decision(False, "prod_use_disabled", "Production use of this domain is off.")
    if confidence < charter.min_confidence_prod:
        return Decision(
            False, "confidence_below_threshold", f"Confidence {confidence} is below {charter.min_confidence_prod}."
        )
    if trials < charter.min_sandbox_trials:
        return Decision(False, "insufficient_sandbox_trials", f"{trials} trials of {charter.min_sandbox_trials} are done.")
    # A Decimal, so that a rate of exactly the threshold passes.
    rate = Decimal(wilson_lower_bound(successes, trials)) if charter.use_lower_bound else Decimal(successes) / max(trials, 1)
    if rate < charter.min_sandbox_success_rate:
        return Decision(
            False,
            "sandbox_success_rate_below_threshold",
            f"Success rate {rate:.4f} is below {charter.min_sandbox_success_rate}.",
        )
    return Decision(True, "gate_pass", "The advice may be used.")
