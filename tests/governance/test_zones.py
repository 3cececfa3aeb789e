"""The zone of a lead, and the clocks after the changes of 2026 (DOMAIN 2)."""

import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.clocks import zones
from governance.clocks.resolving import phone_hint, resolve
from wholesale.plumbing.vocabulary import Province, normalise_word

DATA = tomllib.loads(Path(zones.__file__).with_name("zones.toml").read_text())
POSTAL = tomllib.loads(Path(zones.__file__).with_name("postal.toml").read_text())
DECEMBER = datetime(2026, 12, 15, 12, 0, tzinfo=UTC)


def names(found: Any) -> list[str]:
    """The names of zones without their continent."""
    return [zone.key.removeprefix("America/") for zone in found]


# Clocks -----------------------------------------------------------------------------------------------------------------


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


# Every zone's offsets in standard and summer time, in hours, and whether its clock still changes (IANA 2026f).
OFFSETS: dict[str, tuple[float, float]] = {
    "Atikokan": (-5, -5),
    "Blanc-Sablon": (-4, -4),
    "Cambridge_Bay": (-7, -6),
    "Creston": (-7, -7),
    "Dawson": (-7, -7),
    "Dawson_Creek": (-7, -7),
    "Edmonton": (-6, -6),
    "Fort_Nelson": (-7, -7),
    "Glace_Bay": (-4, -3),
    "Goose_Bay": (-4, -3),
    "Halifax": (-4, -3),
    "Inuvik": (-6, -6),
    "Iqaluit": (-5, -4),
    "Moncton": (-4, -3),
    "Rankin_Inlet": (-6, -5),
    "Regina": (-6, -6),
    "Resolute": (-6, -5),
    "St_Johns": (-3.5, -2.5),
    "Swift_Current": (-6, -6),
    "Toronto": (-5, -4),
    "Vancouver": (-7, -7),
    "Whitehorse": (-7, -7),
    "Winnipeg": (-5, -5),
}
# The last change of these four zones: forward in March 2026. They never went back.
OFFSETS_UNTIL_2026 = {"Edmonton": (-7, -6), "Inuvik": (-7, -6), "Vancouver": (-8, -7), "Winnipeg": (-6, -5)}
# A clock changes at 02:00, on these days forward or back.
CHANGES = [
    (datetime(2026, 3, 8), True),
    (datetime(2026, 11, 1), False),
    (datetime(2027, 3, 14), True),
    (datetime(2027, 11, 7), False),
]


def test_the_table_of_offsets_has_every_zone() -> None:
    assert sorted(f"America/{name}" for name in OFFSETS) == list(zones.CANADIAN_ZONES)


@pytest.mark.parametrize("name", OFFSETS)
def test_conversion_is_right_at_each_clock_change(name: str) -> None:
    """Compared with the tables above, not with the zone's own data: the second before a change, and the change."""
    zone = ZoneInfo(f"America/{name}")
    for day, is_forward in CHANGES:
        standard, summer = OFFSETS_UNTIL_2026.get(name, OFFSETS[name]) if day < datetime(2026, 6, 1) else OFFSETS[name]
        before, after = (standard, summer) if is_forward else (summer, standard)
        change = (day + timedelta(hours=2) - timedelta(hours=before)).replace(tzinfo=UTC)
        for at, offset in (
            (change - timedelta(days=7), before),
            (change - timedelta(seconds=1), before),
            (change, after),
            (change + timedelta(days=7), after),
        ):
            local = at.astimezone(zone)
            assert local.replace(tzinfo=None) == at.replace(tzinfo=None) + timedelta(hours=offset), at
            assert local.astimezone(UTC) == at


# The tables -------------------------------------------------------------------------------------------------------------


def test_every_province_has_zones() -> None:
    assert set(DATA) == set(POSTAL) == set(Province.values)
    assert all(zones.province_zones(province) for province in Province.values)


def test_every_zone_loads_and_is_canadian_time() -> None:
    for facts in DATA.values():
        for name in [*facts["zones"], *facts["markets"].values()]:
            offset = DECEMBER.astimezone(ZoneInfo(name)).utcoffset()
            assert offset is not None
            assert timedelta(hours=-9) < offset < timedelta(hours=-3)


def test_every_market_is_spelled_as_stored_and_lies_in_a_zone_of_its_province() -> None:
    for province, facts in DATA.items():
        for market, zone in facts["markets"].items():
            assert normalise_word(market) == market
            assert zone in facts["zones"], (province, market)


def test_every_postal_code_lies_in_zones_of_its_province() -> None:
    for province, beginnings in POSTAL.items():
        for beginning, found in beginnings.items():
            assert set(found) <= set(DATA[province]["zones"]), (province, beginning)
            assert len(set(found)) == len(found) > 0
            assert beginning == beginning.upper()
            assert 1 <= len(beginning) <= 3


def test_no_two_provinces_share_a_postal_prefix() -> None:
    beginnings = [beginning for table in POSTAL.values() for beginning in table]
    assert len(beginnings) == len(set(beginnings))


# The zone of a lead -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected", "source"),
    [
        ({}, ["Toronto", "Winnipeg", "Atikokan"], "province"),
        ({"postal_code": "P9N 1A1"}, ["Winnipeg"], "postal_code"),
        ({"postal_code": "P9N 1A1", "market_zone": "America/Toronto"}, ["Toronto"], "market"),
        (
            {"postal_code": "P9N 1A1", "market_zone": "America/Toronto", "lead_zone": "America/Atikokan"},
            ["Atikokan"],
            "lead",
        ),
        ({"lead_zone": "America/Atikokan"}, ["Atikokan"], "lead"),
        ({"market_zone": "America/Winnipeg"}, ["Winnipeg"], "market"),
    ],
)
def test_the_surest_source_of_the_zone_counts(given: Any, expected: Any, source: Any) -> None:
    facts = resolve("ON", **given)
    assert (names(facts.zones), facts.source) == (expected, source)


