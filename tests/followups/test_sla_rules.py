"""The lookup of the SLA policy that applies."""

from datetime import timedelta

import pytest

from followups.sla.rules import Rulebook, SlaRule


def rule(id: int, market: str = "ALL", *, enabled: bool = True, channel: str = "SMS") -> SlaRule:
    return SlaRule(id, 1, "ON", market, channel, enabled, 30, 120)


OWN, WHOLE, CALLS = rule(1, "TORONTO"), rule(2), rule(3, channel="CALL")


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ([], None),
        ([WHOLE], WHOLE),
        ([OWN], OWN),
        ([WHOLE, OWN], OWN),
        ([CALLS], None),
        ([WHOLE._replace(province="BC")], None),
        ([rule(4, "OTTAWA")], None),
        ([WHOLE._replace(enabled=False)], None),
        ([WHOLE, OWN._replace(enabled=False)], None),  # a market's own disabled policy allows any lateness there
        ([WHOLE._replace(enabled=False), OWN], OWN),
    ],
)
def test_a_markets_own_policy_wins_over_its_provinces(rules: list[SlaRule], expected: SlaRule | None) -> None:
    assert Rulebook(rules).of("ON", "TORONTO", "SMS") == expected


def test_the_limits_are_the_minutes_of_the_policy() -> None:
    assert (OWN.warn_after, OWN.breach_after) == (timedelta(minutes=30), timedelta(hours=2))
