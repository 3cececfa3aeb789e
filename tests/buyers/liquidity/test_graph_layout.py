"""Where the graph's nodes are drawn."""

import math
from itertools import combinations
from random import Random
from typing import Any

import pytest

from buyers.liquidity.graph.layout import WEST_TO_EAST, laid_out, packed
from wholesale.plumbing.vocabulary import Province


def nodes(count: int, seed: int) -> list[dict[str, Any]]:
    dice = Random(seed)
    return [
        {"id": n, "province": dice.choice(WEST_TO_EAST), "market": f"TOWN_{dice.randrange(5)}", "size": dice.randrange(40)}
        for n in range(count)
    ]


@pytest.mark.parametrize(("count", "seed"), [(0, 0), (1, 1), (7, 2), (40, 3), (200, 4)])
def test_no_node_touches_another_and_all_are_within_the_drawing_and_their_province(count: int, seed: int) -> None:
    made = nodes(count, seed)
    layout = laid_out(made)
    assert set(layout.nodes) == {node["id"] for node in made}
    for one, other in combinations(layout.nodes.values(), 2):
        assert math.dist(one[:2], other[:2]) > one.radius + other.radius
    around = {cluster.name: cluster.around for cluster in layout.provinces}
    for node in made:
        at, province = layout.nodes[node["id"]], around[node["province"]]
        assert math.dist(at[:2], province[:2]) + at.radius <= province.radius + 1e-6
        assert at.radius <= at.x <= layout.width - at.radius
        assert at.radius <= at.y <= layout.height - at.radius


def test_provinces_stand_from_west_to_east_and_do_not_overlap() -> None:
    layout = laid_out(nodes(120, 5))
    assert set(WEST_TO_EAST) == set(Province.values)
    placed = [cluster.around for cluster in layout.provinces]
    assert [cluster.name for cluster in layout.provinces] == [name for name in WEST_TO_EAST if name in around(layout)]
    assert [at.x for at in placed] == sorted(at.x for at in placed)
    for one, other in combinations(placed, 2):
        assert math.dist(one[:2], other[:2]) >= one.radius + other.radius


def around(layout: Any) -> set[str]:
    return {cluster.name for cluster in layout.provinces}


def test_the_same_nodes_are_always_drawn_alike_whatever_their_order() -> None:
    made = nodes(40, 6)
    assert laid_out(made) == laid_out(made)
    assert laid_out(made[::-1]).nodes == laid_out(made).nodes


def test_a_nodes_area_grows_with_its_active_buyers() -> None:
    made = [{"id": n, "province": "ON", "market": "TORONTO", "size": size} for n, size in enumerate((0, 1, 4, 16))]
    radii = [laid_out(made).nodes[n].radius for n in range(4)]
    assert radii == pytest.approx([21, 24.75, 28.5, 36])


def test_two_circles_are_packed_side_by_side() -> None:
    placed, radius = packed([("one", 10.0), ("other", 10.0)], 2.0)
    assert math.dist(placed["one"][:2], placed["other"][:2]) == pytest.approx(22, abs=2)
    assert radius == pytest.approx(21, abs=1.5)
