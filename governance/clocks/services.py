"""Verbs of market zones, and the checks of a market's zone and names."""

from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from governance import policies
from governance.clocks.models import MarketZone
from governance.clocks.zones import MARKET_SEEDS, province_zones
from governance.decisions import ExecutionClass, verb
from governance.signals import markets_named, rules_changed
from wholesale.plumbing import mark
from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Envelope, Subject
from wholesale.plumbing.errors import NotFound
from wholesale.plumbing.vocabulary import ALL, Province, normalise_word


class MarketZoneNotFound(NotFound):
    """This market has no zone of its own."""


def checked_market(market: str) -> str:
    """Return the name of a market in its one spelling: "St. John's" is ST_JOHNS.

    Raises:
        ValidationError: the name cannot be spelled so, or it is ALL: the zones of a whole province cannot be chosen.

    """
    try:
        word = normalise_word(market)
    except ValueError as error:
        raise ValidationError({"market": f"It {error}."}, code="invalid_word") from error
    if word == ALL:
        raise ValidationError({"market": "A whole province has its own zones; name a market."}, code="invalid")
    return word


def check_is_no_other_name(province: str, market: str) -> None:
    """Refuse a name for a market if another market of the province has it among its other names.

    Raises:
        ValidationError: another market has the name. The error is at the field `market`.

    """
    for owner, words in _names_in(province).items():
        if market in words:
            raise ValidationError({"market": f"{market} is another name of {owner}."}, code="invalid")


def checked_names(province: str, market: str, names: Iterable[str]) -> list[str]:
    """Return a market's other names in their one spelling, without duplicates and without the market's own name.

    Raises:
        ValidationError: a name cannot be spelled as a market, or is a name of another market of the province.

    """
    taken = {word: owner for owner, words in _names_in(province).items() for word in (owner, *words) if owner != market}
    found = {}
    for name in names:
        try:
            word = checked_market(name)
        except ValidationError as error:
            raise ValidationError({"other_names": f"“{name}”: {' '.join(error.messages)}"}, code="invalid_word") from error
        if word in taken:
            raise ValidationError({"other_names": f"{word} means {taken[word]} already."}, code="invalid")
        found[word] = word != market
    return [word for word, is_another in found.items() if is_another]


def _names_in(province: str) -> dict[str, list[str]]:
    """The other names of each market of a province, by market. Seeded markets are included even without a row, because
    `one_markets` never takes the name of a seeded market for another name."""
    seeded: dict[str, list[str]] = {market: [] for where, market in MARKET_SEEDS if where == province}
    return seeded | dict(MarketZone.objects.filter(province=province).values_list("market", "other_names"))


def check_zone(province: str, zone: str) -> None:
    """Refuse a time zone that is not among the zones of the province.

    Raises:
        ValidationError: there is no such province, or the province has no such zone.

    """
    if province not in Province.values:
        raise ValidationError({"province": "There is no such province."}, code="invalid_choice")
    names = [known.key for known in province_zones(province)]
    if zone not in names:
        raise ValidationError({"zone": f"{Province(province).label} lives in {', '.join(names)}."}, code="invalid_choice")


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def set_market_zone(
    *, province: str, market: str, zone: str, other_names: Collection[str] | None = None, act: Act
) -> MarketZone:
    """Store a market's time zone and its other names. If `other_names` is None, the names on file stay.

    The gate uses the zone at once. Leads and open ladders that are stored under a new other name become this market's; past
    records keep the name under which they were written.

    Raises:
        ValidationError: the market cannot be spelled, the zone is another province's, or a name is another market's.

    """
    market = checked_market(market)
    check_zone(province, zone)
    mark.hold()  # so that two callers cannot give one name to two markets
    check_is_no_other_name(province, market)
    changes: dict[str, Any] = {"zone": zone}
    if other_names is not None:
        changes["other_names"] = checked_names(province, market, other_names)
    row = policies.put(MarketZone, key={"province": province, "market": market}, changes=changes, act=act)
    if other_names:
        subject, facts = Subject("market", province=province, market=market), {"names": row.other_names}
        markets_named.send(sender=MarketZone, envelopes=[Envelope("market_named", subject, act, facts, act.now)])
    _tell(row, act)
    return row


def _tell(row: MarketZone, act: Act) -> None:
    rules_changed(MarketZone, Subject("market_zone", province=row.province, market=row.market), act=act)


@verb(ExecutionClass.CONTROL)
@transaction.atomic
def remove_market_zone(*, province: str, market: str, act: Act) -> None:
    """Remove the row with a market's time zone and other names. The market's leads have the zones of their postal code
    again, else of their province. The row's history stays.

    Raises:
        MarketZoneNotFound: the market has no zone of its own.

    """
    key = {"province": province, "market": checked_market(market)}
    removed = policies.remove(MarketZone, key=key, act=act)
    if removed is None:
        raise MarketZoneNotFound
    _tell(removed, act)
