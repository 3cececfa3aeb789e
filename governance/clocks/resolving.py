"""The time zone of a lead: the zone that is known best, or the set of zones in which the lead may live."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from governance.clocks.zones import postal_zones, province_zones


class ZoneSource(models.TextChoices):
    """Where the time zones of a lead are taken from. The members stand in order, the surest source first."""

    LEAD = "lead", _("The lead's own zone")
    MARKET = "market", _("The market's zone")
    POSTAL_CODE = "postal_code", _("The postal code")
    PROVINCE = "province", _("The province")


@dataclass(frozen=True, slots=True)
class ZoneFacts:
    """The time zones in which a lead may live, and their source. A contact must be allowed in each of these zones."""

    zones: tuple[ZoneInfo, ...]
    source: str


def resolve(province: str, *, lead_zone: str = "", market_zone: str = "", postal_code: str = "") -> ZoneFacts:
    """Return the lead's own zone, else the market's, else the zones of the postal code, else all zones of the province.

    An empty argument means unknown. A postal code of another province contradicts the address and is ignored. The area code
    of a phone number does not decide, because people take numbers with them: see `phone_hint`.
    """
    if lead_zone:
        return ZoneFacts((ZoneInfo(lead_zone),), ZoneSource.LEAD)
    if market_zone:
        return ZoneFacts((ZoneInfo(market_zone),), ZoneSource.MARKET)
    by_postal_code = postal_zones(province, postal_code)
    if by_postal_code:
        return ZoneFacts(by_postal_code, ZoneSource.POSTAL_CODE)
    return ZoneFacts(province_zones(province), ZoneSource.PROVINCE)


HINTS_MAX = 3  # more zones are no hint: a toll-free number belongs to dozens


def phone_hint(e164: str) -> tuple[str, ...]:
    """The time zones for which a phone number was issued. They are only shown. Empty if they are unknown or too many."""
    import phonenumbers  # noqa: PLC0415  # loading takes 0.1 s, and few requests need it
    from phonenumbers import timezone  # noqa: PLC0415

    try:
        names = timezone.time_zones_for_number(phonenumbers.parse(e164))
    except phonenumbers.NumberParseException:
        return ()
    return () if len(names) > HINTS_MAX or names == (timezone.UNKNOWN_TIMEZONE,) else tuple(names)
