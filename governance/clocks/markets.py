"""Names of markets: one place is one market, whatever a list or a person calls it (GTA is TORONTO, MTL is MONTREAL).

A market's other names stand in its row of market zones. Whoever takes a market from outside settles it here, so that rows
are stored, and found, under one name.
"""

from collections.abc import Collection

from django.db import connection

from governance.clocks.models import MarketZone
from governance.clocks.zones import MARKET_SEEDS
from wholesale.plumbing.lookups import among_sql
from wholesale.plumbing.vocabulary import ALL

Place = tuple[str | None, str]  # a province, or None where none is named; a market in its one spelling
# Markets that the product names itself are nobody's other name, so asking for one needs no look at the table.
_OWN_NAMES = frozenset({ALL, *(market for _, market in MARKET_SEEDS)})


def one_market(province: str | None, market: str) -> str:
    """The market's own name, given that or another of its names. See `one_markets`."""
    return one_markets([(province, market)])[province, market]


def one_markets(places: Collection[Place]) -> dict[Place, str]:
    """The own name of each of these markets, in at most one query.

    A word that is nobody's other name stays as it is. Without a province it is settled only where all of Canada has one
    market of that name.
    """
    settled = {place: place[1] for place in places}
    doubtful = [place for place in settled if not _is_own_name(*place)]
    if doubtful:
        named = _named({word for _, word in doubtful})
        for province, word in doubtful:
            markets = {market for where, name, market in named if name == word and province in (None, where)}
            if len(markets) == 1:
                settled[province, word] = markets.pop()
    return settled


def _is_own_name(province: str | None, market: str) -> bool:
    if province is None or market == ALL:
        return market in _OWN_NAMES
    return (province, market) in MARKET_SEEDS


# Written by hand: reading every name into Python takes several times as long.
_EACH_NAME = {
    "postgresql": "jsonb_array_elements_text(other_names) AS names(value)",
    "sqlite": "json_each(other_names) AS names",
}
_NAMED_SQL = {
    vendor: f"SELECT province, names.value, market FROM {MarketZone._meta.db_table}, {names} WHERE names.value {{among}}"
    for vendor, names in _EACH_NAME.items()
}


def _named(words: Collection[str]) -> list[tuple[str, str, str]]:
    """The markets of which these are other names: province, name, market."""
    among, values = among_sql(words)
    with connection.cursor() as cursor:
        cursor.execute(_NAMED_SQL[connection.vendor].format(among=among), [values])
        return cursor.fetchall()
