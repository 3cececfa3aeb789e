"""Zones of provinces and markets, read from `zones.toml`."""

import tomllib
from pathlib import Path
from zoneinfo import ZoneInfo

_DATA = tomllib.loads(Path(__file__).with_name("zones.toml").read_text())
_BY_PROVINCE: dict[str, tuple[ZoneInfo, ...]] = {
    province: tuple(ZoneInfo(name) for name in facts["zones"]) for province, facts in _DATA.items()
}
_BY_MARKET: dict[tuple[str, str], ZoneInfo] = {
    (province, market): ZoneInfo(name) for province, facts in _DATA.items() for market, name in facts["markets"].items()
}


def zones_of(province: str, market: str) -> tuple[ZoneInfo, ...]:
    """The zones that somebody in this market may live in: a known market's own, else all of the province's.

    Contact must be allowed in each of them (CONTRACT section 2). The first is the one to name when all agree.
    """
    zone = _BY_MARKET.get((province, market))
    return (zone,) if zone else _BY_PROVINCE[province]