@pytest.mark.parametrize(
    ("province", "postal_code", "expected"),
    [
        ("AB", "T2P 1A1", ["Edmonton"]),
        ("BC", "V5K 0A1", ["Vancouver"]),
        ("BC", "V1A 1A1", ["Edmonton"]),
        ("BC", "V1C 1A1", ["Edmonton"]),
        ("BC", "V0A 1A1", ["Vancouver", "Edmonton"]),
        ("BC", "V0B 1A1", ["Vancouver", "Edmonton", "Creston"]),
        ("BC", "V1G 1A1", ["Dawson_Creek"]),
        ("BC", "V1J 1A1", ["Dawson_Creek"]),
        ("BC", "V0C 1A1", ["Dawson_Creek", "Fort_Nelson", "Vancouver"]),
        ("MB", "R3C 1A1", ["Winnipeg"]),
        ("NB", "E1C 1A1", ["Moncton"]),
        ("NL", "A1A 1A1", ["St_Johns"]),
        ("NL", "A2V 1A1", ["Goose_Bay"]),
        ("NL", "A0R 1A1", ["Goose_Bay"]),
        ("NL", "A0P 1A1", ["Goose_Bay", "St_Johns"]),
        ("NS", "B3H 1A1", ["Halifax"]),
        ("NS", "B1P 1A1", ["Glace_Bay"]),
        ("NS", "B2A 1A1", ["Glace_Bay"]),
        ("NT", "X1A 1A1", ["Edmonton"]),
        ("NT", "X0G 1A1", ["Edmonton"]),
        ("NT", "X0E 1A1", ["Edmonton", "Inuvik"]),
        ("NU", "X0A 1A1", ["Iqaluit", "Resolute"]),
        ("NU", "X0B 1A1", ["Cambridge_Bay"]),
        ("NU", "X0C 1A1", ["Rankin_Inlet", "Atikokan"]),
        ("ON", "M5V 2T6", ["Toronto"]),
        ("ON", "K1A 0A1", ["Toronto"]),
        ("ON", "P7A 1A1", ["Toronto"]),
        ("ON", "P8N 1A1", ["Winnipeg"]),
        ("ON", "P0V 1A1", ["Winnipeg", "Atikokan"]),
        ("ON", "P0T 1A1", ["Toronto", "Atikokan", "Winnipeg"]),
        ("PE", "C1A 1A1", ["Halifax"]),
        ("QC", "H2X 1A1", ["Toronto"]),
        ("QC", "G1R 1A1", ["Toronto"]),
        ("QC", "G0G 1A1", ["Toronto", "Blanc-Sablon"]),
        ("QC", "G4T 1A1", ["Halifax"]),
        ("SK", "S7K 1A1", ["Regina"]),
        ("SK", "S9V 1A1", ["Edmonton"]),
        ("SK", "S9H 1A1", ["Swift_Current"]),
        ("SK", "S0N 1A1", ["Regina", "Swift_Current"]),
        ("YT", "Y1A 1A1", ["Whitehorse"]),
        ("YT", "Y0B 1A1", ["Whitehorse", "Dawson"]),
    ],
)
def test_the_longest_postal_prefix_counts(province: Any, postal_code: Any, expected: Any) -> None:
    facts = resolve(province, postal_code=postal_code)
    assert (names(facts.zones), facts.source) == (expected, "postal_code")


@pytest.mark.parametrize("postal_code", ["v1c1a1", "V1C", " V1C 1A1", "V1C  1A1"])
def test_a_postal_code_is_read_in_any_spelling(postal_code: str) -> None:
    assert names(resolve("BC", postal_code=postal_code).zones) == ["Edmonton"]


@pytest.mark.parametrize(
    ("province", "postal_code"),
    [
        ("ON", "V5K 0A1"),  # British Columbia's
        ("MB", "P9N 1A1"),  # Kenora writes with Ontario's letter
        ("NT", "X0A 1A1"),  # the X of Nunavut
        ("NU", "X1A 1A1"),  # and the Northwest Territories'
        ("NU", "X9Z 1A1"),  # an unassigned letter
        ("BC", ""),
        ("BC", "V"),  # an incomplete code
        ("BC", "V1"),
        ("BC", "12345"),
        ("NS", "B"),
    ],
)
def test_a_postal_code_of_another_province_leaves_all_zones_of_the_province(province: Any, postal_code: Any) -> None:
    facts = resolve(province, postal_code=postal_code)
    assert (facts.zones, facts.source) == (zones.province_zones(province), "province")


@given(province=st.sampled_from(Province.values), postal_code=st.text(max_size=8))
def test_the_zones_belong_to_the_province_whatever_the_postal_code(province: Any, postal_code: Any) -> None:
    facts = resolve(province, postal_code=postal_code)
    assert facts.zones
    assert set(facts.zones) <= set(zones.province_zones(province))


# Phone numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("+14165550123", ("America/Toronto",)),
        ("+17095550123", ("America/Halifax", "America/St_Johns")),
        ("+18005550123", ()),  # toll-free: everywhere
        ("+19995550123", ()),  # no area code
        ("4165550123", ()),  # not E.164
        ("", ()),
    ],
)
def test_a_phone_number_hints_at_zones(number: Any, expected: Any) -> None:
    assert phone_hint(number) == expected
