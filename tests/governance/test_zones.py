"""The zones of provinces and markets, and the clocks of December 2026 (DOMAIN, clock changes of 2026)."""

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from governance.clocks import zones
from wholesale.vocabulary import Province, normalise_word

DATA = tomllib.loads(Path(zones.__file__).with_name("zones.toml").read_text())
DECEMBER = datetime(2026, 12, 15, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "offset"),
    [
        ("America/Vancouver", "-07:00"),
        ("America/Edmonton", "-06:00"),
        ("America/Winnipeg", "-05:00"),
        ("America/Inuvik", "-06:00"),
        ("America/Toronto", "-05:00"),
        ("America/Halifax", "-04:00"),
        ("America/St_Johns", "-03:30"),
        ("America/Iqaluit", "-05:00"),
    ],
)
def test_offsets_after_the_clock_changes_of_2026(zone: Any, offset: Any) -> None:
    assert DECEMBER.astimezone(ZoneInfo(zone)).isoformat()[-6:] == offset


def test_every_province_has_zones() -> None:
    assert set(DATA) == set(Province.values)
    assert all(zones.zones_of(province, "ALL") for province in Province.values)


def test_every_zone_loads_and_is_canadian_time() -> None:
    for facts in DATA.values():
        for name in [*facts["zones"], *facts["markets"].values()]:
            offset = DECEMBER.astimezone(ZoneInfo(name)).utcoffset()
            assert offset is not None
            assert timedelta(hours=-9) < offset < timedelta(hours=-3)


def test_every_market_is_spelled_as_it_is_stored_and_lies_in_a_zone_of_its_province() -> None:
    for province, facts in DATA.items():
        for market, zone in facts["markets"].items():
            assert normalise_word(market) == market
            assert zone in facts["zones"], (province, market)


@pytest.mark.parametrize(
    ("province", "market", "expected"),
    [
        ("ON", "TORONTO", ["America/Toronto"]),
        ("ON", "KENORA", ["America/Winnipeg"]),
        ("BC", "CRANBROOK", ["America/Edmonton"]),
        ("NL", "LABRADOR_CITY", ["America/Goose_Bay"]),
        ("ON", "ALL", ["America/Toronto", "America/Winnipeg", "America/Atikokan"]),
        ("ON", "SOMEWHERE", ["America/Toronto", "America/Winnipeg", "America/Atikokan"]),
        ("NT", "ALL", ["America/Edmonton", "America/Inuvik"]),
        ("AB", "SOMEWHERE", ["America/Edmonton"]),
    ],
)
def test_a_known_market_has_its_own_zone_and_any_other_all_of_its_province(
    province: Any, market: Any, expected: Any
) -> None:
    assert [zone.key for zone in zones.zones_of(province, market)] == expected
