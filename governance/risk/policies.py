"""Risk policies: read, locked."""

from governance.risk.models import RiskPolicy
from governance.risk.rules import GLOBAL


def policy_of(engine: str) -> RiskPolicy | None:
    """The engine's policy as it is now; None where it has none."""
    return RiskPolicy.objects.filter(engine=engine).first()


def names_of(engine: str) -> list[str]:
    """Whose policies and ledgers a reservation of the engine touches, in the order in which they are locked."""
    return [GLOBAL] if engine == GLOBAL else [GLOBAL, engine]


def locked_policies(names: list[str]) -> list[RiskPolicy]:
    """The policies of some engines that have one, held until the caller's transaction ends.

    Whoever touches a ledger first locks the policies, GLOBAL before the engine: so all arithmetic on an engine's ledger is
    one after another, also across midnight, and two engines never wait for each other in a circle.
    """
    # One statement for each, since the order in which a single one locks its rows is the planner's choice.
    locked = RiskPolicy.objects.select_for_update(no_key=True)
    return [policy for name in names if (policy := locked.filter(engine=name).first())]


def locked_policy(engine: str) -> RiskPolicy | None:
    """The engine's policy, held until the caller's transaction ends; None where it has none."""
    return next(iter(locked_policies([engine])), None)
