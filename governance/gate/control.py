"""What a program that watches may stop, and take back: everything, or one engine."""

from dataclasses import dataclass

from governance.golive import services as golive
from governance.golive.models import GoLiveState
from governance.policies import upsert
from governance.risk import policies
from governance.risk.models import RiskPolicy
from wholesale.plumbing.act import Act
from wholesale.plumbing.texts import iso_utc


@dataclass(frozen=True, slots=True)
class Stop:
    """What stands still now. Any later change, whoever makes it, gives it another mark."""

    mark: str
    began: bool  # False where it stood still already
    by: str = ""  # who had stopped everything before


def stop_all(act: Act) -> Stop:
    """Engage the kill switch, saying why. Call it outside any transaction (`governance.golive.services.engage` says why)."""
    state, began, _ = golive.engage(act)
    return Stop(_mark(state), began, "" if state.updated_at == act.now else state.changed_by)


def lift_stop_of_all(mark: str, act: Act) -> bool:
    """Release the kill switch, if nobody touched the go-live state since it got this mark. Whether it did."""
    golive.lock_exclusive()
    state = golive.locked_state()
    if state is None or _mark(state) != mark:
        return False
    golive.release_kill_switch(act=act)
    return True


def _mark(state: GoLiveState) -> str:
    return iso_utc(state.updated_at)


def throttle_engine(engine: str, act: Act) -> Stop | None:
    """Switch the engine's risk policy off, saying why. None where it has none."""
    policy = policies.locked_policy(engine)
    if policy is None:
        return None
    began = policy.enabled
    if began:
        policy = upsert(RiskPolicy, engine=engine, enabled=False, act=act)
    return Stop(str(policy.version), began)


def lift_throttle(engine: str, mark: str, act: Act) -> bool:
    """Switch the engine's risk policy on again, if nobody touched it since it got this mark. Whether it did."""
    policy = policies.locked_policy(engine)
    if policy is None or str(policy.version) != mark:
        return False
    upsert(RiskPolicy, engine=engine, enabled=True, act=act)
    return True
