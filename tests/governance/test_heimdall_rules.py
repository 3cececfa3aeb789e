"""The arithmetic of the gate of AI advice (CONTRACT section 3, Heimdall)."""

from decimal import Decimal
from typing import Any

import pytest

from governance.heimdall.models import HeimdallPolicy
from governance.heimdall.rules import judge, wilson_lower_bound


def charter_with(**changes: Any) -> HeimdallPolicy:
    """A charter of 90% confidence, 50 trials and 80% success, but for these changes. It is not stored."""
    needed = {"min_confidence_prod": Decimal("0.90"), "min_sandbox_trials": 50, "min_sandbox_success_rate": Decimal("0.80")}
    return HeimdallPolicy(**{"prod_use_enabled": True, **needed, **changes})


CHARTER = charter_with()
ENOUGH: dict[str, Any] = {"confidence": Decimal("0.90"), "trials": 50, "successes": 40}


@pytest.mark.parametrize(
    ("charter", "given", "code"),
    [
        (CHARTER, {}, "gate_pass"),  # each threshold exactly met
        (None, {}, "prod_use_disabled"),
        (charter_with(prod_use_enabled=False), {}, "prod_use_disabled"),
        (CHARTER, {"confidence": Decimal("0.8999")}, "confidence_below_threshold"),
        (CHARTER, {"trials": 49}, "insufficient_sandbox_trials"),
        (CHARTER, {"trials": 0, "successes": 0}, "insufficient_sandbox_trials"),
        (CHARTER, {"successes": 39}, "sandbox_success_rate_below_threshold"),
        # First refusal wins.
        (
            charter_with(prod_use_enabled=False),
            {"confidence": Decimal(0), "trials": 0, "successes": 0},
            "prod_use_disabled",
        ),
        (CHARTER, {"confidence": Decimal(0), "trials": 0, "successes": 0}, "confidence_below_threshold"),
        (CHARTER, {"trials": 49, "successes": 0}, "insufficient_sandbox_trials"),
        # A charter that asks for no trials, without trials: no division by zero, and a rate of 0.
        (charter_with(min_sandbox_trials=0), {"trials": 0, "successes": 0}, "sandbox_success_rate_below_threshold"),
        (
            charter_with(min_sandbox_trials=0, min_sandbox_success_rate=Decimal(0)),
            {"trials": 0, "successes": 0},
            "gate_pass",
        ),
        (
            charter_with(min_sandbox_trials=1, min_sandbox_success_rate=Decimal(1)),
            {"trials": 1, "successes": 1},
            "gate_pass",
        ),
        # The lower bound of 40 of 50 is 0.67.
        (charter_with(use_lower_bound=True), {}, "sandbox_success_rate_below_threshold"),
        (
            charter_with(use_lower_bound=True, min_sandbox_success_rate=Decimal("0.67")),
            {},
            "sandbox_success_rate_below_threshold",
        ),
        (charter_with(use_lower_bound=True, min_sandbox_success_rate=Decimal("0.669")), {}, "gate_pass"),
        (
            charter_with(use_lower_bound=True, min_sandbox_trials=0),
            {"trials": 0, "successes": 0},
            "sandbox_success_rate_below_threshold",
        ),
        # A rate that no float holds exactly.
        (charter_with(min_sandbox_success_rate=Decimal("0.82")), {"successes": 41}, "gate_pass"),
        (
            charter_with(min_sandbox_success_rate=Decimal("0.8201")),
            {"successes": 41},
            "sandbox_success_rate_below_threshold",
        ),
        (charter_with(min_sandbox_success_rate=Decimal(1)), {"successes": 50}, "gate_pass"),
    ],
)
def test_the_gate_gives_the_first_reason(charter: Any, given: Any, code: Any) -> None:
    decision = judge(charter, **{**ENOUGH, **given})
    assert (decision.code, decision.allowed) == (code, code == "gate_pass")


def test_a_confidence_of_exactly_the_minimum_is_enough() -> None:
    assert judge(CHARTER, **ENOUGH).code == "gate_pass"
    assert judge(CHARTER, **{**ENOUGH, "confidence": CHARTER.min_confidence_prod - Decimal("0.0001")}).code == (
        "confidence_below_threshold"
    )


@pytest.mark.parametrize(
    ("charter", "given", "detail"),
    [
        (None, {}, "Production use of this domain is off."),
        (CHARTER, {"confidence": Decimal("0.8999")}, "Confidence 0.8999 is below 0.90."),
        (CHARTER, {"trials": 49}, "49 trials of 50 are done."),
        (CHARTER, {"successes": 39}, "Success rate 0.7800 is below 0.80."),
        (CHARTER, {}, "The advice may be used."),
    ],
)
def test_each_decision_gives_its_reason(charter: Any, given: Any, detail: str) -> None:
    assert judge(charter, **{**ENOUGH, **given}).detail == detail


@pytest.mark.parametrize(
    ("successes", "trials", "expected"),
    [(40, 50, 0.6696), (0, 0, 0.0), (0, 10, 0.0), (10, 10, 0.7225), (400, 500, 0.7627), (1, 1, 0.2065)],
)
def test_the_lower_bound_is_wilsons(successes: Any, trials: Any, expected: Any) -> None:
    assert wilson_lower_bound(successes, trials) == pytest.approx(expected, abs=0.00005)


def test_the_lower_bound_is_never_below_0() -> None:
    assert min(wilson_lower_bound(0, trials) for trials in range(1, 500)) == 0


def test_more_trials_at_the_same_rate_raise_the_lower_bound() -> None:
    bounds = [wilson_lower_bound(4 * n, 5 * n) for n in (1, 10, 100, 1000)]
    assert bounds == sorted(bounds)
    assert bounds[-1] < 0.8
