"""Where the graph's nodes are drawn, by a fixed rule. Pure functions; lengths are in the units of the drawing.

A market is a cluster of its nodes, one for each property type; a province is a cluster of its markets; the provinces stand
from west to east, by turns above and below. Within a cluster the largest circle is in the middle, the next ones are on a
spiral around it, each at the first point where it touches no other. So the same nodes are always drawn alike.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import count
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from wholesale.plumbing.vocabulary import Province

# From west to east, by the longitude of the largest city.
WEST_TO_EAST = ("YT", "BC", "NT", "AB", "SK", "MB", "ON", "NU", "QC", "NB", "PE", "NS", "NL")
_LEAST, _MOST = 21.0, 36.0  # radius of a node: CONDO fits into the least
_NODE_GAP, _MARKET_GAP, _PROVINCE_GAP = 4.0, 8.0, 18.0
_LETTER, _LETTER_OF_PROVINCE = 3.9, 4.6  # half the width of a letter of a market's or a province's name
_TURN = math.pi * (3 - math.sqrt(5))  # the golden angle: points on the spiral never line up
_STEP = 2.0  # from one turn's radius to the next
_BLOCK = 256  # points of the spiral that are tried at once
_TITLE = 22.0  # height of a province's or a market's name
_MARGIN = 14.0
_APART = 0.55  # the ways of the provinces from the middle line, of the largest one's radius
_WAYS = 200  # that find the centre of a cluster


class Circle(NamedTuple):
    """A circle of the drawing."""

    x: float
    y: float
    radius: float

    def moved(self, x: float, y: float) -> "Circle":
        """The circle, this much further right and down."""
        return Circle(self.x + x, self.y + y, self.radius)


class Cluster(NamedTuple):
    """A named circle around others."""

    name: str
    around: Circle


class Layout(NamedTuple):
    """Where everything is. The drawing reaches from 0, 0 to its width and height."""

    nodes: dict[int, Circle]  # by the node's id
    markets: list[Cluster]
    provinces: list[Cluster]
    width: float
    height: float


def laid_out(nodes: Sequence[Mapping[str, Any]]) -> Layout:
    """Lay out nodes of `liquidity_graph`. A node's area grows with its size, the number of active buyers."""
    largest = max((node["size"] for node in nodes), default=0)
    places: dict[str, dict[str, list[Mapping[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for node in nodes:
        places[node["province"]][node["market"]].append(node)
    provinces = [_province(name, places[name], largest) for name in WEST_TO_EAST if name in places]
    return _beside_each_other(provinces)


class _Drawn(NamedTuple):
    """A province, about the point 0, 0."""

    name: str
    radius: float
    nodes: dict[int, Circle]
    markets: list[Cluster]


def _province(name: str, markets: Mapping[str, Sequence[Mapping[str, Any]]], largest: int) -> _Drawn:
    found = []
    for market, nodes in markets.items():
        circles, radius = packed([(node["id"], _radius(node["size"], largest)) for node in nodes], _NODE_GAP)
        found.append((market, circles, max(radius + _TITLE / 3, _LETTER * len(market))))
    at, radius = packed([(market, size) for market, _, size in found], _MARKET_GAP)
    nodes_at = {
        node: circle.moved(at[market].x, at[market].y - _TITLE / 3)
        for market, circles, _ in found
        for node, circle in circles.items()
    }
    return _Drawn(name, radius, nodes_at, [Cluster(market, _under(at[market], circles)) for market, circles, _ in found])


def _under(cluster: Circle, nodes: Mapping[int, Circle]) -> Circle:
    """The circle of a market, as low as its lowest node reaches, so that its name stands right below."""
    reach = max(node.y + node.radius for node in nodes.values()) - _TITLE / 3
    return Circle(cluster.x, cluster.y, reach)


def _radius(size: int, largest: int) -> float:
    return _LEAST + (_MOST - _LEAST) * math.sqrt(size / largest) if largest else _LEAST


def packed(circles: Sequence[tuple[Any, float]], gap: float) -> tuple[dict[Any, Circle], float]:
    """Pack circles, given as (key, radius), about the point 0, 0. Return them by key, and the radius of the whole."""
    placed: dict[Any, Circle] = {}
    for key, radius in sorted(circles, key=lambda one: (-one[1], one[0])):
        placed[key] = _first_free(np.array(list(placed.values())).reshape(-1, 3).T, radius, gap)
    x, y, radius = _enclosing(list(placed.values()))
    return {key: circle.moved(-x, -y) for key, circle in placed.items()}, radius


def _first_free(placed: NDArray[np.float64], radius: float, gap: float) -> Circle:
    """The circle at the first point of the spiral where it touches none of these, given by their fields as arrays."""
    for first in count(step=_BLOCK):
        turns = np.arange(first, first + _BLOCK)
        x, y = (_STEP * np.sqrt(turns) * turned(turns * _TURN) for turned in (np.cos, np.sin))
        away = np.hypot(x[:, None] - placed[0], y[:, None] - placed[1])
        is_free = (away >= radius + placed[2] + gap).all(axis=1)
        if is_free.any():
            at = int(is_free.argmax())
            return Circle(float(x[at]), float(y[at]), radius)
    raise AssertionError("the spiral has no end")


def _enclosing(circles: Sequence[Circle]) -> Circle:
    """A circle around these, nearly the smallest: its centre goes ever shorter ways to the circle that reaches furthest."""
    x, y = 0.0, 0.0
    for n in range(1, _WAYS):
        far = max(circles, key=lambda one: math.dist((x, y), one[:2]) + one.radius)
        x, y = x + (far.x - x) / (n + 1), y + (far.y - y) / (n + 1)
    return Circle(x, y, max(math.dist((x, y), one[:2]) + one.radius for one in circles))


def _beside_each_other(provinces: Sequence[_Drawn]) -> Layout:
    """The provinces from left to right, by turns above and below, each as far left as the ones before leave room."""
    placed: list[Circle] = []
    largest = max((one.radius for one in provinces), default=0.0)
    widths = [max(one.radius, _LETTER_OF_PROVINCE * len(Province(one.name).label)) for one in provinces]
    for n, one in enumerate(provinces):
        y = 0.0 if len(provinces) < 3 else (_APART if n % 2 else -_APART) * (largest + _TITLE)
        x = placed[-1].x + _PROVINCE_GAP if placed else 0.0
        for other, width in zip(placed, widths, strict=False):
            apart = one.radius + other.radius + _PROVINCE_GAP + (_TITLE if y != other.y else 0)
            x = max(x, other.x + math.sqrt(max(0.0, apart * apart - (y - other.y) ** 2)))
            if y == other.y:  # their names stand on nearly one line
                x = max(x, other.x + width + widths[n] + _PROVINCE_GAP)
        placed.append(Circle(x, y, one.radius))
    sides = list(zip(placed, widths, strict=True))
    left = min((c.x - width for c, width in sides), default=0.0) - _MARGIN
    top = min((c.y - c.radius for c in placed), default=0.0) - _MARGIN - _TITLE
    right = max((c.x + width for c, width in sides), default=0.0) + _MARGIN
    placed = [c.moved(-left, -top) for c in placed]
    nodes: dict[int, Circle] = {}
    markets: list[Cluster] = []
    for one, at in zip(provinces, placed, strict=True):
        nodes |= {node: circle.moved(at.x, at.y) for node, circle in one.nodes.items()}
        markets += [Cluster(market.name, market.around.moved(at.x, at.y)) for market in one.markets]
    return Layout(
        nodes,
        markets,
        [Cluster(one.name, at) for one, at in zip(provinces, placed, strict=True)],
        right - left,
        max((c.y + c.radius for c in placed), default=0.0) + _MARGIN,
    )
