"""Names of markets: one place is one market, whatever a list or a person calls it (GTA is TORONTO, MTL is MONTREAL).

A market's other names stand in its row of market zones. Whoever takes a market from outside settles it here, so that rows
are stored, and found, under one name.
"""

from collections.abc import Collection

from governance.clocks.reading import named
from governance.clocks.zones import MARKET_SEEDS
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
        known = named({word for _, word in doubtful})
        for province, word in doubtful:
            markets = {market for where, name, market in known if name == word and province in (None, where)}
            if len(markets) == 1:
                settled[province, word] = markets.pop()
    return settled


def _is_own_name(province: str | None, market: str) -> bool:
    if province is None or market == ALL:
        return market in _OWN_NAMES
    return (province, market) in MARKET_SEEDS
