"""Whether a pace of offers can be kept, and whether provinces are turned on too fast."""

from decimal import Decimal

import pytest

from governance.gate import CapUsed, EngineRisk
from offers.policy_pages.pace import Limit, Pace, Passed, limits_passed, too_many_provinces

PACE = Pace(per_day=Decimal(2), stake=Decimal(200_000), open_days=7)


def risk(engine: str = "WHOLESALE", **caps: int) -> EngineRisk:
    """An engine with these caps, of which something is used already."""
    used = [CapUsed(engine, name, Decimal(1), Decimal(limit)) for name, limit in caps.items()]
    return EngineRisk(engine, True, Decimal(0), used)


def test_a_pace_within_all_limits_passes_none() -> None:
    caps = risk(max_daily_exposure=400_000, max_open_risk=2_800_000, max_actions_per_day=2, max_daily_loss=1)
    assert limits_passed(PACE, [caps], "WHOLESALE", Decimal(2)) == []
    assert limits_passed(PACE, [risk()], "WHOLESALE", None) == []


def test_each_limit_says_what_is_needed_and_what_pace_it_allows() -> None:
    caps = risk(max_daily_exposure=300_000, max_open_risk=2_100_000, max_actions_per_day=1)
    assert limits_passed(PACE, [caps], "WHOLESALE", Decimal("0.5")) == [
        Limit(Passed.EXPOSURE, "WHOLESALE", Decimal(400_000), Decimal(300_000), Decimal("1.5")),
        Limit(Passed.OPEN, "WHOLESALE", Decimal(2_800_000), Decimal(2_100_000), Decimal("1.5")),
        Limit(Passed.ACTIONS, "WHOLESALE", Decimal(2), Decimal(1), Decimal(1)),
        Limit(Passed.SALES, "", Decimal(2), Decimal("0.5"), Decimal("0.5")),
    ]


def test_of_each_cap_the_tighter_one_counts_and_other_engines_do_not() -> None:
    caps = [risk("GLOBAL", max_open_risk=1_400_000), risk(max_open_risk=700_000), risk("CAPITAL", max_open_risk=1)]
    [limit] = limits_passed(PACE, caps, "WHOLESALE", None)
    assert (limit.engine, limit.kept) == ("WHOLESALE", Decimal("0.5"))


def test_offers_that_stake_nothing_pass_no_cap_in_dollars() -> None:
    caps = risk(max_daily_exposure=1, max_open_risk=1)
    assert limits_passed(Pace(Decimal(2), Decimal(0), 7), [caps], "WHOLESALE", None) == []


@pytest.mark.parametrize(
    ("turned_on", "asked", "found"),
    [
        ((), ("ON",), []),
        (("ON",), ("QC",), []),
        (("ON", "QC"), ("AB",), ["AB", "ON", "QC"]),
        (("AB", "ON", "QC"), ("ON",), []),  # a market of a province that is on
        (("AB", "ON", "QC"), (), []),  # nothing is asked for
        ((), ("AB", "BC", "ON"), ["AB", "BC", "ON"]),
    ],
)
def test_at_most_two_provinces_a_week(turned_on: tuple[str, ...], asked: tuple[str, ...], found: list[str]) -> None:
    assert too_many_provinces(turned_on, asked) == found
