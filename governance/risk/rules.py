"""The rules of risk caps, in Decimal. No database here."""

from dataclasses import dataclass
from decimal import Decimal

from governance.decisions import Decision

GLOBAL = "GLOBAL"  # the sum of all engines: every reservation must pass its caps too
_AMOUNT_LIMIT = Decimal(10**12)  # CAD; the columns hold no more


@dataclass(frozen=True, slots=True)
class Caps:
    """The caps of an engine, in CAD and in actions a day. 0 is no cap."""

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


def _denied(caps: Caps, cap: str, detail: str) -> Decision:
    return Decision(False, cap, f"{cap} of {caps.engine}: {detail}")
