"""How a monitoring program, such as a tripwire, stops everything or one engine, and undoes that stop."""

from dataclasses import dataclass

from governance.golive import services as golive
from governance.golive.models import GoLiveState
from governance.policies import upsert
from governance.risk.figures import policy_of
from governance.risk.models import RiskPolicy
from wholesale.plumbing.act import Act
from wholesale.plumbing.mark import hold as hold_mark
from wholesale.plumbing.texts import iso_utc


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop of everything or of one engine. `mark` identifies the state after the stop: any later change alters it."""

    mark: str
    began: bool  # False where it was stopped already
    by: str = ""  # who engaged the kill switch earlier; empty where this stop did


def stop_all(act: Act) -> Stop:
    """Engage the kill switch. Call it outside any transaction, because others see the kill switch only after the commit."""
    state, began, _ = golive.engage(act)
    return Stop(_mark(state), began, "" if state.updated_at == act.now else state.changed_by)


def lift_stop_of_all(mark: str, act: Act) -> bool:
    """Release the kill switch unless the go-live state changed since it had `mark`. Return whether it was released."""
    golive.lock_exclusive()
    state = golive.locked_state()
    if state is None or _mark(state) != mark:
        return False
    golive.release_kill_switch(act=act)
    return True


def _mark(state: GoLiveState) -> str:
    return iso_utc(state.updated_at)


def throttle_engine(engine: str, act: Act) -> Stop | None:
    """Switch off the engine's risk policy. Return the stop, or None if the engine has no risk policy."""
    hold_mark()
    policy = policy_of(engine)
    if policy is None:
        return None
    began = policy.enabled
    if began:
        policy = upsert(RiskPolicy, engine=engine, enabled=False, act=act)
    return Stop(str(policy.version), began)


def lift_throttle(engine: str, mark: str, act: Act) -> bool:
    """Switch the engine's risk policy on unless it changed since it had `mark`. Return whether it was switched on."""
    hold_mark()
    policy = policy_of(engine)
    if policy is None or str(policy.version) != mark:
        return False
    upsert(RiskPolicy, engine=engine, enabled=True, act=act)
    return True
