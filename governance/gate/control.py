"""What a program that watches may stop, and take back: everything, or one engine."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import User

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


def stop_all(*, changed_by: str, reason: str, now: datetime) -> Stop:
    """Engage the kill switch, saying why. Call it outside any transaction (`governance.golive.services.engage` says why)."""
    state, began, _ = golive.engage(changed_by=changed_by, reason=reason, now=now)
    return Stop(_mark(state), began, "" if state.updated_at == now else state.changed_by)


def lift_stop_of_all(mark: str, *, changed_by: str, reason: str, user: User | None, now: datetime) -> bool:
    """Release the kill switch, if nobody touched the go-live state since it got this mark. Whether it did."""
    golive.lock_exclusive()
    state = golive.locked_state()
    if state is None or _mark(state) != mark:
        return False
    golive.release_kill_switch(changed_by=changed_by, reason=reason, user=user, now=now)
    return True


def _mark(state: GoLiveState) -> str:
    return iso_utc(state.updated_at)


def throttle_engine(engine: str, *, changed_by: str, reason: str, now: datetime) -> Stop | None:
    """Switch the engine's risk policy off, saying why. None where it has none."""
    policy = policies.locked_policy(engine)
    if policy is None:
        return None
    began = policy.enabled
    if began:
        policy = upsert(RiskPolicy, engine=engine, enabled=False, act=Act(changed_by, reason=reason, at=now))
    return Stop(str(policy.version), began)


def lift_throttle(engine: str, mark: str, *, changed_by: str, reason: str, user: User | None, now: datetime) -> bool:
    """Switch the engine's risk policy on again, if nobody touched it since it got this mark. Whether it did."""
    policy = policies.locked_policy(engine)
    if policy is None or str(policy.version) != mark:
        return False
    upsert(RiskPolicy, engine=engine, enabled=True, act=Act(changed_by, user, reason, at=now))
    return True
