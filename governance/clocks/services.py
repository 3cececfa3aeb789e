"""Verbs of the clocks."""

from datetime import datetime

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from governance import policies
from governance.clocks.models import MarketZone
from governance.clocks.zones import province_zones
from governance.decisions import ExecutionClass, verb
from governance.signals import contact_rules_changed
from wholesale.errors import NotFound
from wholesale.vocabulary import ALL, Province, normalise_word


class MarketZoneNotFound(NotFound):
    """This market has no zone of its own."""


def checked_market(market: str) -> str:
    """A market in its one spelling.

    Raises:
        ValidationError: it has none, or stands for a whole province, whose zones are no one's to choose.

    """
    try:
        word = normalise_word(market)
    except ValueError as error:
        raise ValidationError({"market": f"It {error}."}, code="invalid_word") from error
    if word == ALL:
        raise ValidationError({"market": "A whole province has its own zones; name a market."}, code="invalid")
    return word


def check_zone(province: str, zone: str) -> None:
    """Hold a market's zone to its province.

    Raises:
        ValidationError: there is no such province, or the zone is none of its.

    """
    if province not in Province.values:
        raise ValidationError({"province": "There is no such province."}, code="invalid_choice")
    names = [known.key for known in province_zones(province)]
    if zone not in names:
        raise ValidationError({"zone": f"{Province(province).label} lives in {', '.join(names)}."}, code="invalid_choice")


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def set_market_zone(
    *,
    province: str,
    market: str,
    zone: str,
    changed_by: str,
    reason: str = "",
    user: User | None = None,
    now: datetime | None = None,
) -> MarketZone:
    """Say in which zone all of a market lives. Its leads are contacted by that clock from the next question on.

    Raises:
        ValidationError: names the field: a market without a spelling, a zone of another province.

    """
    market = checked_market(market)
    check_zone(province, zone)
    row = policies.put(
        MarketZone,
        key={"province": province, "market": market},
        changes={"zone": zone},
        user=user,
        changed_by=changed_by,
        reason=reason,
        now=now,
    )
    _tell(row)
    return row


def _tell(row: MarketZone) -> None:
    contact_rules_changed.send(sender=MarketZone, provinces=[row.province], markets=[row.market], now=row.updated_at)


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def remove_market_zone(
    *,
    province: str,
    market: str,
    changed_by: str,
    reason: str = "",
    user: User | None = None,
    now: datetime | None = None,
) -> None:
    """Forget a market's zone: its leads live in their postal code's zones again, or in their province's. History stays.

    Raises:
        MarketZoneNotFound: it has none.

    """
    row = MarketZone.objects.select_for_update().filter(province=province, market=checked_market(market)).first()
    if row is None:
        raise MarketZoneNotFound
    row.stamp(changed_by=changed_by, user=user, reason=reason, now=now or timezone.now())
    row.delete()
    _tell(row)
