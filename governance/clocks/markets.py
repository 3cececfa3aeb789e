"""Names of markets: a market may have other names (GTA is TORONTO, MTL is MONTREAL), and rows are stored under one name.

A market's other names are in its row of market zones. Code that reads a market from a request or a file asks here for
the market's own name.
"""

from collections import defaultdict
from collections.abc import Collection

from governance.clocks.models import MarketZone
from governance.clocks.zones import MARKET_SEEDS
from wholesale.plumbing.mark import Kept, current
from wholesale.plumbing.vocabulary import ALL, Province

Place = tuple[str | None, str]  # a province, or None for any; a market in its one spelling
# The seeded markets are never another name of a market, so they need no query.
_OWN_NAMES = frozenset({ALL, *(market for _, market in MARKET_SEEDS)})


def _load() -> dict[str, list[tuple[str, str]]]:
    """The province and market of each row that has this other name, by name."""
    places: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for province, market, names in MarketZone.objects.order_by("pk").values_list("province", "market", "other_names"):
        for name in names:
            places[name].append((province, market))
    return dict(places)


_KEPT = Kept(_load)


def one_market(province: str | None, market: str) -> str:
    """The own name of the market with this name. An unknown name stays as it is. `one_markets` explains a province None."""
    return one_markets([(province, market)])[province, market]


def one_markets(places: Collection[Place]) -> dict[Place, str]:
    """Return a dict from each of these places to the own name of its market. Takes at most one query.

    A name that is no market's other name stays as it is. If the province of a place is None, another name is replaced only
    if a single market in Canada has it.
    """
    settled = {place: place[1] for place in places}
    doubtful = [place for place in settled if not _is_own_name(*place)]
    if doubtful:
        known = _KEPT.at(current())
        for province, word in doubtful:
            markets = {market for where, market in known.get(word, ()) if province in (None, where)}
            if len(markets) == 1:
                settled[province, word] = markets.pop()
    return settled


def _is_own_name(province: str | None, market: str) -> bool:
    if province is None or market == ALL:
        return market in _OWN_NAMES
    return (province, market) in MARKET_SEEDS


def known_places() -> list[tuple[str, str]]:
    """Return every province as a whole (market ALL) and then its markets that are on file or seeded (one query)."""
    markets = {*MARKET_SEEDS, *MarketZone.objects.order_by().values_list("province", "market")}
    return [
        place for province in Province for place in [(province.value, ALL), *sorted(m for m in markets if m[0] == province)]
    ]
