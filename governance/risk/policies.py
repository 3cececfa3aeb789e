"""Reading and locking risk policies."""

from governance.risk.models import RiskPolicy
from governance.risk.rules import GLOBAL


def policy_of(engine: str) -> RiskPolicy | None:
    """The engine's risk policy, or None if it has none."""
    return RiskPolicy.objects.filter(engine=engine).first()


def names_of(engine: str) -> list[str]:
    """Return the engines whose policies and risk days a reservation of this engine locks, in locking order."""
    return [GLOBAL] if engine == GLOBAL else [GLOBAL, engine]


def locked_policies(names: list[str]) -> list[RiskPolicy]:
    """The risk policies of these engines, locked until the caller's transaction ends. Engines without a policy are left out.

    Lock the policies before any risk day, GLOBAL before the engine. So the changes of an engine's risk days come one after
    another, also across midnight, and two engines never deadlock.
    """
    # One statement for each engine, because the planner chooses the order in which one statement locks several rows.
    locked = RiskPolicy.objects.select_for_update(no_key=True)
    return [policy for name in names if (policy := locked.filter(engine=name).first())]


def locked_policy(engine: str) -> RiskPolicy | None:
    """The engine's risk policy, locked until the caller's transaction ends. None if it has none."""
    return next(iter(locked_policies([engine])), None)
