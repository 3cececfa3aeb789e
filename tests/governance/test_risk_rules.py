"""The arithmetic of risk caps (CONTRACT section 3, risk)."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from governance.decisions import Decision
from governance.risk.models import RiskPolicy
from governance.risk.rules import GLOBAL, NOTHING, Caps, Ledger, Usage, decide, is_amount, judge, usage

BUSY = Usage(Decimal("60.10"), Decimal("20.05"), 3, Decimal("40.20"))
CENT = Decimal("0.01")


def capped(**changes: Any) -> RiskPolicy:
    """A policy that is on and has no caps but these. It is not stored."""
    return RiskPolicy(**{"engine": "WHOLESALE", "enabled": True, **changes})


def code(caps: Caps | None, standing: Usage = BUSY, amount: str = "10.00") -> str:
    return judge(caps, standing, Decimal(amount), engine="WHOLESALE").code


@pytest.mark.parametrize(
    ("cap", "just_enough"),
    [("max_daily_exposure", Decimal("70.10")), ("max_open_risk", Decimal("50.20")), ("max_actions_per_day", 4)],
)
def test_a_cap_can_be_reached_exactly_and_never_passed(cap: Any, just_enough: Any) -> None:
    assert code(capped(**{cap: just_enough})) == "reserved"
    one_less = 1 if cap == "max_actions_per_day" else CENT
    assert code(capped(**{cap: just_enough - one_less})) == cap
    if cap != "max_actions_per_day":
        assert code(capped(**{cap: just_enough}), amount="10.01") == cap


@pytest.mark.parametrize(
    ("cap", "expected"),
    [("20.04", "max_daily_loss"), ("20.05", "max_daily_loss"), ("20.06", "reserved")],
)
def test_the_loss_cap_closes_the_engine_once_it_is_reached(cap: Any, expected: Any) -> None:
    assert code(capped(max_daily_loss=Decimal(cap))) == expected


def test_0_means_no_cap() -> None:
    assert code(capped(), Usage(Decimal(10**9), Decimal(10**9), 10**6, Decimal(10**9)), "999999.99") == "reserved"


def test_a_missing_or_disabled_policy_refuses_whatever_the_caps() -> None:
    assert judge(None, NOTHING, Decimal(10), engine="WHOLESALE") == Decision(
        False, "no_policy", "WHOLESALE has no risk policy"
    )
    assert judge(capped(enabled=False), NOTHING, Decimal(10), engine="WHOLESALE") == Decision(
        False, "policy_disabled", "the risk policy of WHOLESALE is off"
    )


def test_the_first_refusing_cap_is_named_with_the_amount_at_stake() -> None:
    order = {
        "max_daily_loss": "today's loss is 20.05 of 1",
        "max_daily_exposure": "today's exposure is 60.10 of 1",
        "max_open_risk": "the open risk is 40.20 of 1",
        "max_actions_per_day": "today's actions are 3",
    }
    caps = capped(**dict.fromkeys(order, 1))
    for cap, detail in order.items():
        decision = judge(caps, BUSY, Decimal(10), engine="WHOLESALE")
        assert decision == Decision(False, cap, f"{cap} of WHOLESALE: {detail}")
        setattr(caps, cap, 0)
    assert judge(caps, BUSY, Decimal(10), engine="WHOLESALE") == Decision(True, "reserved", "reserved")


def test_ten_cents_and_twenty_fit_into_thirty() -> None:
    standing = replace(NOTHING, exposure_used=Decimal("0.10"), open_risk=Decimal("0.10"))
    caps = capped(max_daily_exposure=Decimal("0.30"), max_open_risk=Decimal("0.30"))
    assert code(caps, standing, "0.20") == "reserved"
    assert code(caps, standing, "0.21") == "max_daily_exposure"


TODAY, YESTERDAY = date(2026, 12, 15), date(2026, 12, 14)


def ledger(
    engine: str = "WHOLESALE", day: date = TODAY, *, exposure: str = "0", open_risk: str = "0", loss: str = "0"
) -> Ledger:
    return Ledger(1, engine, day, Decimal(exposure), Decimal(open_risk), Decimal(loss), 3)


def test_usage_is_of_the_day_but_open_risk_of_all_days() -> None:
    ledgers = [
        ledger(exposure="30", open_risk="10", loss="2"),
        ledger(day=YESTERDAY, exposure="50", open_risk="5.50", loss="9"),
        ledger("CAPITAL", exposure="70", open_risk="70", loss="7"),
    ]
    assert usage(ledgers, "WHOLESALE", TODAY) == Usage(Decimal(30), Decimal(2), 3, Decimal("15.50"))


def test_a_reservation_and_its_settlement_change_only_their_figures() -> None:
    reserved = ledger(exposure="30", open_risk="10", loss="2").reserved(Decimal("0.10"))
    assert reserved[3:] == (Decimal("30.10"), Decimal("10.10"), Decimal(2), 4)
    assert reserved.booked(freed=Decimal("0.10"))[3:] == (Decimal("30.10"), Decimal(10), Decimal(2), 4)
    assert reserved.booked(loss=Decimal("-1.50"))[3:] == (Decimal("30.10"), Decimal("10.10"), Decimal("0.50"), 4)


@pytest.mark.parametrize(
    ("engine", "caps", "code", "named"),
    [
        ("WHOLESALE", {GLOBAL: {}, "WHOLESALE": {}}, "reserved", "reserved"),
        ("WHOLESALE", {GLOBAL: {"max_open_risk": 19}, "WHOLESALE": {"max_open_risk": 1}}, "max_open_risk", "GLOBAL"),
        ("WHOLESALE", {GLOBAL: {"max_open_risk": 20}, "WHOLESALE": {"max_open_risk": 9}}, "max_open_risk", "WHOLESALE"),
        ("WHOLESALE", {GLOBAL: {"enabled": False}, "WHOLESALE": {}}, "policy_disabled", "GLOBAL"),
        ("WHOLESALE", {GLOBAL: {}}, "no_policy", "WHOLESALE"),
        ("WHOLESALE", {"WHOLESALE": {}}, "no_policy", "GLOBAL"),
        (GLOBAL, {GLOBAL: {}}, "global_is_no_engine", "GLOBAL"),
    ],
)
def test_global_is_judged_before_the_engine(engine: Any, caps: Any, code: Any, named: Any) -> None:
    given = {name: capped(engine=name, **changes) for name, changes in caps.items()}
    ledgers = [ledger(name, open_risk="10" if name == GLOBAL else "0") for name in caps]
    decision = decide(engine, Decimal(10), given, ledgers, TODAY)
    assert (decision.code, decision.allowed) == (code, code == "reserved")
    assert named in decision.detail


@pytest.mark.parametrize("amount", ["0", "0.01", "10", "10.00", "999999999999.99"])
def test_an_amount_is_in_whole_cents(amount: Any) -> None:
    assert is_amount(Decimal(amount))


@pytest.mark.parametrize(
    "amount", ["-0.01", "0.001", "10.005", "1000000000000", "1E+30", "NaN", "sNaN", "Infinity", "-Infinity"]
)
def test_an_amount_that_the_database_would_round_or_not_hold_is_refused(amount: Any) -> None:
    assert not is_amount(Decimal(amount))
