"""Zones of provinces and the seeds of market zones, read from `zones.toml`."""

import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

_DATA = tomllib.loads(Path(__file__).with_name("zones.toml").read_text())
_BY_PROVINCE: dict[str, tuple[ZoneInfo, ...]] = {
    province: tuple(ZoneInfo(name) for name in facts["zones"]) for province, facts in _DATA.items()
}
# (province, market) -> IANA name: what the table of market zones begins with.
MARKET_SEEDS: dict[tuple[str, str], str] = {
    (province, market): name for province, facts in _DATA.items() for market, name in facts["markets"].items()
}
# Every zone in which a lead may live.
CANADIAN_ZONES = tuple(sorted({zone.key for zones in _BY_PROVINCE.values() for zone in zones}))
ZONE_CHOICES = [(name, name) for name in CANADIAN_ZONES]


def province_zones(province: str) -> tuple[ZoneInfo, ...]:
    """All zones of a province, its default first. Contact must be allowed in each of them (CONTRACT section 2)."""
    return _BY_PROVINCE[province]
