"""Where a lead's clock is: the zone that is known best, or the set of zones that it may be in."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import models

from governance.clocks.zones import province_zones


class ZoneSource(models.TextChoices):
    """Why these zones, the surest first."""

    LEAD = "lead", "The lead's own zone"
    MARKET = "market", "The market's zone"
    POSTAL_CODE = "postal_code", "The postal code"
    PROVINCE = "province", "The province"


@dataclass(frozen=True, slots=True)
class ZoneFacts:
    """The zones that a lead may live in; contact must be allowed in each. The first is named when all agree."""

    zones: tuple[ZoneInfo, ...]
    source: str


def resolve(province: str, *, lead_zone: str = "", market_zone: str = "", postal_code: str = "") -> ZoneFacts:
    """The lead's own zone, else its market's, else those of its postal code's prefix, else all of its province's.

    A phone number's area code is a hint at most (numbers move), so it is not asked here. A postal code of another province
    contradicts the address and is not believed either.
    """
    if lead_zone:
        return ZoneFacts((ZoneInfo(lead_zone),), ZoneSource.LEAD)
    if market_zone:
        return ZoneFacts((ZoneInfo(market_zone),), ZoneSource.MARKET)
    return ZoneFacts(province_zones(province), ZoneSource.PROVINCE)
