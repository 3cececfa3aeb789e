"""Where a lead's clock is: the zone that is known best, or the set of zones that it may be in."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import models

from governance.clocks.zones import postal_zones, province_zones


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

    A phone number's area code is a hint at most (numbers move), so it is not asked here: see `phone_hint`. A postal code of
    another province contradicts the address and is not believed either.
    """
    if lead_zone:
        return ZoneFacts((ZoneInfo(lead_zone),), ZoneSource.LEAD)
    if market_zone:
        return ZoneFacts((ZoneInfo(market_zone),), ZoneSource.MARKET)
    by_postal_code = postal_zones(province, postal_code)
    if by_postal_code:
        return ZoneFacts(by_postal_code, ZoneSource.POSTAL_CODE)
    return ZoneFacts(province_zones(province), ZoneSource.PROVINCE)


HINTS_MAX = 3  # more zones than that say nothing: a toll-free number belongs to dozens


def phone_hint(e164: str) -> tuple[str, ...]:
    """The zones for which a phone number was issued; empty where nothing, or too much, is known. Shown, never decided by."""
    import phonenumbers  # noqa: PLC0415  # its tables cost a tenth of a second, and only a person's question needs them
    from phonenumbers import timezone  # noqa: PLC0415

    try:
        names = timezone.time_zones_for_number(phonenumbers.parse(e164))
    except phonenumbers.NumberParseException:
        return ()
    return () if len(names) > HINTS_MAX or names == (timezone.UNKNOWN_TIMEZONE,) else tuple(names)
