"""Zones of provinces and postal codes, and the seeds of market zones, read from `zones.toml` and `postal.toml`."""

import tomllib
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(Path(__file__).with_name(name).read_text())


_DATA = _read("zones.toml")
_BY_PROVINCE: dict[str, tuple[ZoneInfo, ...]] = {
    province: tuple(ZoneInfo(name) for name in facts["zones"]) for province, facts in _DATA.items()
}
# Province -> the beginning of a postal code -> its zones.
_BY_POSTAL_CODE: dict[str, dict[str, tuple[ZoneInfo, ...]]] = {
    province: {beginning: tuple(map(ZoneInfo, names)) for beginning, names in beginnings.items()}
    for province, beginnings in _read("postal.toml").items()
}
_FORWARD_SORTATION_AREA = 3  # characters; a shorter postal code is not used
# (province, market) -> IANA name: the seeds of the table of market zones.
MARKET_SEEDS: dict[tuple[str, str], str] = {
    (province, market): name for province, facts in _DATA.items() for market, name in facts["markets"].items()
}
# (province, market) -> the other names of the seeded market.
OTHER_NAMES: dict[tuple[str, str], list[str]] = {
    (province, market): [*_DATA[province].get("other_names", {}).get(market, []), f"CITY_OF_{market}"]
    for province, market in MARKET_SEEDS
}
# Every zone in which a lead may live.
CANADIAN_ZONES = tuple(sorted({zone.key for zones in _BY_PROVINCE.values() for zone in zones}))
ZONE_CHOICES = [(name, name) for name in CANADIAN_ZONES]


def province_zones(province: str) -> tuple[ZoneInfo, ...]:
    """All time zones of a province, the default zone first. Contact must be allowed in each of them (CONTRACT section 2)."""
    return _BY_PROVINCE[province]


def postal_zones(province: str, postal_code: str) -> tuple[ZoneInfo, ...]:
    """The zones of a postal code, by its longest known beginning. Empty if the code is incomplete, unknown or elsewhere."""
    known = _BY_POSTAL_CODE[province]
    code = postal_code.replace(" ", "").upper()
    if len(code) < _FORWARD_SORTATION_AREA:
        return ()
    for length in range(len(code), 0, -1):
        if code[:length] in known:
            return known[code[:length]]
    return ()
