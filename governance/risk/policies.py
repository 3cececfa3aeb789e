"""Risk policies: changed, read, locked."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction

from governance import policies
from governance.decisions import ExecutionClass, verb
from governance.risk.models import RiskPolicy
from governance.risk.rules import GLOBAL
from wholesale.plumbing.act import Act


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def upsert_policy(
    *,
    engine: str,
    changed_by: str,
    reason: str = "",
    user: User | None = None,
    expected_version: int | None = None,
    now: datetime | None = None,
    **changes: Any,
) -> RiskPolicy:
    """Create or change the risk policy of an engine; what `changes` leaves out keeps its value.

    Raises:
        VersionConflict: somebody else changed it first.

    """
    return policies.upsert(
        RiskPolicy,
        key={"engine": engine},
        changes=changes,
        expected_version=expected_version,
        act=Act(changed_by, user=user, reason=reason, at=now),
    )


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
