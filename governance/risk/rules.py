"""The rules of risk caps, in Decimal. No database here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

from governance.decisions import Decision

GLOBAL = "GLOBAL"  # the sum of all engines: every reservation must pass its caps too
_AMOUNT_LIMIT = Decimal(10**12)  # CAD; the columns hold no more


class Caps(Protocol):
    """A protocol: the caps of an engine, in CAD and in actions a day. 0 is no cap. A `RiskPolicy` has them."""

    engine: str
    enabled: bool
    max_daily_loss: Decimal
    max_daily_exposure: Decimal
    max_open_risk: Decimal
    max_actions_per_day: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What an engine has used of its caps: today's exposure, loss and actions, and the open risk of all days."""

    exposure_used: Decimal
    realized_loss: Decimal
    actions_count: int
    open_risk: Decimal


NOTHING = Usage(Decimal(0), Decimal(0), 0, Decimal(0))


class Ledger(NamedTuple):
    """A row of `RiskDay`: what an engine used and lost on one business day, in CAD."""

    id: int
    engine: str
    day: date
    exposure_used: Decimal
    open_risk_reserved: Decimal
    realized_loss: Decimal
    actions_count: int

    def reserved(self, amount: Decimal) -> "Ledger":
        """The ledger after one more reservation on its day."""
        return self.exposed(amount).booked(freed=-amount)

    def exposed(self, amount: Decimal) -> "Ledger":
        """The ledger after one more action that put so much at stake."""
        return self._replace(exposure_used=self.exposure_used + amount, actions_count=self.actions_count + 1)

    def booked(self, *, freed: Decimal = Decimal(0), loss: Decimal = Decimal(0)) -> "Ledger":
        """The ledger after a part of its open risk was freed, and a loss was added. Below 0: more is open; a correction."""
        return self._replace(open_risk_reserved=self.open_risk_reserved - freed, realized_loss=self.realized_loss + loss)


def usage(ledgers: Sequence[Ledger], engine: str, day: date) -> Usage:
    """What the engine has used of its caps on a day. `ledgers` has its ledger of that day, and all that have open risk."""
    own = [ledger for ledger in ledgers if ledger.engine == engine]
    [today] = [ledger for ledger in own if ledger.day == day]
    open_risk = sum((ledger.open_risk_reserved for ledger in own if ledger.open_risk_reserved), Decimal(0))
    return Usage(today.exposure_used, today.realized_loss, today.actions_count, open_risk)


def is_amount(value: Decimal) -> bool:
    """Whether the value is whole cents of CAD, from 0 to below a trillion. The database would round a finer value."""
    return value.is_finite() and 0 <= value < _AMOUNT_LIMIT and value == round(value, 2)


# GLOBAL is not an engine but the sum of all.
NOBODYS = Decision(False, "global_is_no_engine", f"{GLOBAL} is the sum of all engines: reserve for one of them")


def judge(caps: Caps | None, usage: Usage, amount: Decimal, *, engine: str) -> Decision:
    """Judge whether the engine may put this amount at stake. The answer names the first cap that forbids it. If the
    engine's risk policy is missing (`caps` is None) or off, the engine may not.

    Usage may reach a cap, not pass it. Once the day's loss reaches its cap, every amount is refused (CONTRACT section 3).
    """
    if caps is None:
        return Decision(False, "no_policy", f"{engine} has no risk policy")
    if not caps.enabled:
        return Decision(False, "policy_disabled", f"the risk policy of {engine} is off")
    if caps.max_daily_loss and usage.realized_loss >= caps.max_daily_loss:
        return _denied(caps, "max_daily_loss", f"today's loss is {usage.realized_loss} of {caps.max_daily_loss}")
    if caps.max_daily_exposure and usage.exposure_used + amount > caps.max_daily_exposure:
        return _denied(caps, "max_daily_exposure", f"today's exposure is {usage.exposure_used} of {caps.max_daily_exposure}")
    if caps.max_open_risk and usage.open_risk + amount > caps.max_open_risk:
        return _denied(caps, "max_open_risk", f"the open risk is {usage.open_risk} of {caps.max_open_risk}")
    if caps.max_actions_per_day and usage.actions_count + 1 > caps.max_actions_per_day:
        return _denied(caps, "max_actions_per_day", f"today's actions are {usage.actions_count}")
    return Decision(True, "reserved", "reserved")


def decide(engine: str, amount: Decimal, caps: Mapping[str, Caps], ledgers: Sequence[Ledger], day: date) -> Decision:
    """Judge by the caps of GLOBAL, then by those of the engine. For `ledgers` see `usage`; without caps there are none."""
    if engine == GLOBAL:
        return NOBODYS
    return judged_by(engine, amount, caps, ledgers, day)[1]


def judged_by(
    engine: str, amount: Decimal, caps: Mapping[str, Caps], ledgers: Sequence[Ledger], day: date
) -> tuple[str, Decision]:
    """The decision of `decide` about an engine, and whose caps decided."""
    for name in (GLOBAL, engine):
        used = usage(ledgers, name, day) if name in caps else NOTHING
        decision = judge(caps.get(name), used, amount, engine=name)
        if not decision.allowed:
            break
    return name, decision


def _denied(caps: Caps, cap: str, detail: str) -> Decision:
    return Decision(False, cap, f"{cap} of {caps.engine}: {detail}")
