"""Reading risk policies."""

from governance.risk.models import RiskPolicy


def policy_of(engine: str) -> RiskPolicy | None:
    """The engine's risk policy, or None if it has none."""
    return RiskPolicy.objects.filter(engine=engine).first()
