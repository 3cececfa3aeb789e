"""Verbs of the clocks."""

from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from governance import policies
from governance.clocks.models import MarketZone
from governance.clocks.zones import MARKET_SEEDS, province_zones
from governance.decisions import ExecutionClass, verb
from governance.signals import markets_named, rules_changed
from wholesale.plumbing import locks
from wholesale.plumbing.act import Act
from wholesale.plumbing.envelope import Envelope, Subject
from wholesale.plumbing.errors import NotFound
from wholesale.plumbing.vocabulary import ALL, Province, normalise_word

_NAMES_LOCK = 7_301_012  # of PostgreSQL's advisory locks: a word is given to one market, whoever asks at the same moment


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


def check_is_no_other_name(province: str, market: str) -> None:
    """Hold a market to a word that means no other one.

    Raises:
        ValidationError: it is another name of a market of the province.

    """
    for owner, words in _names_in(province).items():
        if market in words:
            raise ValidationError({"market": f"{market} is another name of {owner}."}, code="invalid")


def checked_names(province: str, market: str, names: Iterable[str]) -> list[str]:
    """What else a market is called: each name in its one spelling, and once.

    Raises:
        ValidationError: a name has no spelling, or means another market of the province.

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
    """The markets of a province, and what else each is called. Those that the product names are markets even without a row:
    `one_markets` never asks what they mean."""
    seeded: dict[str, list[str]] = {market: [] for where, market in MARKET_SEEDS if where == province}
    return seeded | dict(MarketZone.objects.filter(province=province).values_list("market", "other_names"))


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
    *, province: str, market: str, zone: str, other_names: Collection[str] | None = None, act: Act
) -> MarketZone:
    """Say in which zone all of a market lives, and what else it is called; without `other_names` those on file stay.

    Its leads are contacted by that clock from the next question on. Leads and open ladders that were stored under a new name
    become this market's; what is on record under it stays as it was recorded.

    Raises:
        ValidationError: names the field: a market without a spelling, a zone of another province, a name of another market.

    """
    market = checked_market(market)
    check_zone(province, zone)
    locks.hold(_NAMES_LOCK)
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
    """Forget a market's zone: its leads live in their postal code's zones again, or in their province's. History stays.

    Raises:
        MarketZoneNotFound: it has none.

    """
    key = {"province": province, "market": checked_market(market)}
    removed = policies.remove(MarketZone, key=key, act=act)
    if removed is None:
        raise MarketZoneNotFound
    _tell(removed, act)
